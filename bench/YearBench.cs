using System.Diagnostics;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Reports;
using Bookmine.TillClient;
using Bookmine.TillClient.Selling;

namespace Bookmine.Bench;

/// <summary>A real shop's year, 22,388 sales of 21 lines: posted, checked, exported, and what it takes on the server's disk.</summary>
internal static class YearBench
{
    private const int Titles = 5_000;

    public static async Task RunAsync(int sales, int lines)
    {
        await using var shop = await BenchShop.OpenAsync(Titles);
        await shop.EnrolAsync();
        // Nothing was counted in, as in many a shop: each item is found to be oversold.
        shop.Database.Writing(s => s.Execute("UPDATE holding SET on_hand = 0"));
        using (var till = shop.OpenTill(false))
        {
            await till.ReprovisionAsync();
        }
        using (var till = shop.OpenTill(true))
        {
            await TimeAsync($"sealing {sales:N0} sales of {lines} lines", async () =>
            {
                for (var i = 0; i < sales; i++)
                {
                    await till.SellAsync(Sale(shop, i, lines));
                }
                return 0L;
            });
        }
        using (var till = shop.OpenTill(false))
        {
            await TimeAsync("posting them, report and download included", async () => (await till.SynchroniseAsync()).Posted.Sales);
        }
        await TimeAsync("check", () =>
        {
            var (feed, books) = ShopCheck.Run(shop.Database, TimeProvider.System);
            return Task.FromResult(feed.Count + books.Count == 0 ? 0L : throw new InvalidOperationException(string.Join('\n', feed.Concat(books))));
        });
        await TimeAsync("sale export", () => Task.FromResult(shop.Database.Reading(s => Transactions.Export(s, null, 0, 99_999_999).LongCount())));
        List<Row> rows = [];
        await TimeAsync("a raw read of the same rows", () => Task.FromResult((long)(rows = shop.Database.Reading(s => (List<Row>)
        [
            .. BookmineSetup.Instance.Tables.SelectMany(t => TableSql.Where(s, t, "1 = 1")),
        ])).Count));
        shop.Raw(rows);
        shop.Database.Writing(s => s.Execute("DELETE FROM sync_dirty WHERE id < 0"));
        var (all, tables) = (Megabytes(shop, "shop.db"), Megabytes(shop, "raw.db"));
        Console.WriteLine($"{"on the server's disk",-62}{all,9:N0} MB{tables,9:N0} MB{all / tables,8:N2}");
    }

    private static SaleDraft Sale(BenchShop shop, int number, int lines) => new()
    {
        Lines = [.. Enumerable.Range(0, lines).Select(l => new LineDraft { StockId = shop.Stock[((number * 7) + (l * 331)) % shop.Stock.Count].Guid("id"), UnitPriceCents = 1000 })],
        Payments = [new PaymentDraft { Method = "cash", AmountCents = 1000L * lines }],
    };

    private static double Megabytes(BenchShop shop, string file) => new[] { file, file + "-wal" }.Select(shop.File).Where(File.Exists).Sum(f => new FileInfo(f).Length) / 1e6;

    private static async Task TimeAsync(string what, Func<Task<long>> work)
    {
        var started = Stopwatch.GetTimestamp();
        var count = await work();
        Console.WriteLine($"{what,-62}{Stopwatch.GetElapsedTime(started).TotalSeconds,9:N1} s{(count > 0 ? $"   {count:N0}" : "")}");
    }
}
