using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Posting;

/// <summary>
/// Changes of on-hand counts by the server's own deeds. An on-hand count is the sum of its movements, and each has a moment: when it was taken, by the
/// till's clock put right by as much as it was known to be off, or when it was posted if that was earlier. A <em>count</em> says how many copies there were at a moment T; what the movements up to T lack is put
/// down as one more, of the moment T. A movement that is posted later and belongs to before a count is in that count already, so as many copies are
/// taken out again at the earliest count it belongs to. So for each count the movements up to its T amount to what was counted, and on hand is the
/// last count with all that moved since.
/// </summary>
internal sealed class StockMoves(Session session, TimeProvider clock, EntityIds ids)
{
    /// <summary>The moment of a movement, in SQL.</summary>
    public const string Moment =
        "CASE WHEN posted_at < taken_at - coalesce(clock_ahead, 0) THEN posted_at ELSE taken_at - coalesce(clock_ahead, 0) END";

    /// <summary>The moment of a deed that is done now: after every count there is.</summary>
    /// <param name="branch">Where.</param>
    public long Now(long branch) => Math.Max(
        clock.GetUtcNow().ToUnixTimeMilliseconds(), (session.Integer("SELECT max(at) FROM stock_count WHERE branch = @branch", branch) ?? 0) + 1);

    /// <summary>Copies come in or go out.</summary>
    /// <param name="at">As <see cref="Now"/> gives it.</param>
    public void Add(long branch, Guid stock, string code, long qty, string reason, long at)
    {
        if (qty != 0)
        {
            Insert(branch, stock, code, qty, reason, at);
        }
        if (session.Execute($"{session.Dialect.Update} holding SET on_hand = on_hand + @qty WHERE branch = @branch AND stock_id = @stock", qty,
            branch, stock) == 0)
        {
            TableSql.TryInsert(session, new Row(BookmineSetup.Holding) { ["branch"] = branch, ["stock_id"] = stock, ["on_hand"] = qty });
        }
    }

    /// <summary>A holding that a new record begins with.</summary>
    public void Open(long branch, Guid stock, string code, long qty, string reason, long at, long? price)
    {
        TableSql.TryInsert(session, new Row(BookmineSetup.Holding) { ["branch"] = branch, ["stock_id"] = stock, ["price_cents"] = price, ["on_hand"] = qty });
        if (qty != 0)
        {
            Insert(branch, stock, code, qty, reason, at);
        }
    }

    /// <summary>So many copies were counted at a moment. A second count of the same moment takes the first one's place.</summary>
    /// <param name="qty">Null: it was not counted then, and what a count put down is taken back.</param>
    /// <returns>By how much on hand has changed.</returns>
    /// <remarks>The holding and the counter are locked by the caller, in that order, so that no posting comes between.</remarks>
    public long Count(long branch, Guid stock, string code, long at, long? qty, long? batch, string? by)
    {
        var own = session.Integer(
            "SELECT sum(qty) FROM stock_movement WHERE stock_id = @stock AND branch = @branch AND reason = @reason AND taken_at = @at", stock,
                branch, MovementReasons.Count, at) ?? 0;
        var there = SumUpTo(branch, stock, at);
        session.Execute("DELETE FROM stock_count WHERE branch = @branch AND stock_id = @stock AND at = @at", branch, stock, at);
        long missing;
        if (qty is { } counted)
        {
            session.Execute(
                "INSERT INTO stock_count (branch, stock_id, at, qty, batch, counted_by) VALUES (@branch, @stock, @at, @qty, @batch, @by)", branch,
                    stock, at, counted, batch, by);
            missing = counted - there;
        }
        else
        {
            missing = -own;
        }
        if (missing == 0)
        {
            return 0;
        }
        Insert(branch, stock, code, missing, MovementReasons.Count, at);
        var later = session.Integer("SELECT min(at) FROM stock_count WHERE branch = @branch AND stock_id = @stock AND at > @at", branch, stock, at);
        if (later is { } next)
        {
            Insert(branch, stock, code, -missing, MovementReasons.Count, next);
            return 0;
        }
        Add(branch, stock, code, 0, MovementReasons.Count, at);
        session.Execute("UPDATE holding SET on_hand = on_hand + @qty WHERE branch = @branch AND stock_id = @stock", missing, branch, stock);
        return missing;
    }

    /// <summary>What the movements of a moment and before amount to.</summary>
    public long SumUpTo(long branch, Guid stock, long at) => session.Integer(
        $"SELECT sum(qty) FROM stock_movement WHERE stock_id = @stock AND branch = @branch AND {Moment} <= @at", stock, branch, at) ?? 0;

    private void Insert(long branch, Guid stock, string code, long qty, string reason, long at) =>
        TableSql.TryInsert(session, new Row(BookmineSetup.StockMovement)
    {
        ["id"] = ids.Next(), ["branch"] = branch, ["stock_id"] = stock, ["code"] = code, ["qty"] = qty, ["value_cents"] = 0L, ["reason"] = reason,
            ["taken_at"] = at,
        ["posted_at"] = Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), at),
    });
}
