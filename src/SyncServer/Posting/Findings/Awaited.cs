using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>Records that entries refer to and that have not arrived: named when the entry comes, closed when the record does.</summary>
internal static class Awaited
{
    /// <summary>Which of these ids no row of the table has.</summary>
    public static HashSet<Guid> Missing(Session session, SyncTable table, IEnumerable<Guid> ids)
    {
        var missing = new HashSet<Guid>();
        var set = RowSet.Of("id", ids.Distinct());
        if (set.Count == 0)
        {
            return missing;
        }
        using var reader = session.Query($"SELECT k.id FROM @set k WHERE NOT EXISTS (SELECT 1 FROM {table.Name} t WHERE t.id = k.id)", set);
        while (reader.Read())
        {
            missing.Add(DbValues.ReadGuid(reader, 0));
        }
        return missing;
    }

    /// <summary>Closes what waited for a record that came with the unit.</summary>
    public static void Resolve(UnitFindings unit)
    {
        if (unit.AwaitsAny)
        {
            var arrived = ((SyncTable[])[BookmineSetup.Document, BookmineSetup.Stock, BookmineSetup.Contact])
                .SelectMany(unit.Rows).Select(r => r.Row.Key.Guid.ToString());
            FindingLog.Resolve(unit.Session, FindingKinds.Unresolved, arrived, unit.Now);
        }
    }
}
