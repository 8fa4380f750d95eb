using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>Goods of which more went than were on hand. The counts are known from the posting: nothing is asked but the titles.</summary>
internal sealed class Oversold : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var below = unit.Moved.GroupBy(m => (m.N, m.Branch, m.Stock))
            .Select(g => (g.Key, OnHand: g.Last().OnHand, Quantity: g.Sum(m => m.Quantity))).Where(m => m is { OnHand: < 0, Quantity: < 0 }).ToList();
        var titles = TableSql.WhereIn(unit.Session, BookmineSetup.Stock, "id", RowSet.Of("id", below.Select(m => m.Key.Stock).Distinct()))
            .ToDictionary(s => s.Guid(Columns.Stock.Id), s => s.Text(Columns.Stock.Title));
        return below.Select(m => unit.Of(
            unit.EntryOf(m.Key.N), FindingKinds.Oversold, $"{m.Key.Branch}/{m.Key.Stock}",
            $"{titles.GetValueOrDefault(m.Key.Stock) ?? $"stock {m.Key.Stock}, which is not here"}: on hand {m.OnHand} in branch {m.Key.Branch}"));
    }
}
