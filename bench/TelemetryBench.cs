using System.Diagnostics;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Tills;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Selling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bookmine.Bench;

/// <summary>What it costs the server to be looked at: its processor time for the same work with telemetry off, asked for by Prometheus, and sent to a collector.</summary>
internal static class TelemetryBench
{
    private const int Titles = 1_000;
    private const int Looks = 6_000;
    private const int WarmSales = 500;
    private const int WarmLooks = 2_000;
    private static readonly TimeSpan BetweenScrapes = TimeSpan.FromSeconds(5);

    private sealed record Cost(double Posting, double Looking);

    /// <param name="runs">Of each, turn about.</param>
    public static async Task RunAsync(int sales, int runs)
    {
        await using var collector = await CollectAsync();
        var costs = new Dictionary<string, List<Cost>> { ["off"] = [], ["page"] = [], ["collector"] = [] };
        for (var run = 0; run < runs; run++)
        {
            costs["off"].Add(await MeasureAsync(sales, null, hasPage: false));
            costs["page"].Add(await MeasureAsync(sales, null, hasPage: true));
            costs["collector"].Add(await MeasureAsync(sales, collector.Urls.First(), hasPage: false));
        }
        Console.WriteLine($"The server's processor time, medians of {runs}, turn about: {sales:N0} sales posted, then {Looks:N0} resynchronisations with nothing to do.");
        foreach (var (name, measured) in costs)
        {
            var (posting, looking) = (Median(measured.Select(c => c.Posting)), Median(measured.Select(c => c.Looking)));
            var (more, moreLooking) = (Median(costs["off"].Zip(measured, (o, m) => m.Posting / o.Posting)), Median(costs["off"].Zip(measured, (o, m) => m.Looking / o.Looking)));
            Console.WriteLine($"{name,-10} posting {posting,8:N0} ms ({more:0.000}), nothing to do {looking,8:N0} ms ({moreLooking:0.000})");
        }
    }

    private static async Task<Cost> MeasureAsync(int sales, string? collector, bool hasPage)
    {
        var folder = Directory.CreateTempSubdirectory("bookmine-telemetry-").FullName;
        using var records = new BenchDatabase.Embedded();
        var name = records.Name(Path.Combine(folder, "shop.db"));
        using (var server = new ServerProcess(name, folder, collector, hasPage ? ["--metrics", "0"] : []))
        using (var database = ShopDatabase.Open(name, TimeProvider.System))
        using (var ending = new CancellationTokenSource())
        {
            var stock = Fill(database);
            var path = Path.Combine(folder, "till");
            Enrol(database, server.Url, path);
            var scraping = hasPage ? ScrapeAsync(server.Page!, ending.Token) : Task.CompletedTask;
            // What a program costs in its first minute is the compiler's.
            await SellAsync(path, stock, WarmSales);
            await SynchroniseAsync(path, WarmLooks);
            await SellAsync(path, stock, sales);
            var posting = await TakenAsync(server, () => SynchroniseAsync(path, 1));
            var looking = await TakenAsync(server, () => SynchroniseAsync(path, Looks));
            await ending.CancelAsync();
            await scraping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Directory.Delete(folder, recursive: true);
            return new Cost(posting, looking);
        }
    }

    private static List<Row> Fill(IServerDatabase database) => database.Writing(session =>
    {
        session.Execute("INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency) VALUES (1, 'Bench', 'UTC', 'Bench', 1000, '')");
        var stock = BenchShop.Titles(Titles).ToList();
        foreach (var row in stock)
        {
            TableSql.TryInsert(session, row);
            TableSql.TryInsert(session, new Row(BookmineSetup.Holding) { ["branch"] = 1L, ["stock_id"] = row["id"], ["price_cents"] = 1000L, ["on_hand"] = 100_000L });
        }
        return stock;
    });

    private static void Enrol(IServerDatabase database, string url, string path)
    {
        var enrolment = new Enrolment(database, TimeProvider.System, new SystemSecrets(), new EntityIds(TimeProvider.System));
        var reply = enrolment.Enrol(enrolment.NewCode(1, "bench").Secret);
        TillSetUp.TakeIdentity(
            TillMachine.This(TimeProvider.System), path, new TillIdentity(url, reply.Till, "bench", 1, reply.Secret, reply.Proof), new(reply.BlockFirst, reply.BlockLast, reply.BlockMac));
    }

    private static async Task SellAsync(string path, List<Row> stock, int sales)
    {
        await SynchroniseAsync(path, 1);
        using var away = Till.Open(path, true, TimeProvider.System);
        for (var i = 0; i < sales; i++)
        {
            await away.SellAsync(Measurements.Sale(stock, i));
        }
    }

    private static async Task SynchroniseAsync(string path, int times)
    {
        using var till = Till.Open(path, false, TimeProvider.System);
        for (var i = 0; i < times; i++)
        {
            till.Reported(await till.SynchroniseAsync());
        }
    }

    private static async Task<double> TakenAsync(ServerProcess server, Func<Task> work)
    {
        var before = server.Processor;
        await work();
        return (server.Processor - before).TotalMilliseconds;
    }

    private static async Task ScrapeAsync(string page, CancellationToken ending)
    {
        using var client = new HttpClient();
        while (!ending.IsCancellationRequested)
        {
            await client.GetStringAsync(page, ending);
            await Task.Delay(BetweenScrapes, ending);
        }
    }

    /// <summary>Takes whatever is sent.</summary>
    private static async Task<WebApplication> CollectAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/v1/{signal}", async (HttpRequest request) => await request.Body.CopyToAsync(Stream.Null));
        await app.StartAsync();
        return app;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
