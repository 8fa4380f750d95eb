using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting;

/// <summary>On-hand is the sum of stock movements: each posted movement is added to its holding.</summary>
internal static class Holdings
{
    /// <summary>Adds the movements among the rows, in key order so that two postings never lock each other out.</summary>
    public static void Move(Session session, IReadOnlyList<RowChange> rows, Exceptions exceptions)
    {
        var moved = rows.Where(c => c.Table == BookmineSetup.StockMovement && c.Values["stock_id"] is not null)
            .GroupBy(c => (Branch: c.Values.Integer("branch"), Stock: c.Values.Guid("stock_id")))
            .OrderBy(g => g.Key.Branch).ThenBy(g => g.Key.Stock.ToString(), StringComparer.Ordinal);
        foreach (var group in moved)
        {
            var quantity = group.Sum(c => c.Values.Integer("qty"));
            // A count that stays at nought or above needs no second look.
            if (session.Execute(
                "UPDATE holding SET on_hand = on_hand + @qty WHERE branch = @branch AND stock_id = @stock AND on_hand + @qty >= 0",
                quantity, group.Key.Branch, group.Key.Stock) == 0
                && Add(session, group.Key.Branch, group.Key.Stock, quantity) is < 0 and var onHand && quantity < 0)
            {
                exceptions.Note("oversold", group.Key.Stock.ToString(), $"{TitleOf(session, group.Key.Stock)}: on hand {onHand} in branch {group.Key.Branch}");
            }
        }
    }

    /// <returns>What is on hand afterwards.</returns>
    public static long Add(Session session, long branch, Guid stock, long quantity)
    {
        if (session.Execute("UPDATE holding SET on_hand = on_hand + @qty WHERE branch = @branch AND stock_id = @stock", quantity, branch, stock) == 0)
        {
            session.Execute("INSERT INTO holding (branch, stock_id, price_cents, on_hand) VALUES (@branch, @stock, NULL, @qty)", branch, stock, quantity);
        }
        return session.Integer("SELECT on_hand FROM holding WHERE branch = @branch AND stock_id = @stock", branch, stock)!.Value;
    }

    private static string TitleOf(Session session, Guid stock) =>
        session.Scalar("SELECT title FROM stock WHERE id = @id", stock) as string ?? $"stock {stock}, which is not here";
}
