using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A new stock record whose ISBN another of the same condition has: two tills made it, or one twice.</summary>
internal sealed class DuplicateStock : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var made = unit.Rows(BookmineSetup.Stock).Where(s => s.Row[Columns.Stock.Isbn13] is not null).ToList();
        if (made.Count == 0)
        {
            return [];
        }
        var set = new RowSet(new SetColumn("id", SetType.Guid), new SetColumn("isbn13", SetType.Integer), new SetColumn("condition", SetType.Text));
        foreach (var (_, row) in made)
        {
            set.Add(row.Guid(Columns.Stock.Id), row.Integer(Columns.Stock.Isbn13), row.TextOrNull(Columns.Stock.Condition));
        }
        var counts = new Dictionary<Guid, long>();
        using (var reader = unit.Session.Query(
            """
            SELECT k.id, CAST(count(*) AS bigint) FROM @set k JOIN stock s ON s.isbn13 = k.isbn13 AND s.condition IS NOT DISTINCT FROM k.condition
            WHERE s.id = k.id OR (s.merged_into IS NULL AND s.withdrawn IS NULL) GROUP BY k.id
            """, set))
        {
            while (reader.Read())
            {
                counts.Add(DbValues.ReadGuid(reader, 0), reader.GetInt64(1));
            }
        }
        return Twice(made, counts).Select(s => unit.Of(
            s.Entry, FindingKinds.LikelyDuplicate, s.Row.Guid(Columns.Stock.Id).ToString(),
            $"ISBN {s.Row.Integer(Columns.Stock.Isbn13)}, “{s.Row.Text(Columns.Stock.Title)}”, has another stock record of the same condition"));
    }

    /// <summary>The first of several that came together is one only if another was here before.</summary>
    private static List<PostedRow> Twice(List<PostedRow> made, Dictionary<Guid, long> counts)
    {
        var (twice, stillToCome) = (new List<PostedRow>(), new Dictionary<(long, string?), long>());
        for (var i = made.Count - 1; i >= 0; i--)
        {
            var key = (made[i].Row.Integer(Columns.Stock.Isbn13), made[i].Row.TextOrNull(Columns.Stock.Condition));
            var fromHereOn = stillToCome[key] = stillToCome.GetValueOrDefault(key) + 1;
            if (counts[made[i].Row.Guid(Columns.Stock.Id)] > fromHereOn)
            {
                twice.Add(made[i]);
            }
        }
        twice.Reverse();
        return twice;
    }
}
