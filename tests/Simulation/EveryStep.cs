using Bookmine.Simulation.Disk;
using Bookmine.Simulation.World;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Reports;
using Bookmine.TillClient.Files;
using Microsoft.Data.Sqlite;

namespace Bookmine.Simulation;

/// <summary>
/// Each thing that a shop does, once for each fault and each step of the disk that the fault can meet: the first, the second, and so on to the
/// last. What is seldom done meets every fault as well as what is done all day.
/// </summary>
internal static class EveryStep
{
    private const int Seed = 1;
    private static readonly (string Name, Func<ShopWorld, Day, Act> Prepare)[] Acts =
    [
        ("a server's first start", FirstStart), ("a server starts", ServerStart), ("a till is enrolled", Enrolling), ("settings are changed", Settings),
        ("a till starts and sells", Selling), ("a till posts", Posting), ("a till finds the server away, and there again", Away), ("a server posts", (world, day) => Posting(world, day) with { Disk = world.Server.Disk }),
        ("a till is reprovisioned", Reprovisioning), ("a server makes a snapshot", Snapshot), ("a forked till becomes another", Renewing),
        ("a journal is archived", Archiving), ("a server forgets what is old", Forgetting),
    ];

    /// <param name="Disk">Whose steps are met.</param>
    /// <param name="Do">What is done; it may end with a death or a failure.</param>
    /// <param name="After">What must hold then, before all comes to rest.</param>
    private sealed record Act(SimDisk Disk, Action Do, Action? After = null)
    {
        /// <summary>Whether the tills and the server are to come to rest afterwards.</summary>
        public bool IsWholeShop { get; init; } = true;
    }

    /// <param name="stride">1 for every step; with 7, every seventh, beginning at a chance one.</param>
    /// <param name="phase">Which of them.</param>
    public static (int Failed, FaultLog Log) All(int stride, int phase, string words = "")
    {
        var failed = 0;
        var log = new FaultLog();
        foreach (var (name, prepare) in Acts.Where(a => a.Name.Contains(words, StringComparison.Ordinal)))
        {
            var runs = 0;
            foreach (var fault in Enum.GetValues<Fault>())
            {
                for (var step = phase % stride; Meets(name, prepare, fault, step, log, ref failed); step += stride)
                {
                    runs++;
                }
            }
            Console.WriteLine($"{name}: {runs} faults");
        }
        return (failed, log);
    }

    /// <returns>Whether there was such a step.</returns>
    private static bool Meets(string name, Func<ShopWorld, Day, Act> prepare, Fault fault, int step, FaultLog log, ref int failed)
    {
        using var world = new ShopWorld(Seed);
        var day = new Day(world);
        var met = false;
        try
        {
            var act = prepare(world, day);
            act.Disk.Plan(fault, step);
            try
            {
                act.Do();
            }
            catch (Exception e) when (act.Disk.IsDead || (act.Disk.HasFaulted && e is SqliteException or IOException or ShopDatabaseException or DatabaseAwayException))
            {
                world.Tell($"{e.GetType().Name} {e.Message}");
            }
            met = act.Disk.HasMet;
            if (met)
            {
                world.Tills.ForEach(day.Settle);
                act.Disk.PlanNothing();
                act.After?.Invoke();
                if (act.IsWholeShop)
                {
                    Run.Calm(world, day);
                }
            }
        }
#pragma warning disable CA1031 // Whatever a simulated program throws that nobody foresaw is a fault of it.
        catch (Exception e)
        {
            world.Model.Faults.Add(e.ToString());
        }
#pragma warning restore CA1031
        log.Add(world.Log);
        foreach (var fail in world.Model.Faults)
        {
            Console.WriteLine($"{name}, {fault} at step {step}: {fail}");
        }
        failed += world.Model.Faults.Count == 0 ? 0 : 1;
        return met;
    }

    private static Act FirstStart(ShopWorld world, Day day)
    {
        var server = world.Server;
        server.Stop();
        server.Disk.Wipe("/" + server.Disk.Machine);
        return new Act(server.Disk, server.Start, () =>
        {
            server.Stop();
            server.Start();
            world.Model.Require(server.Number("SELECT count(*) FROM counter") == 1 && server.Read(BookCheck.Run).Count == 0, "the new shop's records are not whole");
        })
        {
            IsWholeShop = false,
        };
    }

    private static Act ServerStart(ShopWorld world, Day day)
    {
        Sell(world, day, 2);
        return new Act(world.Server.Disk, () =>
        {
            world.Server.Stop();
            world.Server.Start();
            world.Tills[0].Start(disconnected: false);
            day.Counter.Resync(world.Tills[0]);
        });
    }

    private static Act Enrolling(ShopWorld world, Day day)
    {
        var (till, block) = world.Machine("new", 1);
        return new Act(till.Disk, () => world.MoveIn(till, block), () =>
        {
            day.Settle(till);
            if (!world.Tills.Contains(till) && TillIdentity.Exists(till.Disk, till.Folder))
            {
                world.Tills.Add(till);
            }
        });
    }

    private static Act Settings(ShopWorld world, Day day)
    {
        var till = world.Tills[0];
        var before = till.Program!.Settings;
        return new Act(till.Disk, () => till.Program.Settings = before with { Columns = 48 }, () =>
        {
            till.Start(disconnected: true);
            world.Model.Require(till.Program!.Settings.Columns == before.Columns || till.Program.Settings.Columns == 48, "the settings are neither the old nor the new");
        });
    }

    private static Act Selling(ShopWorld world, Day day)
    {
        var till = world.Tills[0];
        till.Program!.Settings = till.Program.Settings with { Mirror = till.Stick };
        till.HasMirror = true;
        Sell(world, day, 1);
        return new Act(till.Disk, () =>
        {
            till.Start(disconnected: true);
            day.Counter.Sell(till);
            day.Counter.Sell(till);
            till.Stop();
        });
    }

    private static Act Posting(ShopWorld world, Day day)
    {
        Sell(world, day, 3);
        var till = world.Tills[0];
        return new Act(till.Disk, () =>
        {
            till.Start(disconnected: false);
            day.Counter.Resync(till);
        });
    }

    private static Act Away(ShopWorld world, Day day)
    {
        var till = world.Tills[0];
        till.Start(disconnected: false);
        return new Act(till.Disk, () =>
        {
            till.Line.IsCut = true;
            day.Counter.Resync(till);
            till.Line.IsCut = false;
            day.Counter.Resync(till);
        });
    }

    private static Act Reprovisioning(ShopWorld world, Day day)
    {
        Sell(world, day, 3);
        var till = world.Tills[0];
        till.Start(disconnected: false);
        var before = Checks.Journal(till);
        return new Act(till.Disk, () => day.Counter.Reprovision(till), () =>
        {
            world.Model.Require(Checks.Journal(till).SequenceEqual(before), "the journal is another");
            till.Line.IsCut = true;
            till.Start(disconnected: true);
            day.Counter.Sell(till);
            world.Model.Require(world.Model.Attempts[^1].Known == Known.Sealed, "the till does not sell on");
            // What the death has left behind is in nobody's way.
            till.Line.IsCut = false;
            till.Start(disconnected: false);
            day.Counter.Reprovision(till);
        });
    }

    private static Act Snapshot(ShopWorld world, Day day)
    {
        Sell(world, day, 1);
        var till = world.Tills[0];
        till.Start(disconnected: false);
        var ids = new EntityIds(world.Server.Clock, new Random(Seed));
        void BeginEpoch() => world.Server.Database.Writing(session =>
        {
            FeedState.BeginEpoch(session, ids.Next().ToString());
            return true;
        });
        for (var i = 0; i < 2; i++)
        {
            BeginEpoch();
            day.Counter.Reprovision(till);
        }
        BeginEpoch();
        world.Server.Disk.WriteAt(SimServer.Folder + "/snapshots/building.db", 0, new byte[100]);
        return new Act(world.Server.Disk, () =>
        {
            world.Server.Stop();
            world.Server.Start();
            day.Counter.Reprovision(till);
        });
    }

    private static Act Renewing(ShopWorld world, Day day)
    {
        var till = world.Tills[0];
        world.Clone(till);
        var clone = world.Tills[^1];
        till.Start(disconnected: false);
        day.Counter.Sell(till);
        day.Counter.Resync(till);
        clone.Start(disconnected: true);
        day.Counter.Sell(clone);
        return new Act(clone.Disk, () =>
        {
            clone.Start(disconnected: false);
            day.Counter.Resync(clone);
            if (!clone.Disk.IsDead)
            {
                day.Counter.Resync(clone);
            }
        });
    }

    private static Act Archiving(ShopWorld world, Day day)
    {
        Sell(world, day, 6);
        var till = world.Tills[0];
        till.Start(disconnected: false);
        till.Program!.Reported(till.Program.SynchroniseAsync().GetAwaiter().GetResult());
        world.Time.Now += TimeSpan.FromHours(30);
        // What a death has left of an earlier try.
        till.Disk.WriteAt(FormattableString.Invariant($"{till.Folder}/journal-{till.Identity.Till}-00000001-00000002.jsonl.part"), 0, new byte[100]);
        return new Act(till.Disk, () =>
        {
            day.Counter.Resync(till);
            day.Counter.Resync(till);
        });
    }

    private static Act Forgetting(ShopWorld world, Day day)
    {
        Sell(world, day, 3);
        world.Tills[0].Start(disconnected: false);
        day.Counter.Resync(world.Tills[0]);
        var periods = new RetentionPeriods(TimeSpan.FromHours(1), TimeSpan.FromDays(2), TimeSpan.FromDays(3));
        void Forget() => new Retention(world.Server.Database, periods).Run(world.Server.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        Forget();
        world.Time.Now += TimeSpan.FromDays(3);
        world.Server.Database.Writing(s => s.Execute("DELETE FROM stock WHERE id = @id", world.Stock[^1]));
        Forget();
        world.Time.Now += TimeSpan.FromDays(1);
        return new Act(world.Server.Disk, Forget);
    }

    /// <summary>The first till sells without the server.</summary>
    private static void Sell(ShopWorld world, Day day, int sales)
    {
        world.Tills[0].Start(disconnected: true);
        for (var i = 0; i < sales; i++)
        {
            day.Counter.Sell(world.Tills[0]);
        }
        world.Tills[0].Stop();
    }
}
