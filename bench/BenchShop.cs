using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Tills;
using Bookmine.TillClient;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Bookmine.Bench;

/// <summary>A shop to measure: a real server on loopback over real files, a till in a folder of its own.</summary>
internal sealed class BenchShop : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bookmine-bench-").FullName;
    private readonly BenchDatabase records;
    private WebApplication? app;

    private BenchShop(BenchDatabase records) => this.records = records;

    public IServerDatabase Database => app!.Services.GetRequiredService<IServerDatabase>();

    /// <summary>A service of the server's.</summary>
    public T Get<T>()
        where T : notnull => app!.Services.GetRequiredService<T>();

    public string Url => app!.Urls.First();

    /// <summary>The folder of the till that was enrolled last.</summary>
    public string TillFolder { get; private set; } = "";

    public string File(string name) => Path.Combine(folder, name);

    /// <summary>The stock rows, as they stand on the server.</summary>
    public List<Row> Stock { get; } = [];

    /// <param name="server">A PostgreSQL server for its records; null for the embedded database.</param>
    public static async Task<BenchShop> OpenAsync(int titles, string? server = null)
    {
        var shop = new BenchShop(server is null ? new BenchDatabase.Embedded() : new BenchDatabase.Postgres(server));
        shop.app = ServerHost.Build(new ServerOptions(shop.records.Name(shop.File("shop.db")), shop.folder, "http://127.0.0.1:0"), TimeProvider.System);
        await shop.app.StartAsync();
        shop.Database.Writing(session =>
        {
            session.Execute("INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency) VALUES (1, 'Bench', 'UTC', 'Bench', 1000, '')");
            foreach (var row in Titles(titles))
            {
                TableSql.TryInsert(session, row);
                TableSql.TryInsert(session, new Row(BookmineSetup.Holding) { ["branch"] = 1L, ["stock_id"] = row["id"], ["price_cents"] = 1000L, ["on_hand"] = 100_000L });
                shop.Stock.Add(row);
            }
            return true;
        });
        new Sequencer(shop.Database, BookmineSetup.Instance).Drain();
        return shop;
    }

    /// <summary>Writes rows into a server's tables and indexes by the engine's own quickest way, and nothing else: the yardstick, in seconds.</summary>
    public double Raw(IReadOnlyList<Row> rows) => records.Raw(File("raw.db"), rows);

    public static IEnumerable<Row> Titles(int count)
    {
        var ids = new EntityIds(TimeProvider.System);
        for (var i = 0; i < count; i++)
        {
            yield return new Row(BookmineSetup.Stock)
            {
                ["id"] = ids.Next(), ["code"] = $"{9_780_000_000_000 + i}", ["isbn13"] = 9_780_000_000_000L + i, ["isbn10"] = null,
                ["title"] = $"{Words[i % 17]} {Words[i / 17 % 17]} {Words[i / 289 % 17]} {i}", ["authors"] = $"{Words[i % 13]} {Words[i % 11]}",
                ["publisher"] = "Bench Press", ["year"] = 1990L, ["binding"] = "Paperback", ["condition"] = null, ["category"] = "Fiction", ["tax_rate_bp"] = null, ["made_by"] = null,
            };
        }
    }

    public async Task EnrolAsync(string name = "till")
    {
        TillFolder = Path.Combine(folder, name);
        var (code, _) = new Enrolment(Database, TimeProvider.System, new SystemSecrets(), new EntityIds(TimeProvider.System)).NewCode(1, name == "till" ? "bench" : name);
        await TillSetUp.EnrolAsync(TillFolder, Url, code, TimeProvider.System, CancellationToken.None);
    }

    public Till OpenTill(bool disconnected) => Till.Open(TillFolder, disconnected, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await app!.StopAsync();
        await app.DisposeAsync();
        records.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static readonly string[] Words =
        ["river", "winter", "paper", "north", "garden", "silent", "harbour", "letter", "stone", "bridge", "orchard", "window", "salt", "clock", "valley", "market", "atlas"];
}
