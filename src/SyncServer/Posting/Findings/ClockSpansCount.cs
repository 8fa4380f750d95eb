using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>
/// Goods that moved around the moment of a count, at a till whose clock was off by more than lies between: whether the count has seen them follows from what is
/// known of that clock, and a person may know better.
/// </summary>
internal sealed class ClockSpansCount : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var moved = unit.Rows(BookmineSetup.StockMovement).Where(
            m => m.Row[Columns.Movement.ClockAhead] is not null && m.Row[Columns.Movement.StockId] is not null).ToList();
        if (moved.Count == 0)
        {
            yield break;
        }
        var counts = CountsOf(unit.Session, moved);
        foreach (var movement in moved)
        {
            var (said, ahead) = (movement.Row.Integer(Columns.Movement.TakenAt), movement.Row.Integer(Columns.Movement.ClockAhead));
            var (first, last) = (Math.Min(said, said - ahead), Math.Max(said, said - ahead));
            var (branch, stock) = (movement.Row.Integer(Columns.Movement.Branch), movement.Row.Guid(Columns.Movement.StockId));
            foreach (var at in counts[new RowKey(branch, stock)].Where(at => first <= at && at < last))
            {
                yield return unit.Of(
                    movement.Entry, FindingKinds.ClockSpansCount, $"{movement.Row.Guid("id")} {at}",
                    $"{-movement.Row.Integer(Columns.Movement.Qty)} of {movement.Row.TextOrNull(Columns.Movement.Code) ?? "a title"} went out at {Instant.Format(said)} by a clock that was "
                    + $"{Math.Abs(ahead) / 60_000} minutes {(ahead > 0 ? "fast" : "slow")}, and was counted at {Instant.Format(at)}: it is taken as {(said - ahead <= at ? "before" : "after")} the count");
            }
        }
    }

    private static ILookup<RowKey, long> CountsOf(Session session, List<PostedRow> moved)
    {
        var set = new RowSet(new SetColumn("branch", SetType.Integer), new SetColumn("stock_id", SetType.Guid));
        foreach (var key in moved.Select(m => new RowKey(m.Row.Integer(Columns.Movement.Branch), m.Row.Guid(Columns.Movement.StockId))).Distinct())
        {
            set.Add(key.Integer, key.Guid);
        }
        using var reader = session.Query(
            "SELECT c.branch, c.stock_id, c.at FROM @set k JOIN stock_count c ON c.branch = k.branch AND c.stock_id = k.stock_id", set);
        var counts = new List<(RowKey Key, long At)>();
        while (reader.Read())
        {
            counts.Add((new RowKey(reader.GetInt64(0), DbValues.ReadGuid(reader, 1)), reader.GetInt64(2)));
        }
        return counts.ToLookup(c => c.Key, c => c.At);
    }
}
