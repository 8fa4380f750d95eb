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
        var set = new RowSet(new SetColumn("isbn13", SetType.Integer), new SetColumn("condition", SetType.Text));
        foreach (var key in made.Select(Key).Distinct())
        {
            set.Add(key.Isbn, key.Condition);
        }
        var counts = new Dictionary<(long, string?), long>();
        using (var reader = unit.Session.Query(
            """
            SELECT s.isbn13, s.condition, CAST(count(*) AS bigint) FROM @set k JOIN stock s ON s.isbn13 = k.isbn13 AND s.condition IS NOT DISTINCT FROM k.condition
            GROUP BY s.isbn13, s.condition
            """, set))
        {
            while (reader.Read())
            {
                counts.Add((reader.GetInt64(0), DbValues.ReadTextOrNull(reader, 1)), reader.GetInt64(2));
            }
        }
        // The first of several that came together is one only if another was here before.
        return made.Where((s, i) => counts[Key(s)] > made.Skip(i).Count(other => Key(other) == Key(s))).Select(s => unit.Of(
            s.Entry, FindingKinds.LikelyDuplicate, s.Row.Guid(Columns.Stock.Id).ToString(),
            $"ISBN {s.Row.Integer(Columns.Stock.Isbn13)}, “{s.Row.Text(Columns.Stock.Title)}”, has another stock record of the same condition"));
    }

    private static (long Isbn, string? Condition) Key(PostedRow stock) => (stock.Row.Integer(Columns.Stock.Isbn13), stock.Row.TextOrNull(Columns.Stock.Condition));
}
