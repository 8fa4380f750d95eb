using System.Diagnostics;
using Bookmine.ForeignTill;
using Bookmine.TillClient.Selling;
using Dotmim.Sync;
using Dotmim.Sync.Sqlite;
using Dotmim.Sync.Web.Client;
using Microsoft.Data.Sqlite;

namespace Bookmine.DotmimStory;

/// <summary>
/// A disconnected day's sales brought home: by Dotmim's till over the bridge, by a till of Bookmine's own and, on PostgreSQL, by Dotmim's till from Dotmim's server. All in one
/// run, turn about; the servers are processes of their own. What is timed is the synchronisation alone.
/// </summary>
internal static class Speed
{
    private const int Rounds = 5;

    public static async Task MeasureAsync(string? database, int sales)
    {
        using var shop = Shop.Open(database);
        using var bridged = new Counter(shop.TillFile("bridged"), await shop.EnrolAsync("bridged"), shop.Url);
        using var own = await shop.NativeAsync("own");
        await bridged.SyncAsync();
        using var peer = database is null ? null : await PeerTill.StartAsync(shop, database);
        var (byBridge, byOwn, byPeer) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            byBridge.Add(await TimeAsync(() => SellAll(bridged, sales), () => bridged.SyncAsync()));
            await own.SynchroniseAsync();
            byOwn.Add(await TimeAsync(() => SellAllAsync(own, shop, sales), () => own.SynchroniseAsync()));
            await bridged.SyncAsync();
            if (peer is not null)
            {
                byPeer.Add(await TimeAsync(() => peer.SellAll(sales), () => peer.SyncAsync()));
            }
        }
        Console.WriteLine($"{sales:N0} sales brought home, {(database is null ? "SQLite" : "PostgreSQL")}, median of {Rounds} (the first is the programs' warming up):");
        Tell("a till of Bookmine's own", byOwn, byOwn);
        Tell("Dotmim's till over the bridge", byBridge, byOwn);
        if (peer is not null)
        {
            Tell("Dotmim's till, Dotmim's server", byPeer, byOwn);
        }
    }

    private static void Tell(string who, List<double> times, List<double> beside) =>
        Console.WriteLine($"{who,-32} {Median(times),8:N0} ms   {Median(times) / Median(beside),5:N2}   ({string.Join(", ", times.Select(t => $"{t:N0}"))})");

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static async Task<double> TimeAsync(Func<Task> before, Func<Task> work)
    {
        await before();
        var began = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static Task SellAll(Counter counter, int sales)
    {
        var stock = counter.StockOf(Shop.IsbnOf(1));
        using var connection = counter.Open();
        using var transaction = connection.BeginTransaction();
        for (var i = 0; i < sales; i++)
        {
            counter.Write(connection, transaction, stock, 1001);
        }
        transaction.Commit();
        return Task.CompletedTask;
    }

    private static async Task SellAllAsync(TillClient.Till own, Shop shop, int sales)
    {
        // As when the server is away.
        using var away = TillClient.Till.Open(Path.Combine(shop.Folder, "own"), disconnected: true, TimeProvider.System);
        for (var i = 0; i < sales; i++)
        {
            await away.SellAsync(new SaleDraft
            {
                ShippedAt = "now", Operator = "07",
                Lines = [new LineDraft { Isbn = $"{Shop.IsbnOf(1)}", Qty = 1, UnitPriceCents = 1001 }],
                Payments = [new PaymentDraft { Method = "cash", AmountCents = 1001 }],
            });
        }
    }

    private sealed class PeerTill(Process server, string file, SyncAgent agent) : IDisposable
    {
        private static readonly TillIdentity Identity = new(1, "peer", 1, "", null);
        private long number = 100_000;

        public static async Task<PeerTill> StartAsync(Shop shop, string database)
        {
            var connection = new Npgsql.NpgsqlConnectionStringBuilder(database["postgres:".Length..]);
            var name = connection.Database + "_peer";
            await using (var source = Npgsql.NpgsqlDataSource.Create(connection))
            {
                await using var made = source.CreateCommand($"CREATE DATABASE {name}");
                await made.ExecuteNonQueryAsync();
            }
            connection.Database = name;
            var server = Process.Start(new ProcessStartInfo("dotnet", [typeof(Speed).Assembly.Location, "peer", "http://127.0.0.1:0", connection.ToString()]) { RedirectStandardOutput = true })!;
            var url = "";
            while (await server.StandardOutput.ReadLineAsync() is { } line && url.Length == 0)
            {
                url = line.StartsWith("listening on ", StringComparison.Ordinal) ? line["listening on ".Length..] : "";
                if (url.Length > 0)
                {
                    break;
                }
            }
            _ = server.StandardOutput.ReadToEndAsync();
            var file = Path.Combine(shop.Folder, "peer.db");
            var agent = new SyncAgent(new SqliteSyncProvider(file), new WebRemoteOrchestrator(url + "/sync"), new SyncOptions { BatchDirectory = Path.Combine(shop.Folder, "peer-parts") });
            var till = new PeerTill(server, file, agent);
            await till.SyncAsync();
            return till;
        }

        public Task<SyncResult> SyncAsync() => agent.SynchronizeAsync();

        public Task SellAll(int sales)
        {
            using var connection = new SqliteConnection($"Data Source={file}");
            connection.Open();
            using var stock = connection.CreateCommand();
            stock.CommandText = "SELECT id FROM stock";
            var id = stock.ExecuteScalar() is byte[] bytes ? new Guid(bytes) : Guid.Parse((string)stock.ExecuteScalar()!);
            using var transaction = connection.BeginTransaction();
            for (var i = 0; i < sales; i++)
            {
                Counter.Write(connection, transaction, Identity, number++, id, 1001);
            }
            transaction.Commit();
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            server.Kill();
            server.Dispose();
        }
    }
}
