using Bookmine.Schema.Views;
using Bookmine.Schema;
using Bookmine.Sync.Clocks;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Imports;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;
using Bookmine.SyncServer;
using Bookmine.TillClient;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Bookmine.Tests.Support;

/// <summary>A shop for one test: a real server on loopback over a real database, its clock in the test's hand, and tills in folders of their own.</summary>
internal sealed class Shop : IAsyncDisposable
{
    /// <summary>Noon of a Monday.</summary>
    public static readonly DateTimeOffset Monday = new(2026, 11, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly string folder = Directory.CreateTempSubdirectory("bookmine-test-").FullName;
    private readonly List<Till> opened = [];
    private WebApplication? app;
    private int mostDownloads;
    private Engine engine = Engine.Sqlite;
    private string? database;

    public FakeTimeProvider Clock { get; } = new(Monday);

    /// <summary>The mail server of the next server that is started.</summary>
    public MailServer? Mail { get; set; }

    public string Url { get; private set; } = "http://127.0.0.1:0";

    public IServerDatabase Database => app!.Services.GetRequiredService<IServerDatabase>();

    /// <summary>The database by its name on the command line.</summary>
    public string DatabaseName => database ??= engine.NewDatabase(Path.Combine(folder, "server"));

    /// <summary>The file of the embedded database; a test that asks for it is skipped on another engine.</summary>
    public string DatabaseFile
    {
        get
        {
            Assert.SkipUnless(engine == Engine.Sqlite, "files, backup and restore are the embedded database's; another engine has its own means");
            return Engine.ConnectionOf(DatabaseName);
        }
    }

    /// <summary>Another connection to the database, as an administrator has it.</summary>
    public Session Connect() => engine.Connect(DatabaseName);

    /// <summary>Copies the records behind the server's back, which is stopped meanwhile.</summary>
    public async Task<string> CopyRecordsAsync()
    {
        await StopServerAsync();
        var copy = engine.Copy(DatabaseName);
        await StartServerAsync();
        return copy;
    }

    /// <summary>Stops the server and puts copied records back behind its back.</summary>
    public async Task PutRecordsBackAsync(string copy)
    {
        await StopServerAsync();
        engine.PutBack(DatabaseName, copy);
    }

    /// <summary>Adds so many titles with the codes c1, c2 and on, in one transaction.</summary>
    public void AddTitles(int count) => Database.Writing(session =>
    {
        session.ExecuteEach(
            "INSERT INTO stock (id, code, title) VALUES (@id, @code, @title)",
            [.. Enumerable.Range(1, count).Select(i => new object?[] { Guid.NewGuid(), $"c{i}", $"Title {i}" })]);
        return true;
    });

    /// <summary>A shop of two branches with a handful of titles.</summary>
    public static async Task<Shop> OpenAsync(string zone = "UTC", int mostDownloads = 16, string scheme = "http", Engine? engine = null)
    {
        var shop = new Shop { mostDownloads = mostDownloads, Url = scheme + "://127.0.0.1:0", engine = engine ?? Engine.Sqlite };
        try
        {
            await shop.StartServerAsync();
        }
        catch
        {
            Directory.Delete(shop.folder, recursive: true);
            throw;
        }
        shop.Write("INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency) VALUES (1, 'High Street', @zone, 'The Test Shop', 1000, 'GBP')", zone);
        shop.Write("INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency) VALUES (2, 'Harbour', @zone, 'The Harbour', 1000, 'GBP')", zone);
        shop.ImportStock(
            """
            isbn13,title,authors,condition,price_cents,on_hand
            9780000000019,The Lighthouse Keeper,Ada Marsh,,1795,10
            9780000000026,A Winter Garden,Tomas Reed,,1250,5
            9780000000033,Maps of the North,Ines Calder,,2400,3
            ,Old Charts,Ines Calder,used,600,1
            """);
        shop.Write("INSERT INTO contact (id, kind, name, email, phone) VALUES (@id, 'customer', 'Rosa Finch', 'rosa@example.com', '0100')", Rosa);
        return shop;
    }

    /// <summary>How the server is started, besides.</summary>
    public Func<ServerOptions, ServerOptions> Serving { get; set; } = options => options;

    public static readonly Guid Rosa = Guid.Parse("01930000-0000-7000-8000-000000000001");

    /// <param name="clock">The server's own clock; null for the one that all share.</param>
    /// <param name="timeKeeping">What the server's machine knows of it; null for one that a time server keeps right.</param>
    public async Task StartServerAsync(TimeProvider? clock = null, IMachineClock? timeKeeping = null)
    {
        app = ServerHost.Build(Serving(new ServerOptions(DatabaseName, Path.Combine(folder, "server"), Url, mostDownloads, TimeKeeping: timeKeeping,
            Mail: Mail)), clock ?? Clock);
        await app.StartAsync();
        Url = app.Urls.First();
    }

    /// <summary>Starts the server on another database, at the address it had.</summary>
    public async Task StartServerOnAsync(string other, Engine otherEngine)
    {
        engine.Drop(DatabaseName);
        (database, engine) = (other, otherEngine);
        await StartServerAsync();
    }

    public async Task StopServerAsync()
    {
        await app!.StopAsync();
        await app.DisposeAsync();
        app = null;
    }

    /// <summary>The server's folder of files.</summary>
    public string ServerFolder => Path.Combine(folder, "server");

    public string TillFolder(string name) => Path.Combine(folder, name);

    /// <summary>A service of the server's.</summary>
    public T Get<T>()
        where T : notnull => app!.Services.GetRequiredService<T>();

    public ServerKeys Keys => new(Database, Clock);

    /// <summary>An enrolment code as the manager gets it, with the server's key in it.</summary>
    public string NewCode(string name, long branch = 1)
    {
        var (secret, _) = new Enrolment(Database, Clock, new SystemSecrets(), new EntityIds(Clock)).NewCode(branch, name);
        return new EnrolmentCode(secret, Keys.Current().Fingerprint[..KeyFingerprint.ShortLength]).ToString();
    }

    /// <summary>Enrols a till and fetches its replica.</summary>
    public async Task<string> EnrolAsync(string name, long branch = 1)
    {
        await TillSetUp.EnrolAsync(TillFolder(name), Url, NewCode(name, branch), Clock, CancellationToken.None);
        using var till = Till.Open(TillFolder(name), false, Clock);
        await till.ReprovisionAsync();
        return name;
    }

    public Till OpenTill(string name, bool disconnected)
    {
        var till = Till.Open(TillFolder(name), disconnected, Clock);
        opened.Add(till);
        return till;
    }

    /// <summary>Starts the till in normal mode and resynchronises.</summary>
    /// <param name="ofAnotherMachine">Than the server's; else both are this one.</param>
    public async Task<SyncReport> ResyncAsync(string name, bool ofAnotherMachine = false)
    {
        var here = TillMachine.This(Clock);
        using var till = Till.Open(TillFolder(name), false, ofAnotherMachine ? here with { TimeKeeping = new AnotherMachine() } : here);
        var report = await till.SynchroniseAsync();
        till.Reported(report);
        return report;
    }

    private sealed class AnotherMachine : IMachineClock
    {
        public MachineReading Read(long now) => new("another", 0, IsSynchronised: false, KeepsTime: true);
    }

    public (long Imported, long Rejected, string? RejectedFile) ImportStock(string csv, long branch = 1)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():n}.csv");
        File.WriteAllText(file, csv);
        var outcome = ImportFile(ImportKinds.Stock, file, branch);
        return (outcome.Imported, outcome.Rejected, outcome.RejectedFile);
    }

    /// <summary>Imports a file as the verb does.</summary>
    public ImportOutcome ImportFile(string kind, string file, long? branch = 1, Func<ImportRequest, ImportRequest>? how = null)
    {
        var request = new ImportRequest(kind, kind == ImportKinds.Contacts ? null : branch, new Dictionary<string, string>(), Anyway: true);
        return new ShopImports(Database, Clock).Run(
            Actor.AtTheMachine(), how?.Invoke(request) ?? request, Path.GetFileName(file), () => File.OpenRead(file),
                Path.ChangeExtension(file, null) + ".rejected.csv", _ => { });
    }

    /// <summary>Brings an exported journal by hand.</summary>
    /// <param name="branch">Of a till that the records do not know any more.</param>
    public Bookmine.Sync.Orchestrators.BroughtJournal Import(string[] lines, long? branch = null)
    {
        var tills = new TillRegister(Database, Clock);
        var heads = lines.Where(l => l.Contains("\"journal\"", StringComparison.Ordinal)).Select(JournalLines.ReadHead).ToList();
        var till = branch is { } b ? new Enrolment(Database, Clock, new SystemSecrets(), new EntityIds(Clock)).Recall(heads[0].Client, b)
            : tills.Find(heads[0].Client)!;
        return ShopOrchestrator.Make(Database, TillFolder("unused"), Clock).Import(
            tills.RecordOf(till, [.. heads.SelectMany(h => h.Blocks ?? [])]), new EntityIds(Clock).Next(),
            lines.Skip(1).Select((l, i) => JournalLines.ReadEntry(i + 2, l).Entry).OfType<PushedEntry>());
    }

    /// <summary>Lets in the tills that wait for it, as a manager does.</summary>
    public List<Admitted> Admit() => new Admission(Database, ShopOrchestrator.Desk(Database, Clock), Clock).Admit(Actor.AtTheMachine(), Admission.Waiting);

    public TransactionView? FindSale(string number) => Database.Reading(s => Transactions.Find(s, number));

    public List<DayTotals> Totals(long branch = 1, bool byTaken = false) =>
        Database.Writing(s => DayTotals.ReadClosed(s, branch, 0, 99_999_999, byTaken, Clock.GetUtcNow().ToUnixTimeMilliseconds()));

    public IReadOnlyList<string> BookFaults() => Database.Reading(BookCheck.Run);

    public long Number(string sql, params object?[] values) => Database.Reading(s => s.Integer(sql, values)) ?? 0;

    public string? Text(string sql, params object?[] values) => Database.Reading(s => s.Scalar(sql, values)) as string;

    /// <summary>The first column of all rows.</summary>
    public List<string> Texts(string sql, params object?[] values) => Database.Reading(session =>
    {
        var texts = new List<string>();
        using var reader = session.Query(sql, values);
        while (reader.Read())
        {
            texts.Add(reader.GetString(0));
        }
        return texts;
    });

    public int Write(string sql, params object?[] values) => Database.Writing(s => s.Execute(sql, values));

    public async ValueTask DisposeAsync()
    {
        opened.ForEach(t => t.Dispose());
        if (app is not null)
        {
            await StopServerAsync();
        }
        if (database is not null)
        {
            engine.Drop(database);
        }
        Directory.Delete(folder, recursive: true);
    }
}
