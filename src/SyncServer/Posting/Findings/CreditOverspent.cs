using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>General Credit of a contact that was used beyond what there was.</summary>
internal sealed class CreditOverspent : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var used = unit.Rows(BookmineSetup.Credit).ToLookup(c => c.Row.Guid(Columns.Credit.ContactId), c => c.Entry);
        var set = RowSet.Of("id", used.Select(c => c.Key));
        if (set.Count == 0)
        {
            yield break;
        }
        var below = new List<(Guid Contact, long Cents)>();
        using (var reader = unit.Session.Query(
            """
            SELECT x.id, CAST(sum(c.amount_cents) AS bigint) FROM
                (SELECT DISTINCT k.id, coalesce(w.merged_into, k.id) AS root FROM @set k LEFT JOIN contact w ON w.id = k.id) x
            JOIN contact a ON a.id = x.root OR a.merged_into = x.root JOIN credit c ON c.contact_id = a.id
            GROUP BY x.id HAVING sum(c.amount_cents) < 0
            """, set))
        {
            while (reader.Read())
            {
                below.Add((DbValues.ReadGuid(reader, 0), reader.GetInt64(1)));
            }
        }
        foreach (var (contact, cents) in below)
        {
            foreach (var entry in used[contact].Distinct())
            {
                yield return unit.Of(entry, FindingKinds.CreditOverspent, contact.ToString(), $"General Credit stands at {Money.Format(cents)}");
            }
        }
    }
}
