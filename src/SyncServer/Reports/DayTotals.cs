using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Posting;

namespace Bookmine.SyncServer.Reports;

/// <summary>
/// One day of a branch. Sales (orders and laybys when they are taken) and refunds (cancellations and goods that came back without a docket too) add up to the net; refunds are negative. What else was paid in and out (the drawer's float, deposits) is
/// in the methods, and apart.
/// </summary>
/// <param name="FromDisconnectedCents">Of the net, what was sold without the server.</param>
public sealed record DayTotals(
    string Day, long Documents, long SalesCents, long RefundsCents, SortedDictionary<string, long> ByMethod,
    long ShippedQuantity, long ShippedCents, long FromDisconnectedCents, long OtherCents)
{
    /// <summary>
    /// The days that are over by now, closed before they are read: what is being posted at this moment is in, or it is of a later moment, also when the
    /// clock is set back. Writes: it takes the lock of the postings' counter, for an instant.
    /// </summary>
    /// <param name="now">The server's time, Unix milliseconds.</param>
    public static List<DayTotals> ReadClosed(Session session, long branch, int from, int to, bool byTaken, long now)
    {
        Counter.NotBefore(session, now);
        return Read(session, branch, from, to, byTaken);
    }

    /// <summary>Days that have anything, in order.</summary>
    /// <param name="byTaken">By the day on which things happened at the counter, instead of the day of posting.</param>
    public static List<DayTotals> Read(Session session, long branch, int from, int to, bool byTaken)
    {
        var (documentDay, paymentDay, movementDay) = byTaken ? ("taken_day", "taken_day", "taken_day") : ("posted_day", "paid_day", "posted_day");
        var days = new SortedDictionary<long, DayTotals>();
        DayTotals Day(long day) => days.GetValueOrDefault(day) ?? new DayTotals(BranchDay.Format(day), 0, 0, 0, [], 0, 0, 0, 0);
        using (var reader = session.Query(
            $"""
            SELECT {documentDay}, CAST(sum(CASE WHEN kind IN ({SalesSql.Goods}) THEN 1 ELSE 0 END) AS bigint),
                   CAST(sum({SalesSql.SalesCents()}) AS bigint), CAST(sum({SalesSql.RefundsCents()}) AS bigint),
                   CAST(sum(CASE WHEN disconnected = 1 AND kind IN ({SalesSql.Goods}) THEN total_cents ELSE 0 END) AS bigint),
                   CAST(sum(CASE WHEN kind IN ({SalesSql.Goods}) THEN 0 ELSE total_cents END) AS bigint)
            FROM document WHERE branch = @branch AND {documentDay} BETWEEN @from AND @to GROUP BY {documentDay}
            """, branch, from, to))
        {
            while (reader.Read())
            {
                days[reader.GetInt64(0)] = Day(reader.GetInt64(0)) with
                {
                    Documents = reader.GetInt64(1), SalesCents = reader.GetInt64(2), RefundsCents = reader.GetInt64(3), FromDisconnectedCents = reader.GetInt64(4),
                    OtherCents = reader.GetInt64(5),
                };
            }
        }
        using (var reader = session.Query(
            $"SELECT {paymentDay}, method, CAST(sum(amount_cents) AS bigint) FROM payment WHERE branch = @branch AND {paymentDay} BETWEEN @from AND @to GROUP BY {paymentDay}, method",
            branch, from, to))
        {
            while (reader.Read())
            {
                var day = days[reader.GetInt64(0)] = Day(reader.GetInt64(0));
                day.ByMethod.Add(reader.GetString(1), reader.GetInt64(2));
            }
        }
        using (var reader = session.Query(
            $"""
            SELECT {movementDay}, CAST(-sum(qty) AS bigint), CAST(sum(value_cents) AS bigint) FROM stock_movement
            WHERE branch = @branch AND document_id IS NOT NULL AND {movementDay} BETWEEN @from AND @to GROUP BY {movementDay}
            """, branch, from, to))
        {
            while (reader.Read())
            {
                days[reader.GetInt64(0)] = Day(reader.GetInt64(0)) with { ShippedQuantity = reader.GetInt64(1), ShippedCents = reader.GetInt64(2) };
            }
        }
        return [.. days.Values];
    }
}
