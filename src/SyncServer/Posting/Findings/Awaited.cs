using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>
/// Records that entries refer to and that have not arrived (a refund's original, the goods of a line): named when the entry comes, closed when
/// the record does.
/// </summary>
internal sealed class Awaited : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit) =>
    [
        .. Lacking(
            unit, BookmineSetup.Document, Columns.Document.OriginalId, BookmineSetup.Document,
            row => $"the original docket {row.TextOrNull(Columns.Document.OriginalNumber)} is not posted yet"),
        .. Lacking(
            unit, BookmineSetup.DocumentLine, Columns.Line.StockId, BookmineSetup.Stock,
            row => $"the stock record of “{row.Text(Columns.Line.Title)}” is not posted yet"),
    ];

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

    private static IEnumerable<Finding> Lacking(UnitFindings unit, SyncTable table, Column column, SyncTable of, Func<Row, string> sentence)
    {
        var referring = unit.Rows(table).Where(r => r.Row[column] is not null).ToList();
        var missing = Missing(unit.Session, of, referring.Select(r => r.Row.Guid(column)));
        return referring.Where(r => missing.Contains(r.Row.Guid(column)))
            .Select(r => unit.Of(r.Entry, FindingKinds.Unresolved, r.Row.Guid(column).ToString(), sentence(r.Row)));
    }

    /// <summary>Which of these ids no row of the table has.</summary>
    private static HashSet<Guid> Missing(Session session, SyncTable table, IEnumerable<Guid> ids)
    {
        var missing = ids.ToHashSet();
        session.Match("t.id", table.Name, RowSet.Of("id", [.. missing]), reader => missing.Remove(DbValues.ReadGuid(reader, 0)));
        return missing;
    }
}
