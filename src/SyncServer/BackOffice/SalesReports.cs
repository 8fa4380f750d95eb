using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>By what takings are told apart.</summary>
public enum ReportBy
{
    Day,
    Month,
    Hour,
    Tender,
    Category,
    Till,
    Operator,
    Branch,
}

/// <summary>A row of a report.</summary>
/// <param name="Documents">Sales and refunds; of tenders, payments; of categories, copies.</param>
/// <param name="RefundsCents">Negative.</param>
public sealed record ReportRow(string Name, long Documents, long SalesCents, long RefundsCents, long DisconnectedCents)
{
    public long NetCents => SalesCents + RefundsCents;
}

/// <summary>What people have done at tills that a manager looks at twice.</summary>
/// <param name="OverCents">Of Z readings, over or short in all.</param>
public sealed record OperatorActs(string Operator, long Refunds, long RefundedCents, long PriceOverrides, long NoSales, long LinesRemoved, long SalesDropped,
    long OverCents);

/// <summary>Takings of some days, by posting.</summary>
public static class SalesReports
{
    private const long Quarter = 15 * 60_000;

    /// <param name="branches">Whose; each a branch that there is.</param>
    public static List<ReportRow> Read(Session session, ReportBy by, IReadOnlyList<long> branches, int from, int to) => by switch
    {
        ReportBy.Day => OfDocuments(session, "d.posted_day", branches, from, to, r => BranchDay.Format(r.GetInt64(0))),
        ReportBy.Month => OfDocuments(
            session, "d.posted_day / 100", branches, from, to,
            r => string.Create(CultureInfo.InvariantCulture, $"{r.GetInt64(0) / 100:d4}-{r.GetInt64(0) % 100:d2}")),
        ReportBy.Hour => ByHour(session, branches, from, to),
        ReportBy.Till => [.. OfDocuments(session, "t.name", branches, from, to, Name).OrderByDescending(r => r.NetCents)],
        ReportBy.Operator => [.. OfDocuments(session, "d.operator", branches, from, to, Name).OrderByDescending(r => r.NetCents)],
        ReportBy.Branch => OfDocuments(session, "b.name", branches, from, to, r => r.GetString(0)),
        ReportBy.Tender => Tenders(session, branches, from, to),
        _ => Categories(session, branches, from, to),
    };

    /// <summary>Refunds and records beside the transactions, by operator.</summary>
    public static List<OperatorActs> Acts(Session session, IReadOnlyList<long> branches, int from, int to)
    {
        var acts = new SortedDictionary<string, OperatorActs>(StringComparer.OrdinalIgnoreCase);
        OperatorActs Of(string? name) => acts.TryGetValue(name ?? "", out var one) ? one : new OperatorActs(name ?? "", 0, 0, 0, 0, 0, 0, 0);
        using (var reader = session.Query(
            $"""
            SELECT operator, CAST(count(*) AS bigint), CAST(sum({SalesSql.RefundsCents()}) AS bigint) FROM document
            WHERE {BranchFilter.In("branch", branches)} AND posted_day BETWEEN @from AND @to AND (kind = '{EntryKinds.Refund}' OR returned_cents < 0) GROUP BY operator
            """,
            from, to))
        {
            while (reader.Read())
            {
                var name = DbValues.ReadTextOrNull(reader, 0);
                acts[name ?? ""] = Of(name) with { Refunds = reader.GetInt64(1), RefundedCents = reader.GetInt64(2) };
            }
        }
        foreach (var branch in branches)
        {
            var zone = TimeZones.Find(Branches.Require(session, branch).TimeZone);
            using var reader = session.Query(
                """
                SELECT operator, kind, CAST(count(*) AS bigint), CAST(sum(amount_cents) AS bigint) FROM till_event
                WHERE branch = @branch AND happened_at >= @from AND happened_at < @to GROUP BY operator, kind
                """,
                branch, Takings.DayStart(from, zone), Takings.DayStart(BranchDay.Add(to, 1), zone));
            while (reader.Read())
            {
                var name = DbValues.ReadTextOrNull(reader, 0);
                var (one, count) = (Of(name), reader.GetInt64(2));
                acts[name ?? ""] = reader.GetString(1) switch
                {
                    TillEvents.PriceOverride => one with { PriceOverrides = one.PriceOverrides + count },
                    TillEvents.NoSale => one with { NoSales = one.NoSales + count },
                    TillEvents.LineRemoved => one with { LinesRemoved = one.LinesRemoved + count },
                    TillEvents.SaleDropped => one with { SalesDropped = one.SalesDropped + count },
                    TillEvents.ZReading => one with { OverCents = one.OverCents + reader.GetInt64(3) },
                    _ => one,
                };
            }
        }
        return [.. acts.Values];
    }

    private static string Name(System.Data.Common.DbDataReader row) => DbValues.ReadTextOrNull(row, 0) ?? "";

    private static List<ReportRow> OfDocuments(
        Session session, string what, IReadOnlyList<long> branches, int from, int to, Func<System.Data.Common.DbDataReader, string> name)
    {
        using var reader = session.Query(
            $"""
            SELECT {what}, CAST(count(*) AS bigint), CAST(sum({SalesSql.SalesCents("d.")}) AS bigint),
                CAST(sum({SalesSql.RefundsCents("d.")}) AS bigint),
                CAST(sum(CASE WHEN d.disconnected = 1 THEN d.total_cents ELSE 0 END) AS bigint)
            FROM document d LEFT JOIN till t ON t.id = d.till JOIN branch b ON b.id = d.branch
            WHERE {BranchFilter.In("d.branch", branches)} AND d.posted_day BETWEEN @from AND @to AND d.kind IN ({SalesSql.Goods}) GROUP BY {what} ORDER BY {what}
            """,
            from, to);
        var list = new List<ReportRow>();
        while (reader.Read())
        {
            list.Add(new ReportRow(name(reader), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        }
        return list;
    }

    private static List<ReportRow> ByHour(Session session, IReadOnlyList<long> branches, int from, int to)
    {
        var hours = new SortedDictionary<int, ReportRow>();
        foreach (var branch in branches)
        {
            var zone = TimeZones.Find(Branches.Require(session, branch).TimeZone);
            foreach (var row in OfDocuments(session, $"d.posted_at / {Quarter}", [branch], from, to, r => r.GetInt64(0).ToString(CultureInfo.InvariantCulture)))
            {
                var quarter = long.Parse(row.Name, CultureInfo.InvariantCulture);
                var hour = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(quarter * Quarter), zone).Hour;
                var sum = hours.GetValueOrDefault(hour) ?? new ReportRow(FormattableString.Invariant($"{hour:d2}:00"), 0, 0, 0, 0);
                hours[hour] = sum with
                {
                    Documents = sum.Documents + row.Documents, SalesCents = sum.SalesCents + row.SalesCents, RefundsCents = sum.RefundsCents + row.RefundsCents,
                    DisconnectedCents = sum.DisconnectedCents + row.DisconnectedCents,
                };
            }
        }
        return [.. hours.Values];
    }

    private static List<ReportRow> Tenders(Session session, IReadOnlyList<long> branches, int from, int to) => Three(
        session,
        $"""
        SELECT method, CAST(count(*) AS bigint), CAST(sum(CASE WHEN amount_cents > 0 THEN amount_cents ELSE 0 END) AS bigint),
            CAST(sum(CASE WHEN amount_cents > 0 THEN 0 ELSE amount_cents END) AS bigint)
        FROM payment WHERE {BranchFilter.In("branch", branches)} AND paid_day BETWEEN @from AND @to GROUP BY method
        """,
        from, to);

    private static List<ReportRow> Categories(Session session, IReadOnlyList<long> branches, int from, int to) => Three(
        session,
        $"""
        SELECT coalesce(s.category, ''), CAST(sum(-m.qty) AS bigint), CAST(sum(CASE WHEN m.qty < 0 THEN m.value_cents ELSE 0 END) AS bigint),
            CAST(sum(CASE WHEN m.qty < 0 THEN 0 ELSE m.value_cents END) AS bigint)
        FROM stock_movement m LEFT JOIN stock s{session.Dialect.By("stock_category")} ON s.id = m.stock_id
        WHERE {BranchFilter.In("m.branch", branches)} AND m.posted_day BETWEEN @from AND @to AND m.document_id IS NOT NULL GROUP BY coalesce(s.category, '')
        """,
        from, to);

    private static List<ReportRow> Three(Session session, string sql, int from, int to)
    {
        using var reader = session.Query(sql, from, to);
        var list = new List<ReportRow>();
        while (reader.Read())
        {
            list.Add(new ReportRow(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), 0));
        }
        return [.. list.OrderByDescending(r => r.NetCents)];
    }
}
