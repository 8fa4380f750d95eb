using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Tills;
using Bookmine.TillClient;
using Bookmine.TillClient.Selling;

namespace Bookmine.Bench;

/// <summary>
/// A chain at work: a real server in a process of its own, and tills by the hundred in this one, each with its journal and its replica on disk. They come back
/// all at once, wait for news, and sell at a counter's pace.
/// </summary>
internal sealed class LoadBench : IAsyncDisposable
{
    private const int Titles = 2_000;
    private const int Sellers = 20;
    private const int SalesASeller = 20;
    private const int Changes = 40;
    private static readonly TimeSpan BetweenSales = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromMilliseconds(1_500);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly string folder = Directory.CreateTempSubdirectory("bookmine-load-").FullName;

    // A thousand tills have a thousand disks; here theirs is memory, where there is any, so that the server's disk is its own.
    private readonly string disks = Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory($"/dev/shm/bookmine-load-{Environment.ProcessId}").FullName : Directory.CreateTempSubdirectory("bookmine-tills-").FullName;

    private readonly BenchDatabase records;
    private readonly ServerProcess server;
    private readonly IServerDatabase database;
    private readonly int branches;
    private readonly List<Row> stock = [];
    private readonly ConcurrentBag<string> failures = [];
    private readonly CancellationTokenSource ending = new();
    private readonly long[] changed;
    private readonly ConcurrentBag<double> heard = [];
    private readonly List<Member> members = [];
    private Task[] listening = [];

    private sealed record Member(Till Till, long Branch);

    private LoadBench(int branches, string? postgres)
    {
        this.branches = branches;
        changed = new long[branches + 1];
        records = postgres is null ? new BenchDatabase.Embedded() : new BenchDatabase.Postgres(postgres);
        var name = records.Name(Path.Combine(folder, "shop.db"));
        server = new ServerProcess(name, folder);
        database = ShopDatabase.Open(name, TimeProvider.System);
    }

    /// <param name="postgres">A PostgreSQL server for the records; null for the embedded database.</param>
    public static async Task RunAsync(int tills, int sales, int branches, string? postgres)
    {
        // Tills wait for their own disks, each on a thread of its own.
        ThreadPool.SetMinThreads(64, 64);
        await using var load = new LoadBench(branches, postgres);
        Console.WriteLine($"{tills} tills of {branches} branches, {sales} unposted sales of 3 lines each, on {(postgres is null ? "SQLite" : "PostgreSQL")}; {Environment.ProcessorCount} processors for server and tills together");
        load.OpenShop();
        await load.EnrolAsync(tills);
        if (!load.failures.IsEmpty)
        {
            load.TellFailures();
            return;
        }
        await load.ComeBackAsync(sales);
        await load.WaitAsync();
        await load.HearAsync();
        await load.SellAsync();
        load.TellFailures();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(listening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        members.ForEach(m => m.Till.Dispose());
        ending.Dispose();
        database.Dispose();
        server.Dispose();
        records.Dispose();
        Directory.Delete(folder, recursive: true);
        Directory.Delete(disks, recursive: true);
    }

    private void OpenShop() => database.Writing(session =>
    {
        for (var branch = 1L; branch <= branches; branch++)
        {
            session.Execute("INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency) VALUES (@id, @name, 'UTC', 'Load', 1000, '')", branch, $"Branch {branch}");
        }
        foreach (var row in BenchShop.Titles(Titles))
        {
            stock.Add(row);
            TableSql.TryInsert(session, row);
            for (var branch = 1L; branch <= branches; branch++)
            {
                TableSql.TryInsert(session, new Row(BookmineSetup.Holding) { ["branch"] = branch, ["stock_id"] = row["id"], ["price_cents"] = 1000L, ["on_hand"] = 100_000L });
            }
        }
        return true;
    });

    private async Task EnrolAsync(int tills)
    {
        var started = Stopwatch.GetTimestamp();
        var enrolment = new Enrolment(database, TimeProvider.System, new SystemSecrets(), new EntityIds(TimeProvider.System));
        for (var i = 0; i < tills; i++)
        {
            var (branch, path) = ((i % branches) + 1L, Path.Combine(disks, $"till{i}"));
            var (code, _) = enrolment.NewCode(branch, $"t{i}");
            // Thirty a minute are let in from one machine over HTTP: these are enrolled by hand.
            var reply = enrolment.Enrol(code);
            TillSetUp.TakeIdentity(
                TillMachine.This(TimeProvider.System), path,
                new Bookmine.TillClient.Files.TillIdentity(server.Url, reply.Till, $"t{i}", branch, reply.Secret, reply.Proof), new(reply.BlockFirst, reply.BlockLast, reply.BlockMac));
            members.Add(new Member(Till.Open(path, false, TimeProvider.System), branch));
        }
        var enrolled = Stopwatch.GetElapsedTime(started);
        await EachAsync(m => m.Till.ReprovisionAsync());
        Tell($"first provisioning of them all (enrolled in {enrolled.TotalSeconds:N1} s)", Stopwatch.GetElapsedTime(started) - enrolled);
    }

    private async Task ComeBackAsync(int sales)
    {
        await EachAsync(async m =>
        {
            m.Till.Dispose();
            await Task.CompletedTask;
        });
        await Parallel.ForAsync(0, members.Count, async (i, cancel) =>
        {
            using var till = Till.Open(Path.Combine(disks, $"till{i}"), true, TimeProvider.System);
            for (var s = 0; s < sales; s++)
            {
                await till.SellAsync(Sale(i + s), cancel);
            }
        });
        for (var i = 0; i < members.Count; i++)
        {
            members[i] = members[i] with { Till = Till.Open(Path.Combine(disks, $"till{i}"), false, TimeProvider.System) };
        }
        var started = Stopwatch.GetTimestamp();
        await EachAsync(m => m.Till.SynchroniseAsync());
        var posted = Stopwatch.GetElapsedTime(started);
        await EachAsync(m => m.Till.SynchroniseAsync());
        Tell($"all come back at once: {members.Count * sales / posted.TotalSeconds:N0} sales a second, posted with their downloads in", posted);
        Tell("… and until every till agrees", Stopwatch.GetElapsedTime(started));
        foreach (var member in members.Take(3))
        {
            if ((await member.Till.CheckReplicaAsync()).Fault is { } fault)
            {
                failures.Add(fault);
            }
        }
    }

    /// <summary>They wait, and nothing happens.</summary>
    private async Task WaitAsync()
    {
        var beforeMegabytes = server.Megabytes;
        listening = [.. members.Select(m => Task.Run(() => ListenAsync(m, ending.Token)))];
        await Task.Delay(TimeSpan.FromSeconds(5));
        var waiting = server.Megabytes - beforeMegabytes;
        var (before, own) = (server.Processor, Process.GetCurrentProcess().TotalProcessorTime);
        await Task.Delay(Idle);
        var (took, took2) = ((server.Processor - before) / Idle, (Process.GetCurrentProcess().TotalProcessorTime - own) / Idle);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{members.Count} tills wait for news, and nothing happens: the server takes {took:P1} of a processor, {waiting} MB more than before, {server.TakePeak()} MB in all; the tills {took2:P1}"));
    }

    private async Task ListenAsync(Member member, CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                await member.Till.WaitForNewsAsync(cancel);
                await member.Till.SynchroniseAsync(null, cancel);
                var at = Interlocked.Read(ref changed[member.Branch]);
                if (at != 0)
                {
                    heard.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            failures.Add(e.Message);
        }
    }

    /// <summary>Prices are changed by SQL, in one branch after the other.</summary>
    private async Task HearAsync()
    {
        var expected = 0;
        for (var i = 0; i < Changes; i++)
        {
            var branch = (i % branches) + 1L;
            database.Writing(s => s.Execute("UPDATE holding SET price_cents = @price WHERE branch = @branch AND stock_id = @id", 2000L + i, branch, stock[i].Guid("id")));
            Interlocked.Exchange(ref changed[branch], Stopwatch.GetTimestamp());
            expected += members.Count(m => m.Branch == branch);
            await Task.Delay(BetweenChanges);
            Interlocked.Exchange(ref changed[branch], 0);
        }
        Tell($"a price changed by SQL is in the replicas of its branch's tills ({heard.Count} of {expected} in {BetweenChanges.TotalSeconds:N1} s)", heard);
    }

    /// <summary>Tills sell at a counter's pace, and the others hear of it.</summary>
    private async Task SellAsync()
    {
        // The others would all synchronise on this machine's processors, which are the sellers' and the server's here.
        await ending.CancelAsync();
        await Task.WhenAll(listening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var selling = new CancellationTokenSource();
        listening = [.. members.Take(Sellers).Select(m => Task.Run(() => ListenAsync(m, selling.Token)))];
        var took = new ConcurrentBag<double>();
        var before = server.Processor;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(members.Take(Sellers).Select((m, seller) => Task.Run(async () =>
        {
            await Task.Delay(BetweenSales * seller / Sellers);
            for (var s = 0; s < SalesASeller; s++)
            {
                var at = Stopwatch.GetTimestamp();
                var (outcome, number) = await m.Till.SellAsync(Sale(s));
                took.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
                if (number is null)
                {
                    failures.Add(outcome.Refused?.Reason ?? "a sale came back without its TransID within a second");
                    await m.Till.SynchroniseAsync();
                }
                await Task.Delay(BetweenSales);
            }
        })));
        await selling.CancelAsync();
        Tell($"a sale in normal mode, {Math.Min(Sellers, members.Count)} tills each selling every {BetweenSales.TotalSeconds:N0} s, from its seal to its TransID", took);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"… the server takes {(server.Processor - before) / Stopwatch.GetElapsedTime(started):P0} of a processor meanwhile, {server.TakePeak()} MB"));
    }

    private void TellFailures()
    {
        Console.WriteLine($"failures: {failures.Count}");
        foreach (var failure in failures.GroupBy(f => f))
        {
            Console.WriteLine($"  {failure.Count()} x {failure.Key}");
        }
    }

    private async Task EachAsync(Func<Member, Task> work)
    {
        using var done = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                _ = server.Megabytes;
                await Task.Delay(50).ConfigureAwait(false);
            }
        });
        await Task.WhenAll(members.Select(m => Task.Run(async () =>
        {
            try
            {
                await work(m);
            }
            catch (Exception e)
            {
                failures.Add(e.Message);
            }
        })));
        await done.CancelAsync();
        await watching;
    }

    private SaleDraft Sale(int number) => new()
    {
        Lines = [.. Enumerable.Range(0, 3).Select(l => new LineDraft { StockId = stock[((number * 7) + (l * 331)) % stock.Count].Guid("id"), UnitPriceCents = 1000 })],
        Payments = [new PaymentDraft { Method = "cash", AmountCents = 3000 }],
    };

    private void Tell(string what, TimeSpan took) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {took.TotalSeconds:N1} s, the server at most {server.TakePeak()} MB"));

    private static void Tell(string what, IReadOnlyCollection<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToList();
        Console.WriteLine(sorted.Count == 0 ? $"{what}: none" : string.Create(
            CultureInfo.InvariantCulture, $"{what}: p50 {sorted[sorted.Count / 2]:N0} ms, p99 {sorted[sorted.Count * 99 / 100]:N0} ms, the slowest {sorted[^1]:N0} ms"));
    }
}
