using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What one till, operator or kind has taken of a day.</summary>
/// <param name="Documents">Sales and refunds.</param>
/// <param name="RefundsCents">Negative.</param>
/// <param name="DisconnectedCents">Of the net, what was sold without the server.</param>
public sealed record TakingsOf(string Name, long Documents, long SalesCents, long RefundsCents, long DisconnectedCents)
{
    public long NetCents => SalesCents + RefundsCents;
}

/// <summary>A drawer that was counted.</summary>
/// <param name="OverCents">Above what should be there; negative when it is short.</param>
/// <param name="Slip">The Z reading as it was printed.</param>
/// <param name="Figures">What it found; null for one of before 1.6, of which the slip alone tells.</param>
public sealed record DrawerCount(
    long HappenedAt, string Till, string? Operator, long? ExpectedCents, long? CountedCents, long OverCents, string Slip, DrawerFigures? Figures = null);

/// <summary>A branch's day as its manager reads it: net takings are sales (orders and laybys when they are taken) less refunds.</summary>
/// <param name="Posted">By the moment of posting, as totals count it.</param>
/// <param name="Taken">By the moment at the counter.</param>
/// <param name="ByHour">Net cents of each local hour of the day, by the moment of posting.</param>
/// <param name="WeekBefore">The same of the same weekday a week before.</param>
/// <param name="WeekBeforeSoFarCents">What that day had come to at this time of the day.</param>
public sealed record TakingsOfDay(
    Branch Branch, int Day, DayTotals Posted, DayTotals Taken, IReadOnlyList<long> ByHour, IReadOnlyList<long> WeekBefore, long WeekBeforeSoFarCents,
    IReadOnlyList<TakingsOf> ByTill, IReadOnlyList<TakingsOf> ByOperator, IReadOnlyList<DrawerCount> Drawers);

/// <summary>What a branch takes.</summary>
public static class Takings
{
    // Time zones are apart by quarters of an hour.
    private const long Quarter = 15 * 60_000;
    private const int Hours = 24;
    private const int Week = 7;

    /// <param name="day">As 20261123, the branch's.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static TakingsOfDay Of(Session session, long branch, int day, long now)
    {
        var shop = Branches.Require(session, branch);
        var zone = TimeZones.Find(shop.TimeZone);
        var before = BranchDay.Add(day, -Week);
        var (byHour, weekBefore) = (new long[Hours], new long[Hours]);
        var soFar = 0L;
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(now), zone);
        var timeOfDay = BranchDay.Of(now, zone) == day ? local.TimeOfDay : TimeSpan.FromDays(1);
        using (var reader = session.Query(
            $"""
            SELECT posted_day, posted_at / {Quarter}, CAST(sum(total_cents) AS bigint) FROM document
            WHERE branch = @branch AND posted_day IN (@day, @before) AND kind IN ({SalesSql.Goods}) GROUP BY posted_day, posted_at / {Quarter}
            """,
            branch, day, before))
        {
            while (reader.Read())
            {
                var at = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1) * Quarter), zone);
                var isDay = reader.GetInt64(0) == day;
                (isDay ? byHour : weekBefore)[at.Hour] += reader.GetInt64(2);
                soFar += !isDay && at.TimeOfDay <= timeOfDay ? reader.GetInt64(2) : 0;
            }
        }
        var none = new DayTotals(BranchDay.Format(day), 0, 0, 0, [], 0, 0, 0, 0);
        return new TakingsOfDay(
            shop, day, DayTotals.Read(session, branch, day, day, byTaken: false).FirstOrDefault() ?? none,
            DayTotals.Read(session, branch, day, day, byTaken: true).FirstOrDefault() ?? none, byHour, weekBefore, soFar,
            By(session, "d.till, t.name", branch, day), By(session, "d.till * 0, d.operator", branch, day),
            Drawers(session, branch, DayStart(day, zone), DayStart(BranchDay.Add(day, 1), zone)));
    }

    /// <summary>Net cents of a day for each of some branches, by posting.</summary>
    /// <param name="days">The day of each branch.</param>
    public static Dictionary<long, TakingsOf> OfBranches(Session session, IReadOnlyDictionary<long, int> days)
    {
        var found = new Dictionary<long, TakingsOf>();
        foreach (var (branch, day) in days)
        {
            using var reader = session.Query(
                $"""
                SELECT CAST(count(*) AS bigint), CAST(coalesce(sum({SalesSql.SalesCents()}), 0) AS bigint),
                    CAST(coalesce(sum({SalesSql.RefundsCents()}), 0) AS bigint),
                    CAST(coalesce(sum(CASE WHEN disconnected = 1 THEN total_cents ELSE 0 END), 0) AS bigint)
                FROM document WHERE branch = @branch AND posted_day = @day AND kind IN ({SalesSql.Goods})
                """,
                branch, day);
            reader.Read();
            found.Add(branch, new TakingsOf("", reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        }
        return found;
    }

    private static List<TakingsOf> By(Session session, string what, long branch, int day)
    {
        using var reader = session.Query(
            $"""
            SELECT {what}, CAST(count(*) AS bigint), CAST(sum({SalesSql.SalesCents("d.")}) AS bigint),
                CAST(sum({SalesSql.RefundsCents("d.")}) AS bigint),
                CAST(sum(CASE WHEN d.disconnected = 1 THEN d.total_cents ELSE 0 END) AS bigint)
            FROM document d LEFT JOIN till t ON t.id = d.till
            WHERE d.branch = @branch AND d.posted_day = @day AND d.kind IN ({SalesSql.Goods}) GROUP BY {what}
            """,
            branch, day);
        var list = new List<TakingsOf>();
        while (reader.Read())
        {
            var name = DbValues.ReadTextOrNull(reader, 1) ?? (reader.GetInt64(0) == 0 ? "" : FormattableString.Invariant($"till {reader.GetInt64(0)}"));
            list.Add(new TakingsOf(name, reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5)));
        }
        return [.. list.OrderByDescending(t => t.NetCents)];
    }

    /// <summary>The Z readings that were made between two moments.</summary>
    public static List<DrawerCount> Drawers(Session session, long branch, long from, long to)
    {
        using var reader = session.Query(
            """
            SELECT e.happened_at, e.till, t.name, e.operator, e.amount_cents, e.text, e.figures FROM till_event e LEFT JOIN till t ON t.id = e.till
            WHERE e.branch = @branch AND e.happened_at >= @from AND e.happened_at < @to AND e.kind = @kind ORDER BY e.happened_at, e.id
            """,
            branch, from, to, TillEvents.ZReading);
        var list = new List<DrawerCount>();
        while (reader.Read())
        {
            var (slip, figures) = (reader.GetString(5), DrawerFigures.Read(DbValues.ReadTextOrNull(reader, 6)));
            list.Add(new DrawerCount(
                reader.GetInt64(0), DbValues.ReadTextOrNull(reader, 2) ?? FormattableString.Invariant($"till {reader.GetInt64(1)}"),
                DbValues.ReadTextOrNull(reader, 3), figures?.ExpectedCents ?? DrawerSlip.Read(slip, DrawerSlip.Expected),
                figures?.CountedCents ?? DrawerSlip.Read(slip, DrawerSlip.Counted), reader.GetInt64(4), slip, figures));
        }
        return list;
    }

    /// <summary>When a branch's day begins, Unix milliseconds.</summary>
    public static long DayStart(int day, TimeZoneInfo zone)
    {
        var local = new DateTime(day / 10_000, day / 100 % 100, day % 100, 0, 0, 0, DateTimeKind.Unspecified);
        // Where a clock goes forward at midnight, the day begins an hour later.
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUnixTimeMilliseconds();
    }
}
