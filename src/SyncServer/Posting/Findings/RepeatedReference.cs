using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A sale under a number of another system that a sale of the branch has already: an order that was rung up twice, likely.</summary>
internal sealed class RepeatedReference : IFinding
{
    private const int MostNamed = 3;

    private sealed record Known(Guid Id, string Reference, long Branch, long Number, long Docket);

    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var referred = unit.Rows(BookmineSetup.Document)
            .Where(d => EntryKinds.IsSale(d.Row.Text(Columns.Document.Kind)) && d.Row.TextOrNull("reference") is not null).ToList();
        var set = RowSet.Of("text", referred.Select(d => d.Row.Text("reference")).Distinct());
        if (set.Count == 0)
        {
            yield break;
        }
        var known = new List<Known>();
        using (var reader = unit.Session.Query(
            $"""
            SELECT d.id, d.reference, d.branch, d.trans_id, d.docket FROM @set k JOIN document d ON {unit.Session.Dialect.TextEquals("d.reference", "k.text")}
            WHERE d.kind IN (@sale, @layby)
            """, set, EntryKinds.Sale, EntryKinds.Layby))
        {
            while (reader.Read())
            {
                known.Add(new Known(DbValues.ReadGuid(reader, 0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
            }
        }
        foreach (var (entry, row) in referred)
        {
            // Of those of one unit each names those before it.
            var own = known.Find(k => k.Id == row.Guid(Columns.Document.Id))!;
            var others = known.Where(k => k.Reference == own.Reference && k.Branch == own.Branch && k.Number < own.Number).OrderBy(k => k.Number).ToList();
            if (others.Count > 0)
            {
                var named = string.Join(", ", others.Take(MostNamed).Select(k => $"{k.Number} ({DocketNumber.D(k.Docket)})"));
                yield return unit.Of(entry, FindingKinds.RepeatedReference, own.Id.ToString(), $"the reference “{own.Reference}” is that of {named} too");
            }
        }
    }
}
