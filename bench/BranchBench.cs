using System.Diagnostics;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Bench;

/// <summary>A fresh replica of a busy branch: four months of transactions come by ordinary pulls, the shop's records as a snapshot.</summary>
internal static class BranchBench
{
    private const int Titles = 10_000;
    private const int Lines = 10;
    private const int RowsADocument = 2 + (2 * Lines);

    /// <param name="program">The till's program; null for the one that was built beside this.</param>
    public static async Task RunAsync(string? program, int rows)
    {
        await using var shop = await BenchShop.OpenAsync(Titles);
        var transactions = Fill(shop, rows / RowsADocument);
        await shop.EnrolAsync("first");
        await TillProcess.PeakMegabytesAsync(program, shop.TillFolder, "reprovision");
        await shop.EnrolAsync("second");
        var began = Stopwatch.GetTimestamp();
        var peak = await TillProcess.PeakMegabytesAsync(program, shop.TillFolder, "reprovision");
        var taken = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var raw = RawWrites.InsertIntoReplica(shop.File("raw.db"), transactions);
        Console.WriteLine($"a fresh replica with {transactions.Count:N0} rows of transactions: {taken:0.0} s, {peak} MB; their raw write into the same tables and indexes {raw:0.0} s: {taken / raw:0.00} times");
    }

    private static List<Row> Fill(BenchShop shop, int documents)
    {
        var ids = new EntityIds(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var (day, month) = (Day(), Day() / 100);
        var rows = new List<Row>();
        const int slice = 500;
        for (var first = 0; first < documents; first += slice)
        {
            shop.Database.Writing(session =>
            {
                for (var n = first; n < Math.Min(first + slice, documents); n++)
                {
                    foreach (var row in Document(shop, ids, n, now, day, month))
                    {
                        TableSql.TryInsert(session, row);
                        rows.Add(row);
                    }
                }
                return true;
            });
            new Sequencer(shop.Database, BookmineSetup.Instance).Drain();
        }
        return rows;
    }

    private static long Day() => long.Parse(TimeProvider.System.GetUtcNow().ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<Row> Document(BenchShop shop, EntityIds ids, int n, long now, long day, long month)
    {
        var id = ids.Next();
        yield return new Row(BookmineSetup.Document)
        {
            ["id"] = id, ["trans_id"] = 1_000_000L + n, ["docket"] = 9_000_000L + n, ["kind"] = "sale", ["branch"] = 1L, ["till"] = 1L, ["operator"] = "01",
            ["started_at"] = now, ["shipped_at"] = now, ["posted_at"] = now, ["posted_day"] = day, ["month"] = month, ["taken_day"] = day, ["total_cents"] = 1000L * Lines,
            ["disconnected"] = 0L,
        };
        for (var line = 1; line <= Lines; line++)
        {
            var stock = shop.Stock[((n * 7) + (line * 331)) % shop.Stock.Count];
            yield return new Row(BookmineSetup.DocumentLine)
            {
                ["id"] = ids.Next(), ["document_id"] = id, ["branch"] = 1L, ["month"] = month, ["line"] = (long)line, ["stock_id"] = stock["id"], ["code"] = stock["code"],
                ["isbn13"] = stock["isbn13"], ["title"] = stock["title"], ["qty"] = 1L, ["unit_price_cents"] = 1000L, ["discount_cents"] = 0L, ["tax_rate_bp"] = 1000L,
            };
            yield return new Row(BookmineSetup.StockMovement)
            {
                ["id"] = ids.Next(), ["document_id"] = id, ["branch"] = 1L, ["month"] = month, ["stock_id"] = stock["id"], ["code"] = stock["code"], ["qty"] = -1L,
                ["value_cents"] = 1000L, ["reason"] = "sale", ["taken_at"] = now, ["posted_at"] = now, ["posted_day"] = day, ["taken_day"] = day,
            };
        }
        yield return new Row(BookmineSetup.Payment)
        {
            ["id"] = ids.Next(), ["document_id"] = id, ["branch"] = 1L, ["month"] = month, ["method"] = "cash", ["amount_cents"] = 1000L * Lines, ["change"] = 0L, ["taken_at"] = now,
            ["paid_at"] = now, ["paid_day"] = day, ["taken_day"] = day,
        };
    }
}
