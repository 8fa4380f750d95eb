using System.Diagnostics;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.TillClient;
using Bookmine.TillClient.Selling;

namespace Bookmine.Bench;

/// <summary>What is measured, one method each. Every measurement has a fresh shop.</summary>
internal static class Measurements
{
    private const int DeltaRows = 1_000;
    private const int Seals = 1_000;

    public static async Task<IReadOnlyList<Figure>> ProvisionAsync(int titles, string? server)
    {
        await using var shop = await BenchShop.OpenAsync(titles, server);
        await shop.EnrolAsync();
        using var till = shop.OpenTill(false);
        var first = await TimeAsync(() => till.ReprovisionAsync());
        var ready = await TimeAsync(() => till.ReprovisionAsync());
        var rows = shop.Database.Reading(s => TableSql.Where(s, BookmineSetup.Holding, "1 = 1"));
        var raw = RawWrites.InsertIntoReplica(shop.File("raw.db"), [.. shop.Stock, .. rows]);
        return
        [
            new Figure($"first provisioning, {titles:N0} titles, the snapshot ready", ready, raw),
            new Figure($"first provisioning, {titles:N0} titles, the snapshot made first", first, raw),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> PostAsync(int sales, string? server)
    {
        await using var shop = await BenchShop.OpenAsync(1_000, server);
        await shop.EnrolAsync();
        using (var till = shop.OpenTill(false))
        {
            await till.ReprovisionAsync();
        }
        using (var till = shop.OpenTill(true))
        {
            for (var i = 0; i < sales; i++)
            {
                await till.SellAsync(Sale(shop.Stock, i));
            }
        }
        using var normal = shop.OpenTill(false);
        SyncReport? report = null;
        var time = await TimeAsync(async () => report = await normal.SynchroniseAsync());
        if (report is not { Agree: true } || report.Posted.Sales != sales)
        {
            throw new InvalidOperationException("The posting went wrong.");
        }
        var rows = shop.Database.Reading(s => (List<Row>)
        [
            .. TableSql.Where(s, BookmineSetup.Document, "1 = 1"), .. TableSql.Where(s, BookmineSetup.DocumentLine, "1 = 1"),
            .. TableSql.Where(s, BookmineSetup.Payment, "1 = 1"), .. TableSql.Where(s, BookmineSetup.StockMovement, "1 = 1"),
        ]);
        return [new Figure($"posting {sales:N0} disconnected sales, report and download included", time, shop.Raw(rows))];
    }

    public static async Task<IReadOnlyList<Figure>> NothingToDoAsync(string? server)
    {
        await using var shop = await BenchShop.OpenAsync(10_000, server);
        await shop.EnrolAsync();
        using var till = shop.OpenTill(false);
        await till.ReprovisionAsync();
        await till.SynchroniseAsync();
        SyncReport? report = null;
        var time = await TimeAsync(async () => report = await till.SynchroniseAsync());
        return [new Figure($"a resynchronisation with nothing to do ({report!.Requests} request)", time, 0)];
    }

    public static async Task<IReadOnlyList<Figure>> DeltaAsync(string? server)
    {
        await using var shop = await BenchShop.OpenAsync(100_000, server);
        await shop.EnrolAsync();
        using var till = shop.OpenTill(false);
        await till.ReprovisionAsync();
        shop.Database.Writing(s => s.Execute("UPDATE stock SET title = title || ' (changed)' WHERE isbn13 % 100 = 7"));
        var time = await TimeAsync(() => till.SynchroniseAsync());
        var changed = shop.Database.Reading(s => TableSql.Where(s, BookmineSetup.Stock, "title LIKE '%(changed)'"));
        return changed.Count == DeltaRows
            ? [new Figure($"a delta of {DeltaRows:N0} changed rows on 100,000", time, RawWrites.UpdateReplica(shop.File("raw.db"), shop.Stock, changed))]
            : throw new InvalidOperationException($"{changed.Count} rows were changed.");
    }

    public static async Task<IReadOnlyList<Figure>> SealAsync()
    {
        await using var shop = await BenchShop.OpenAsync(1_000);
        await shop.EnrolAsync();
        using (var till = shop.OpenTill(false))
        {
            await till.ReprovisionAsync();
        }
        using var disconnected = shop.OpenTill(true);
        var times = new List<double>();
        for (var i = 0; i < Seals; i++)
        {
            var sale = Sale(shop.Stock, i);
            var started = Stopwatch.GetTimestamp();
            await disconnected.SellAsync(sale);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        var raw = RawWrites.Commits(shop.File("raw.db"), Seals, new byte[2_500]);
        return
        [
            new Figure("a seal, p50", At(times, 0.5) / 1000, At(raw, 0.5) / 1000),
            new Figure("a seal, p99", At(times, 0.99) / 1000, At(raw, 0.99) / 1000),
        ];
    }

    /// <summary>The till's own memory, in a process of its own: fetching a replica of 100,000 titles, and posting 1,000 sales.</summary>
    public static async Task<(long Provisioning, long Posting)> MemoryAsync(string? program)
    {
        await using var shop = await BenchShop.OpenAsync(100_000);
        await shop.EnrolAsync();
        var provisioning = await TillProcess.PeakMegabytesAsync(program, shop.TillFolder, "reprovision");
        using (var till = shop.OpenTill(true))
        {
            for (var i = 0; i < 1_000; i++)
            {
                await till.SellAsync(Sale(shop.Stock, i));
            }
        }
        return (provisioning, await TillProcess.PeakMegabytesAsync(program, shop.TillFolder, "resync"));
    }

    /// <summary>An import's worth of titles through the server's own import, sequenced.</summary>
    public static async Task<IReadOnlyList<Figure>> SequenceAsync(string? server)
    {
        const int titles = 20_000;
        await using var shop = await BenchShop.OpenAsync(0, server);
        var rows = BenchShop.Titles(titles).ToList();
        var sequencer = new Sequencer(shop.Database, BookmineSetup.Instance);
        var insert = await TimeAsync(() => Task.FromResult(shop.Database.Writing(session =>
        {
            foreach (var row in rows)
            {
                TableSql.TryInsert(session, row);
            }
            return true;
        })));
        var sequenced = await TimeAsync(() => Task.FromResult(sequencer.Drain()));
        var raw = shop.Raw(rows);
        return [new Figure($"inserting {titles:N0} titles, an insert each", insert, raw), new Figure($"sequencing {titles:N0} titles", sequenced, raw)];
    }

    internal static SaleDraft Sale(List<Row> stock, int number) => new()
    {
        Lines = [.. Enumerable.Range(0, 3).Select(l => new LineDraft { StockId = stock[((number * 7) + (l * 331)) % stock.Count].Guid("id"), UnitPriceCents = 1000 })],
        Payments = [new PaymentDraft { Method = "cash", AmountCents = 3000 }],
    };

    private static double At(List<double> values, double share) => values.Order().ElementAt((int)(values.Count * share));

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
