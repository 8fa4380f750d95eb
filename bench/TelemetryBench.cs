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

/// <summary>
/// What it costs the server to be looked at: its processor time for the same work with telemetry off, asked for by Prometheus, and sent to a collector. Three
/// servers run at once and work turn about in small slices, so that whatever else the machine does falls on all of them; of the slices the median counts, which
/// a slice that was disturbed does not move.
/// </summary>
internal static class TelemetryBench
{
    private const int Titles = 1_000;
    private const int LooksASlice = 100;
    private static readonly TimeSpan BetweenScrapes = TimeSpan.FromSeconds(5);

    /// <param name="sales">In each slice.</param>
    /// <param name="slices">As many again come first, which nobody measures: what a program costs in its first minutes is the compiler's.</param>
    public static async Task RunAsync(int sales, int slices)
    {
        await using var collector = await CollectAsync();
        using var off = new Watched("off", null, hasPage: false);
        using var page = new Watched("page", null, hasPage: true);
        using var sent = new Watched("collector", collector.Urls.First(), hasPage: false);
        Watched[] all = [off, page, sent];
        for (var slice = -slices; slice < slices; slice++)
        {
            // Who begins changes, so that none always follows the same one.
            for (var i = 0; i < all.Length; i++)
            {
                await all[(slice + slices + i) % all.Length].WorkAsync(sales, isMeasured: slice >= 0);
            }
        }
        Console.WriteLine(
            $"The server's processor time, turn about: {slices * sales:N0} sales posted, {slices * LooksASlice:N0} resynchronisations with nothing to do.");
        foreach (var one in all)
        {
            Console.WriteLine(
                $"{one.Name,-10} posting {one.Posting / sales,8:N2} ms a sale ({Ratio(one.Posting, off.Posting)}), "
                + $"nothing to do {one.Looking / LooksASlice,8:N3} ms ({Ratio(one.Looking, off.Looking)})");
        }

        static string Ratio(double more, double than) => $"{more / than:0.000}";
    }

    /// <summary>A server, its till, and what its work took so far, in milliseconds of its processor.</summary>
    private sealed class Watched : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("bookmine-telemetry-").FullName;
        private readonly BenchDatabase.Embedded records = new();
        private readonly HttpClient prometheus = new();
        private readonly ServerProcess server;
        private readonly List<Row> stock;
        private TimeSpan sinceScrape;
        private readonly List<double> postings = [];
        private readonly List<double> looks = [];
        private int sold;

        public Watched(string name, string? collector, bool hasPage)
        {
            Name = name;
            var shop = records.Name(Path.Combine(folder, "shop.db"));
            server = new ServerProcess(shop, folder, collector, hasPage ? ["--metrics", "0"] : []);
            using var database = ShopDatabase.Open(shop, TimeProvider.System);
            stock = Fill(database);
            Enrol(database, server.Url, TillPath);
        }

        public string Name { get; }

        /// <summary>The median slice, in milliseconds of the server's processor.</summary>
        public double Posting => Median(postings);

        public double Looking => Median(looks);

        private string TillPath => Path.Combine(folder, "till");

        public async Task WorkAsync(int sales, bool isMeasured)
        {
            await SellAsync(sales);
            var (posting, looking) = (await TakenAsync(1), await TakenAsync(LooksASlice));
            if (isMeasured)
            {
                postings.Add(posting);
                looks.Add(looking);
            }
        }

        public void Dispose()
        {
            prometheus.Dispose();
            server.Dispose();
            records.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

        private async Task SellAsync(int sales)
        {
            await SynchroniseAsync(1);
            using var away = Till.Open(TillPath, true, TimeProvider.System);
            for (var i = 0; i < sales; i++)
            {
                await away.SellAsync(Measurements.Sale(stock, sold++));
            }
        }

        private async Task<double> TakenAsync(int times)
        {
            var (before, began) = (server.ThreadTime, Stopwatch.GetTimestamp());
            await SynchroniseAsync(times);
            await ScrapeAsync(Stopwatch.GetElapsedTime(began));
            return (server.ThreadTime - before).TotalMilliseconds;
        }

        private async Task SynchroniseAsync(int times)
        {
            using var till = Till.Open(TillPath, false, TimeProvider.System);
            for (var i = 0; i < times; i++)
            {
                till.Reported(await till.SynchroniseAsync());
            }
        }

        /// <summary>As often as Prometheus would, by the time that this server had work.</summary>
        private async Task ScrapeAsync(TimeSpan worked)
        {
            sinceScrape += worked;
            if (server.Page is { } page && sinceScrape > BetweenScrapes)
            {
                sinceScrape = TimeSpan.Zero;
                await prometheus.GetStringAsync(page);
            }
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
}
