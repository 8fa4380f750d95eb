using System.Diagnostics;
using System.Globalization;
using System.Net;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;

namespace Bookmine.Tests.Processes;

/// <summary>
/// Several real server processes on one real PostgreSQL, and tills that are sent to any of them: hosts are killed, the database goes away, a
/// standby takes its place. Whatever happens, each sale is on record once.
/// </summary>
[Collection(nameof(ProcessesAlone))]
public sealed class ManyHostsTests : IAsyncLifetime
{
    private const int Tills = 4;
    private const int Rounds = 14;
    private const int SalesARound = 5;
    private readonly Programs programs = new();
    private readonly Balancer balancer = new();
    private readonly List<Host> hosts = [];
    private readonly List<PostgresCluster> clusters = [];
    private readonly Random random = new(Environment.TickCount);
    private int sold;
    private int away;

    private sealed record Host(string Name, Process Process, string Url);

    [Fact]
    public async Task Tills_spread_over_hosts_that_are_killed_lose_no_sale_and_double_none()
    {
        await StartAsync("host-a", "host-b", "host-c");
        balancer.MostTime = TimeSpan.FromMilliseconds(1_500);
        await TradeAsync(async round =>
        {
            if (round % 2 == 1)
            {
                await KillAndStartAsync(hosts[random.Next(hosts.Count)]);
            }
        });
        await AssertAllIsWellAsync();
    }

    [Fact]
    public async Task A_database_that_crashes_and_comes_back_is_survived_by_hosts_and_tills()
    {
        await StartAsync("host-a", "host-b");
        await TradeAsync(async round =>
        {
            if (round % 4 == 1)
            {
                clusters[0].Crash();
                Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(hosts[0]));
                await Task.Delay(random.Next(100, 1_500));
                clusters[0].Go();
                Assert.Equal(HttpStatusCode.OK, await ReadyAsync(hosts[0]));
            }
        });
        Assert.NotEqual(0, away);
        await AssertAllIsWellAsync();
    }

    [Fact]
    public async Task A_standby_that_takes_the_databases_place_has_every_sale_that_a_till_was_told_of()
    {
        var primary = Cluster();
        var standby = primary.StartStandby();
        clusters.Add(standby);
        // From here on a commit is told only when the standby has it.
        primary.Set("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await StartAsync("host-a", "host-b");
        await TradeAsync(round =>
        {
            if (round == Rounds / 2)
            {
                primary.Crash();
                standby.Promote();
            }
            return Task.CompletedTask;
        });
        await AssertAllIsWellAsync();
        Assert.All(hosts, host => Assert.False(host.Process.HasExited));
    }

    private static async Task<HttpStatusCode> ReadyAsync(Host host)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(host.Url + "/health/ready"));
        return answer.StatusCode;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        programs.Dispose();
        balancer.Dispose();
        clusters.ForEach(c => c.Dispose());
        return ValueTask.CompletedTask;
    }

    private PostgresCluster Cluster()
    {
        clusters.Add(PostgresCluster.Start());
        PostgresCluster.NewDatabase(clusters[0].Connection, name: "shop");
        return clusters[0];
    }

    /// <summary>Several hosts of PostgreSQL are given as one connection, in which the one that takes writes is found.</summary>
    private string Connection =>
        $"Host={string.Join(',', clusters.Select(c => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{c.Port}")))};Username=bookmine;Database=shop";

    private async Task StartAsync(params string[] names)
    {
        if (clusters.Count == 0)
        {
            Cluster();
        }
        programs.Database = "postgres:" + Connection;
        await programs.ServerAsync("branch", "add", "--name", "High Street");
        foreach (var name in names)
        {
            await StartAsync(name);
        }
        using var database = ShopDatabase.Open(programs.Database, TimeProvider.System);
        for (var till = 0; till < Tills; till++)
        {
            var (secret, _) = new Enrolment(database, TimeProvider.System, new SystemSecrets(), new EntityIds(TimeProvider.System)).NewCode(1, $"till {till}");
            var code = new EnrolmentCode(secret, new ServerKeys(database, TimeProvider.System).Current().Fingerprint[..KeyFingerprint.ShortLength]).ToString();
            await TillSetUp.EnrolAsync(Folder(till), balancer.Url, code, TimeProvider.System, default);
            await SynchroniseAsync(till);
        }
    }

    private async Task StartAsync(string name)
    {
        var (process, url) = await programs.ServeAsync(name);
        hosts.Add(new Host(name, process, url));
        balancer.To(hosts.Select(h => h.Url));
    }

    private async Task KillAndStartAsync(Host host)
    {
        Programs.Kill(host.Process);
        hosts.Remove(host);
        balancer.To(hosts.Select(h => h.Url));
        await StartAsync(host.Name);
    }

    /// <summary>All tills sell and post at once, round after round, each at least once and for as long as something happens.</summary>
    private async Task TradeAsync(Func<int, Task> disturb)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var disturbing = DisturbAsync(round);
            await Task.WhenAll(Enumerable.Range(0, Tills).Select(t => Task.Run(async () =>
            {
                do
                {
                    await TradeAsync(t);
                }
                while (!disturbing.IsCompleted);
            })));
            await disturbing;
        }

        async Task DisturbAsync(int round)
        {
            await Task.Delay(random.Next(50, 400));
            await disturb(round);
        }
    }

    private async Task TradeAsync(int till)
    {
        using (var selling = Till.Open(Folder(till), disconnected: false, TimeProvider.System))
        {
            for (var i = 0; i < SalesARound; i++)
            {
                var draft = Sales.Of(Sales.Lighthouse);
                draft.Lines = [new Bookmine.TillClient.Selling.LineDraft { Title = "A postcard", Qty = 1, UnitPriceCents = 1795 }];
                Assert.Null((await selling.SellAsync(draft)).Outcome.Refused);
                Interlocked.Increment(ref sold);
            }
        }
        await SynchroniseAsync(till);
    }

    /// <returns>Whether all was posted.</returns>
    private async Task<bool> SynchroniseAsync(int till)
    {
        using var opened = Till.Open(Folder(till), disconnected: false, TimeProvider.System);
        try
        {
            var report = await opened.SynchroniseAsync();
            opened.Reported(report);
            if (balancer.MostTime is not null)
            {
                // Each host has a ready snapshot of its own, which another does not know.
                await opened.ReprovisionAsync();
            }
            return true;
        }
        catch (Exception e) when (e is ServerAwayException or ServerRefusedException { Status: 404 or 503 })
        {
            Interlocked.Increment(ref away);
            return false;
        }
    }

    private async Task AssertAllIsWellAsync()
    {
        balancer.MostTime = null;
        await SynchroniseAllAsync();
        using var database = ShopDatabase.Open(programs.Database!, TimeProvider.System);
        var (documents, numbers, quarantined) = database.Reading(s =>
            (s.Integer("SELECT count(DISTINCT docket) FROM document"), s.Integer("SELECT max(trans_id) - min(trans_id) + 1 FROM document"), s.Integer("SELECT count(*) FROM quarantine")));
        Assert.Equal((sold, sold, 0), (documents, numbers, quarantined));
        Assert.Empty(database.Reading(BookCheck.Run));
        Assert.Empty(new FeedCheck(database, BookmineSetup.Instance).Run());
        // What the last of them has posted is with all of them when each has synchronised once more.
        await SynchroniseAllAsync();
        await SynchroniseAllAsync();
        foreach (var till in Enumerable.Range(0, Tills))
        {
            Replicas.AssertEqual(database, Folder(till), TimeProvider.System);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{sold} sales, {balancer.Connections} connections, {away} synchronisations that found no server");
    }

    /// <summary>Each till in turn, again where it found no server, or one that was busy.</summary>
    private async Task SynchroniseAllAsync()
    {
        foreach (var till in Enumerable.Range(0, Tills))
        {
            var tries = 0;
            for (; tries < 40 && !await SynchroniseAsync(till); tries++)
            {
                await Task.Delay(250);
            }
            Assert.InRange(tries, 0, 39);
        }
    }

    private string Folder(int till) => Path.Combine(programs.Folder, $"till-{till}");
}
