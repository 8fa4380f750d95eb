using System.Diagnostics;
using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Reports;

namespace Bookmine.Bench;

/// <summary>What the pages ask, in a chain that has run for years: each question beside a plain reading of the rows that it is made of.</summary>
internal static class OfficeBench
{
    private const int Branches = 10;
    private const int Tills = 100;
    private const int Days = 1_000;
    private const int Runs = 40;
    private const long Day = 24 * 60 * 60_000L;

    /// <param name="server">A PostgreSQL server; null for the embedded database.</param>
    public static async Task RunAsync(int transactions, int titles, string? server)
    {
        await using var shop = await BenchShop.OpenAsync(titles, server);
        var began = Stopwatch.GetTimestamp();
        Fill(shop, transactions);
        Console.WriteLine($"{transactions:N0} transactions of {Branches} branches in {Days} days, {titles:N0} titles, {Tills} tills; made in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, {(server is null ? "SQLite" : "PostgreSQL")}");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var today = BranchDay.Of(now, TimeZoneInfo.Utc);
        var (month, all) = (BranchDay.Add(today, -29), Enumerable.Range(1, Branches).Select(b => (long)b).ToList());
        var (sale, contact, stock) = shop.Database.Reading(s => (
            s.Integer("SELECT max(trans_id) FROM document")!.Value, DbValue(s, "SELECT contact_id FROM document WHERE contact_id IS NOT NULL AND branch = 1 ORDER BY trans_id DESC"), (Guid)shop.Stock[7]["id"]!));
        var days = all.ToDictionary(b => b, _ => today);
        Console.WriteLine($"{"",-58}{"p50",8}{"p95",8}{"raw",8}  ms");
        Measure(shop, "Today of a branch", s => (Takings.Of(s, 1, today, now), Machines.All(s), AttentionCount.Of(s, null), Takings.OfBranches(s, days)), $"SELECT sum(total_cents) FROM document WHERE branch = 1 AND posted_day = {today}");
        Measure(shop, "Findings", s => (Findings.List(s, null, all: false), AttentionCount.Of(s, null)), "SELECT count(*) FROM finding WHERE resolved_at IS NULL");
        Measure(shop, "Dropped edits", s => DroppedEdits.List(s, [1], all: false), "SELECT count(*) FROM dropped WHERE settled_at IS NULL");
        Measure(shop, "Resynchronisations of a week", s => Resynchronisations.List(s, null, now - (7 * Day), now, 0), $"SELECT count(*) FROM sync_inbox WHERE received_at > {now - (7 * Day)}");
        Measure(shop, "Sales of a week, all branches", s => SalesRecords.Find(s, Rights.All, new SaleSearch(null, BranchDay.Add(today, -6), today), null), $"SELECT count(*) FROM document WHERE branch = 1 AND posted_day >= {BranchDay.Add(today, -6)}");
        Measure(shop, "A sale by its number", s => SalesRecords.Find(s, Rights.All, new SaleSearch(sale.ToString(CultureInfo.InvariantCulture), 0, 0), null), $"SELECT id FROM document WHERE trans_id = {sale}");
        Measure(shop, "Sales of a customer's name in 90 days", s => SalesRecords.Find(s, Rights.All, new SaleSearch("customer 77", BranchDay.Add(today, -90), today), null), "SELECT count(*) FROM contact WHERE lower(name) LIKE '%customer%77%'");
        Measure(shop, "Sales of a title's words in 90 days", s => SalesRecords.Find(s, Rights.All, new SaleSearch("river winter garden", BranchDay.Add(today, -90), today), null), "SELECT count(*) FROM stock WHERE lower(title) LIKE '%river%'");
        Measure(shop, "Sales of an amount in a week", s => SalesRecords.Find(s, Rights.All, new SaleSearch("30.00", BranchDay.Add(today, -6), today), null), $"SELECT count(*) FROM document WHERE branch = 1 AND posted_day >= {BranchDay.Add(today, -6)}");
        Measure(shop, "A transaction with all that belongs to it", s => SalesRecords.Chain(s, Transactions.Find(s, sale.ToString(CultureInfo.InvariantCulture))!.Id), $"SELECT id FROM document WHERE trans_id = {sale}");
        foreach (var by in Enum.GetValues<ReportBy>())
        {
            Measure(shop, $"Report of 30 days by {by.ToString().ToLowerInvariant()}, a branch", s => SalesReports.Read(s, by, [1], month, today), $"SELECT sum(total_cents) FROM document WHERE branch = 1 AND posted_day >= {month}");
        }
        Measure(shop, "Report of 30 days by day, all branches", s => SalesReports.Read(s, ReportBy.Day, all, month, today), $"SELECT sum(total_cents) FROM document WHERE branch IN (1,2,3,4,5,6,7,8,9,10) AND posted_day >= {month}");
        Measure(shop, "Report of 30 days by category, all branches", s => SalesReports.Read(s, ReportBy.Category, all, month, today), $"SELECT sum(value_cents) FROM stock_movement WHERE branch IN (1,2,3,4,5,6,7,8,9,10) AND posted_day >= {month}");
        Measure(shop, "What operators did in 30 days, all branches", s => SalesReports.Acts(s, all, month, today), "SELECT count(*) FROM till_event");
        Measure(shop, "Money owed", s => (MoneyOwed.Vouchers(s), MoneyOwed.Credit(s), MoneyOwed.Orders(s, null)), "SELECT sum(amount_cents) FROM credit");
        Measure(shop, "Stock by words", s => StockRecords.Search(s, "river winter", 1, 0), "SELECT count(*) FROM stock WHERE lower(title) LIKE '%river%'");
        Measure(shop, "Stock by its code", s => StockRecords.Search(s, shop.Stock[7].Text("code"), 1, 0), $"SELECT id FROM stock WHERE code = '{shop.Stock[7].Text("code")}'");
        Measure(shop, "A title's page", s => (StockRecords.Find(s, stock.ToString()), StockRecords.Movements(s, stock, null), StockRecords.ByMonth(s, stock, null, BranchDay.Add(today, -730))), "SELECT count(*) FROM stock_movement WHERE stock_id = (SELECT stock_id FROM holding ORDER BY stock_id LIMIT 1)");
        Measure(shop, "Best sellers of 30 days", s => StockRecords.List(s, StockList.Best, 1, month, today), $"SELECT sum(qty) FROM stock_movement WHERE branch = 1 AND posted_day >= {month}");
        Measure(shop, "Below nought", s => StockRecords.List(s, StockList.Negative, 1, month, today), "SELECT count(*) FROM holding WHERE branch = 1 AND on_hand < 0");
        Measure(shop, "Unsold in half a year", s => StockRecords.List(s, StockList.Unsold, 1, BranchDay.Add(today, -179), today), "SELECT count(*) FROM holding WHERE branch = 1 AND on_hand > 0");
        Measure(shop, "Contacts by words", s => Contacts.Search(s, "customer 77", 0), "SELECT count(*) FROM contact WHERE lower(name) LIKE '%customer%'");
        Measure(shop, "A contact's page", s => (Contacts.Find(s, contact.ToString()), SalesRecords.Find(s, Rights.All, new SaleSearch(null, BranchDay.Add(today, -730), today, Contact: contact), null), Contacts.Credit(s, contact), Contacts.Emails(s, contact, null)), "SELECT count(*) FROM contact");
        Measure(shop, "Tills", s => Machines.All(s), "SELECT count(*) FROM till");
        Pull(shop, transactions);
        await BesidePagesAsync(shop, today);
    }

    /// <summary>A resynchronisation alone and beside ten open pages of Today, which each read themselves again with every news.</summary>
    private static async Task BesidePagesAsync(BenchShop shop, int today)
    {
        const int pages = 10, sales = 8_000, rounds = 4;
        await shop.EnrolAsync();
        using (var till = shop.OpenTill(false))
        {
            await till.ReprovisionAsync();
        }
        var (gate, news) = (shop.Get<RequestGate>(), shop.Get<LiveNews>());
        var (alone, beside, reloads) = (new List<double>(), new List<double>(), 0);
        for (var round = 0; round < 2 * rounds; round++)
        {
            using (var till = shop.OpenTill(true))
            {
                for (var i = 0; i < sales; i++)
                {
                    await till.SellAsync(Measurements.Sale(shop.Stock, i));
                }
            }
            // Records grow from round to round: neither is always the later one.
            var isAlone = round % 4 is 0 or 3;
            var open = isAlone ? [] : Enumerable.Range(0, pages).Select(_ => news.Subscribe(() => gate.Pages.RunAsync(
                () =>
                {
                    Interlocked.Increment(ref reloads);
                    return shop.Database.Reading(s => (Takings.Of(s, 1, today, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()), Machines.All(s), AttentionCount.Of(s, null)));
                },
                CancellationToken.None))).ToList();
            using var normal = shop.OpenTill(false);
            var began = Stopwatch.GetTimestamp();
            var report = await normal.SynchroniseAsync();
            (isAlone ? alone : beside).Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            open.ForEach(page => page.Dispose());
            _ = report is { Agree: true } ? true : throw new InvalidOperationException("The posting went wrong.");
        }
        alone.Sort();
        beside.Sort();
        Console.WriteLine(
            $"a resynchronisation of {sales:N0} sales: {alone[rounds / 2]:0.00} s alone, {beside[rounds / 2]:0.00} s beside {pages} open pages that read themselves again {reloads} times: {beside[rounds / 2] / alone[rounds / 2]:0.00} times");
    }

    private static Guid DbValue(Session session, string sql)
    {
        using var reader = session.Query(sql + " " + session.Dialect.Limit("1"));
        return reader.Read() ? DbValues.ReadGuid(reader, 0) : Guid.Empty;
    }

    private static void Measure<T>(BenchShop shop, string what, Func<Session, T> question, string raw)
    {
        var (times, raws) = (new List<double>(), new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            var began = Stopwatch.GetTimestamp();
            shop.Database.Reading(question);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            began = Stopwatch.GetTimestamp();
            shop.Database.Reading(s => s.Scalar(raw));
            raws.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        times.Sort();
        raws.Sort();
        Console.WriteLine($"{what,-58}{times[Runs / 2],8:0.0}{times[(int)(Runs * 0.95)],8:0.0}{raws[Runs / 2],8:0.0}{(times[(int)(Runs * 0.95)] > 150 ? "  OVER" : "")}");
    }

    /// <summary>All transactions by cursor, as a program pulls them, beside reading the same rows.</summary>
    private static void Pull(BenchShop shop, int transactions)
    {
        var (began, pulled, place) = (Stopwatch.GetTimestamp(), 0, (Place?)null);
        for (var more = true; more;)
        {
            var some = shop.Database.Reading(s => PostedFeed.Read(s, Rights.All, place, 500));
            (pulled, place, more) = (pulled + some.Items.Count, some.Next, some.HasMore);
        }
        var taken = Stopwatch.GetElapsedTime(began).TotalSeconds;
        began = Stopwatch.GetTimestamp();
        var rows = 0L;
        shop.Database.Reading(session =>
        {
            foreach (var table in new[] { "document", "document_line", "payment", "stock_movement" })
            {
                using var reader = session.Query($"SELECT * FROM {table}");
                while (reader.Read())
                {
                    rows++;
                }
            }
            return 0;
        });
        var raw = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Console.WriteLine($"{pulled:N0} of {transactions:N0} transactions pulled by cursor in {taken:0.0} s, {pulled / taken:N0} a second, {Environment.WorkingSet / 1_048_576:N0} MB in all; their {rows:N0} rows read raw in {raw:0.0} s");
    }

    private static void Fill(BenchShop shop, int transactions)
    {
        var ids = new EntityIds(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var contacts = Enumerable.Range(0, 20_000).Select(_ => ids.Next()).ToList();
        const int slice = 2_000;
        shop.Database.Writing(session =>
        {
            for (var b = 2L; b <= Branches; b++)
            {
                session.Execute("INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency) VALUES (@id, 'Branch', 'UTC', '', 1000, '')", b);
            }
            for (var t = 1L; t <= Tills; t++)
            {
                session.Execute(
                    "INSERT INTO till (id, name, branch, secret_hash, state, enrolled_at, seen_at, unposted, reprovision_from, is_foreign) VALUES (@id, 'till', @branch, @hash, 'enrolled', 0, @now, 0, 0, 0)",
                    t, (t % Branches) + 1, new byte[32], now);
                session.Execute("INSERT INTO till_head (till, branch, n) VALUES (@till, @branch, 0)", t, (t % Branches) + 1);
            }
            for (var i = 0; i < contacts.Count; i++)
            {
                session.Execute("INSERT INTO contact (id, kind, name) VALUES (@id, 'customer', @name)", contacts[i], $"Customer {i}");
            }
            foreach (var holding in shop.Stock.Skip(100).Take(20_000))
            {
                session.Execute("UPDATE holding SET on_hand = CASE WHEN on_hand > 0 THEN -1 ELSE on_hand END WHERE branch = 1 AND stock_id = @id AND @odd = 1", holding["id"], 0L);
            }
            return true;
        });
        for (var first = 0; first < transactions; first += slice)
        {
            shop.Database.Writing(session =>
            {
                var rows = new List<Row>();
                for (var n = first; n < Math.Min(first + slice, transactions); n++)
                {
                    Write(session, rows, shop, ids, contacts, n, transactions, now);
                }
                foreach (var table in rows.GroupBy(r => r.Table))
                {
                    session.InsertAll(table.Key.Name, RowSet.OfRows(table.Key, table));
                }
                var posted = new RowSet(new SetColumn("seq", SetType.Integer), new SetColumn("document_id", SetType.Guid));
                rows.FindAll(r => r.Table == BookmineSetup.Document).ForEach(d => posted.Add(d.Integer("trans_id") - 999_999, d.Guid("id")));
                session.InsertAll("posting", posted);
                // The feed is another measurement's.
                session.Execute("DELETE FROM sync_dirty");
                return true;
            });
        }
        shop.Database.Writing(session => session.Execute(
            "UPDATE counter SET posting = @n, till = @tills, trans_id = @last, block = 20000000 WHERE id = 1", (long)transactions, (long)Tills, 1_000_000L + transactions));
    }

    private static void Write(Session session, List<Row> rows, BenchShop shop, EntityIds ids, List<Guid> contacts, int n, int of, long now)
    {
        var at = now - (Days * Day) + (long)((double)n / of * Days * Day);
        var (id, branch, till) = (ids.Next(), (n % Branches) + 1L, (n % Tills) + 1L);
        long day = BranchDay.Of(at, TimeZoneInfo.Utc);
        rows.Add(new Row(BookmineSetup.Document)
        {
            ["id"] = id, ["trans_id"] = 1_000_000L + n, ["docket"] = 9_000_000L + n, ["kind"] = n % 40 == 0 ? "refund" : "sale", ["branch"] = branch, ["till"] = till,
            ["operator"] = $"op{n % 13}", ["contact_id"] = n % 10 == 0 ? contacts[n / 10 % contacts.Count] : null, ["started_at"] = at, ["shipped_at"] = at, ["posted_at"] = at,
            ["posted_day"] = day, ["month"] = day / 100, ["taken_day"] = day, ["total_cents"] = 3000L, ["disconnected"] = n % 7 == 0 ? 1L : 0L,
        });
        for (var line = 1L; line <= 2; line++)
        {
            var stock = shop.Stock[(int)(((n * 7L) + (line * 331)) % shop.Stock.Count)];
            rows.Add(new Row(BookmineSetup.DocumentLine)
            {
                ["id"] = ids.Next(), ["document_id"] = id, ["branch"] = branch, ["month"] = day / 100, ["line"] = line, ["stock_id"] = stock["id"], ["code"] = stock["code"],
                ["isbn13"] = stock["isbn13"], ["title"] = stock["title"], ["qty"] = 1L, ["unit_price_cents"] = 1500L, ["discount_cents"] = 0L, ["tax_rate_bp"] = 1000L,
            });
            rows.Add(new Row(BookmineSetup.StockMovement)
            {
                ["id"] = ids.Next(), ["document_id"] = id, ["branch"] = branch, ["month"] = day / 100, ["stock_id"] = stock["id"], ["code"] = stock["code"], ["qty"] = -1L,
                ["value_cents"] = 1500L, ["reason"] = "sale", ["taken_at"] = at, ["posted_at"] = at, ["posted_day"] = day, ["taken_day"] = day,
            });
        }
        rows.Add(new Row(BookmineSetup.Payment)
        {
            ["id"] = ids.Next(), ["document_id"] = id, ["branch"] = branch, ["month"] = day / 100, ["method"] = n % 3 == 0 ? "cash" : n % 500 == 1 ? "owing" : "card",
            ["amount_cents"] = 3000L, ["change"] = 0L, ["taken_at"] = at, ["paid_at"] = at, ["paid_day"] = day, ["taken_day"] = day,
        });
        if (n % 200 == 0)
        {
            session.Execute(
                "INSERT INTO credit (id, document_id, branch, contact_id, amount_cents, entered_at) VALUES (@id, @document, @branch, @contact, 500, @at)",
                ids.Next(), id, branch, contacts[n / 200 % contacts.Count], at);
            session.Execute(
                "INSERT INTO till_event (id, branch, till, operator, kind, text, amount_cents, happened_at, posted_at) VALUES (@id, @branch, @till, 'op1', 'no-sale', 'x', 0, @at, @at)",
                ids.Next(), branch, till, at);
            session.Execute(
                "INSERT INTO finding (id, till, n, kind, subject, text, noted_at, resolved_at) VALUES (@id, @till, 1, 'oversold', @subject, 'a finding', @at, @resolved)",
                n + 1L, till, $"s{n}", at, n < of - 60_000 ? at : null);
        }
        if (at > now - (40 * Day))
        {
            session.Execute(
                "INSERT INTO sync_inbox (client, n, id, kind, format, sealed_at, hash, chain, payload, synchronisation, received_at, state, result) VALUES "
                + "(@client, @n, @id, 'sale', 1, @at, @hash, @hash, @hash, @sync, @at, 'posted', '{}')",
                till, (long)n, id, at, new byte[32], new Guid((int)(at / Day), 0, 0, [0, 0, 0, 0, 0, 0, 0, (byte)till]));
        }
    }
}
