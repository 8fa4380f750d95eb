using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A line of a sale or order with what all lines that refer to it come to.</summary>
/// <param name="By">The entries of the unit that it concerns: those that refer to it and, when it was waited for, the one that brought it.</param>
/// <param name="PaidCents">What was paid for it.</param>
/// <param name="Back">Copies refunded or called off.</param>
/// <param name="GivenCents">What was given back for those.</param>
/// <param name="HandedOver">Copies of an order handed over.</param>
internal sealed record OriginalLine(Guid Id, string Title, IReadOnlyList<PostedEntry> By, long Sold, long PaidCents, long Back, long GivenCents, long HandedOver)
{
    public static List<OriginalLine> Read(UnitFindings unit)
    {
        var lines = unit.Rows(BookmineSetup.DocumentLine).ToList();
        var concerned = lines.Where(l => l.Row[Columns.Line.OriginalLineId] is not null).Select(l => (Id: l.Row.Guid(Columns.Line.OriginalLineId), l.Entry))
            .Concat(unit.AwaitsAny ? lines.Select(l => (Id: l.Row.Guid(Columns.Line.Id), l.Entry)) : []).ToLookup(c => c.Id, c => c.Entry);
        var found = new List<OriginalLine>();
        if (concerned.Count == 0)
        {
            return found;
        }
        const string cents = "((r.qty * r.unit_price_cents) - r.discount_cents)";
        using var reader = unit.Session.Query(
            $"""
            SELECT l.id, l.title, l.qty, (l.qty * l.unit_price_cents) - l.discount_cents,
                   CAST(coalesce(sum(CASE WHEN r.qty < 0 THEN -r.qty ELSE 0 END), 0) AS bigint),
                   CAST(coalesce(sum(CASE WHEN r.qty < 0 THEN -{cents} ELSE 0 END), 0) AS bigint),
                   CAST(coalesce(sum(CASE WHEN r.qty > 0 THEN r.qty ELSE 0 END), 0) AS bigint)
            FROM @set k JOIN document_line l ON l.id = k.id LEFT JOIN document_line r ON r.original_line_id = l.id
            GROUP BY l.id, l.title, l.qty, l.unit_price_cents, l.discount_cents
            """, RowSet.Of("id", concerned.Select(c => c.Key)));
        while (reader.Read())
        {
            var id = DbValues.ReadGuid(reader, 0);
            found.Add(new OriginalLine(
                id, reader.GetString(1), [.. concerned[id].Distinct()], reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6)));
        }
        return found;
    }

    /// <summary>The same finding for each entry that the line concerns.</summary>
    public IEnumerable<Finding> Findings(UnitFindings unit, string kind, string text) => By.Select(entry => unit.Of(entry, kind, Id.ToString(), $"“{Title}”: {text}"));
}
