using System.Diagnostics;
using System.Text.Json;
using Bookmine.ForeignTill;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Database;
using Bookmine.TillClient;

namespace Bookmine.DotmimStory;

/// <summary>A shop whose server is the bridge's real program, in a process of its own, and a folder that goes with it.</summary>
internal sealed class Shop : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bookmine-dotmim-").FullName;
    private Process? server;

    /// <param name="database">As on the command line; null for the embedded one.</param>
    public Shop(string? database) => Database = database ?? $"sqlite:{Path.Combine(folder, "server", "shop.db")}";

    public string Database { get; }

    public Uri Url { get; private set; } = new("http://127.0.0.1:5080");

    public string Folder => folder;

    public string ServerFolder => Path.Combine(folder, "server");

    public bool IsEmbedded => Database.StartsWith("sqlite:", StringComparison.Ordinal);

    public string TillFile(string name) => Path.Combine(folder, name, "till.db");

    public static Shop Open(string? database, int titles = 4)
    {
        var shop = new Shop(database);
        shop.Start();
        shop.Verb("branch", "add", "--name", "High Street", "--time-zone", "UTC");
        shop.Verb("branch", "add", "--name", "Harbour", "--time-zone", "UTC");
        var stock = Path.Combine(shop.folder, "stock.csv");
        File.WriteAllLines(stock, ["isbn13,title,authors,price_cents,on_hand", .. Enumerable.Range(1, titles).Select(i => $"{IsbnOf(i)},Title {i},Ada Marsh,{1000 + i},50")]);
        shop.Verb("stock", "import", stock, "--branch", "1");
        shop.Verb("stock", "import", stock, "--branch", "2");
        return shop;
    }

    public static long IsbnOf(int i)
    {
        var body = 978_000_000_000L + i;
        var sum = body.ToString(System.Globalization.CultureInfo.InvariantCulture).Select((c, at) => (c - '0') * (at % 2 == 0 ? 1 : 3)).Sum();
        return (body * 10) + ((10 - (sum % 10)) % 10);
    }

    public void Start()
    {
        server = Run(["serve", "--urls", Url.Port == 5080 ? "http://127.0.0.1:0" : Url.GetLeftPart(UriPartial.Authority)]);
        while (server.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("listening on ", StringComparison.Ordinal))
            {
                Url = new Uri(line["listening on ".Length..]);
                _ = server.StandardOutput.ReadToEndAsync();
                return;
            }
        }
        throw new InvalidOperationException("The server did not start: " + server.StandardError.ReadToEnd());
    }

    public void Kill()
    {
        server!.Kill();
        server.WaitForExit();
        server.Dispose();
        server = null;
    }

    /// <summary>Runs a verb of the server's program.</summary>
    public List<JsonElement> Verb(params string[] arguments)
    {
        using var process = Run([.. arguments, "--json"]);
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return process.ExitCode == 0 ? [.. lines.Select(l => JsonDocument.Parse(l).RootElement)]
            : throw new InvalidOperationException($"{string.Join(' ', arguments)}: {errors.Result}");
    }

    public async Task<TillIdentity> EnrolAsync(string name, long branch = 1) => await BookmineTill.EnrolAsync(
        Url, Verb("till", "enrol-code", "--foreign", "--branch", $"{branch}", "--name", name)[0].GetProperty("code").GetString()!);

    /// <summary>A till of Bookmine's own.</summary>
    public async Task<Till> NativeAsync(string name)
    {
        var at = Path.Combine(folder, name);
        var code = Verb("till", "enrol-code", "--branch", "1", "--name", name)[0].GetProperty("code").GetString()!;
        await TillSetUp.EnrolAsync(at, Url.ToString(), code, TimeProvider.System, CancellationToken.None);
        var till = Till.Open(at, disconnected: false, TimeProvider.System);
        await till.ReprovisionAsync();
        return till;
    }

    /// <summary>Looks into the records, beside the server.</summary>
    public T Look<T>(Func<Session, T> look)
    {
        using var database = ShopDatabase.Open(Database, TimeProvider.System, Opening.ToUse);
        return database.Reading(look);
    }

    public long Number(string sql, params object?[] values) => Look(s => s.Integer(sql, values)) ?? 0;

    /// <summary>Copies a database of PostgreSQL's as its administrator may, while no server runs on it.</summary>
    public void Copy(bool back)
    {
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(Database["postgres:".Length..]) { Pooling = false };
        var name = connection.Database!;
        connection.Database = "postgres";
        using var source = Npgsql.NpgsqlDataSource.Create(connection);
        var (from, to) = back ? ($"{name}_kept", name) : (name, $"{name}_kept");
        Npgsql.NpgsqlConnection.ClearAllPools();
        foreach (var sql in (string[])[$"DROP DATABASE IF EXISTS {to} WITH (FORCE)", $"CREATE DATABASE {to} TEMPLATE {from}"])
        {
            using var command = source.CreateCommand(sql);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>What the database has for tables.</summary>
    public List<string> Tables() => Look(session =>
    {
        using var reader = session.Query(IsEmbedded ? "SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')"
            : "SELECT CAST(relname AS text) FROM pg_class WHERE relkind = 'r' UNION ALL SELECT CAST(tgname AS text) FROM pg_trigger WHERE NOT tgisinternal");
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }
        return names;
    });

    public void Dispose()
    {
        if (server is not null)
        {
            Kill();
        }
        Directory.Delete(folder, recursive: true);
    }

    private Process Run(string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "bookmine-dotmim-server.dll"), .. arguments, "--db", Database, "--data", ServerFolder])
    {
        RedirectStandardOutput = true, RedirectStandardError = true,
    })!;
}
