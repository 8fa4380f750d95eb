using Bookmine.Schema;
using Bookmine.Simulation.Disk;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Posting;
using Bookmine.TillClient;

namespace Bookmine.Simulation.World;

/// <summary>A random stretch of a shop's life, with faults in the middle of it.</summary>
internal sealed class Day
{
    private static readonly Fault[] Faults = Enum.GetValues<Fault>();
    private static readonly LineFault[] LineFaults = Enum.GetValues<LineFault>();
    private static readonly string[] TillKinds =
        ["journal.db", "journal.db-wal", "journal.head", "replica", "replica-wal", "replica.current", "replica.mended", "replica.begun",
            "snapshot", "stage", "last-error", "mirror", "archive", "overlay.db", "overlay.db-wal"];

    private static readonly string[] ReprovisionKinds = ["replica", "replica-wal", "replica.current", "snapshot", "stage"];

    private static readonly string[] SnapshotKinds = ["building.db", "building.db-wal", "building.db-journal", "current"];

    private static readonly string[] ServerKinds = ["shop.db", "shop.db-wal", "building.db", "building.db-wal", "building.db-journal", "current", "snapshot"];
    private readonly ShopWorld world;
    private readonly Counter counter;
    private readonly Media media;
    private readonly Listening listening;
    private readonly (int Weight, string Name, Action<SimTill> Do)[] deeds;
    private int imports;

    public Day(ShopWorld world)
    {
        this.world = world;
        counter = new Counter(world);
        media = new Media(world, counter);
        listening = new Listening(world, counter);
        deeds =
        [
            (40, "sells", t => counter.Sell(t)), (6, "refunds", counter.Refund), (6, "makes a record", counter.NewRecord), (3, "corrects", counter.Correct),
            (5, "edits", counter.Edit), (14, "resynchronises", Resync), (6, "finds", counter.Find), (7, "starts again", Restart),
            (2, "reprovisions", Reprovision), (2, "has two programs", TwoPrograms),
            (12, "listens", listening.Listen),
        ];
    }

    public Counter Counter => counter;

    public Media Media => media;

    /// <summary>One thing that somebody does.</summary>
    public void Step()
    {
        world.Time.Now += TimeSpan.FromMilliseconds(world.Random.Next(3) switch { 0 => 0, 1 => world.Random.Next(60_000), _ =>
            world.Random.Next(3_600_000) });
        if (world.Random.Next(4) == 0)
        {
            Outside();
        }
        if (world.Server.IsUp && world.Random.Next(3) == 0)
        {
            world.Server.Beat();
        }
        var till = world.Tills[world.Random.Next(world.Tills.Count)];
        Revive(till);
        var (name, deed) = Pick();
        world.Tell($"{till.Name} {name}");
        PlanFault(till);
        try
        {
            deed(till);
            listening.Watch();
            OverlayModel.Compare(world, till);
        }
        catch (Exception e) when (till.Disk.IsDead || (till.Disk.HasFaulted && e is Microsoft.Data.Sqlite.SqliteException or IOException))
        {
            if (!till.Disk.IsDead)
            {
                Excuse.DiskFailed.Use();
            }
            world.Tell($"{till.Name}: {e.GetType().Name} {e.Message}");
        }
        Settle(till);
        if (world.Kiosk is { } kiosk)
        {
            kiosk.Step(() => PlanFault(world.Server.Disk, ServerKinds));
            Settle(till);
        }
    }

    /// <summary>Brings a machine that has died, or a program that has ended, back to work.</summary>
    public void Revive(SimTill till)
    {
        if (!world.Server.IsUp && world.Random.Next(3) == 0)
        {
            world.Tell("the server starts");
            world.Server.Start();
        }
        if (till.Program is null)
        {
            world.Start(till, world.Random.Next(2) == 0);
            world.Tell($"{till.Name} starts{(till.Disconnected ? " disconnected" : "")}");
        }
    }

    /// <summary>Looks after what a step has left: machines that died lose their programs, plans are over.</summary>
    public void Settle(SimTill till)
    {
        if (till.Disk.IsDead)
        {
            world.Tell($"{till.Name} {(till.Disk.PowerLost ? "lost its power" : "was killed")}");
            till.Stop();
            till.PowerWasLost |= till.Disk.PowerLost;
            // What alone remembers the end that a damaged journal has lost may not have been durable yet.
            till.WasPutBack |= till.Disk.PowerLost && till.JournalFailed;
            till.Disk.Restart();
        }
        if (world.Server.Disk.IsDead)
        {
            world.Tell($"the server {(world.Server.Disk.PowerLost ? "lost its power" : "was killed")}");
            world.Server.Stop();
            world.Server.BootedAt = world.Server.Disk.PowerLost ? world.Server.Clock.TrueNow : world.Server.BootedAt;
            world.Server.Disk.Restart();
        }
        till.Disk.PlanNothing();
        world.Server.Disk.PlanNothing();
        till.Line.PlanNothing();
    }

    private (string Name, Action<SimTill> Do) Pick()
    {
        var at = world.Random.Next(deeds.Sum(d => d.Weight));
        foreach (var (weight, name, deed) in deeds)
        {
            if ((at -= weight) < 0)
            {
                return (name, deed);
            }
        }
        throw new InvalidOperationException();
    }

    private void PlanFault(SimTill till)
    {
        switch (world.Random.Next(10))
        {
            case 0 or 1:
                PlanFault(till.Disk, TillKinds);
                break;
            case 2 when world.Server.IsUp:
                PlanFault(world.Server.Disk, ServerKinds);
                break;
            case 3:
                till.Line.Plan(LineFaults[world.Random.Next(LineFaults.Length)], world.Random.Next(4));
                break;
        }
    }

    /// <summary>At any file, or at the first steps of one kind of file, so that what is seldom written meets every fault too.</summary>
    private void PlanFault(Disk.SimDisk disk, string[] kinds)
    {
        if (!world.DisksFail)
        {
            return;
        }
        var fault = Faults[world.Random.Next(Faults.Length)];
        if (world.Random.Next(2) == 0)
        {
            disk.Plan(fault, Soon());
        }
        else
        {
            disk.Plan(fault, world.Random.Next(3), kinds[world.Random.Next(kinds.Length)]);
        }
    }

    /// <summary>Most faults come early in what is done, some late in a long work.</summary>
    private int Soon() => world.Random.Next(world.Random.Next(4) == 0 ? 120 : 12);

    private void Outside()
    {
        switch (world.Random.Next(17))
        {
            case 15 when world.Server.IsUp && world.Tills.Count < 4:
                // Now and then under a name that another has, which is superseded.
                var name = world.Random.Next(3) == 0 ? world.Tills[world.Random.Next(3)].Identity.Name : $"till{world.Tills.Count}";
                world.Tell($"another till is enrolled as {name}");
                world.Enrol(name, world.Random.Next(1, 3));
                break;
            case 16 when world.Server.IsUp && world.DisksFail:
                media.BackUpOrRestore(Settle);
                break;
            case 0 when world.Server.IsUp:
                world.Tell("the server stops");
                if (world.Random.Next(2) == 0)
                {
                    PlanFault(world.Server.Disk, ["shop.db", "shop.db-wal"]);
                }
                world.Server.Stop();
                Settle(world.Tills[0]);
                break;
            case 1 when world.Server.IsUp && world.DisksFail:
                world.Server.Disk.Die(world.Random.Next(2) == 0);
                Settle(world.Tills[0]);
                break;
            case 2:
                var cut = world.Tills[world.Random.Next(world.Tills.Count)];
                (cut.Line.IsCut, cut.Line.IsDeaf) = (world.Random.Next(3) == 0, world.Random.Next(3) == 0);
                break;
            case 3:
                world.Time.Now += TimeSpan.FromHours(world.Random.Next(1, 40));
                break;
            case 4:
                var wrong = world.Random.Next(4) == 0 ? world.Server.Clock : world.Tills[world.Random.Next(world.Tills.Count)].Clock;
                wrong.Offset = world.Random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(world.Random.Next(-1500, 1400));
                break;
            case 5 or 6 or 7 when world.Server.IsUp:
                Administrate();
                break;
            case 8 when world.Server.IsUp && !world.WasRestored:
                ReadFinishedDays();
                break;
            case 11 or 12 or 13 when world.DisksFail:
                media.Happen(world.Tills[world.Random.Next(world.Tills.Count)], Settle);
                break;
            case 9:
                world.Tills[world.Random.Next(world.Tills.Count)].Stop();
                break;
            case 14:
                var other = world.Tills[world.Random.Next(world.Tills.Count)];
                other.Line.IsOlder = !other.Line.IsOlder;
                world.Log.Met("ProgramOlder", other.Line.IsOlder ? "than the server's" : "no more");
                break;
            case 10 when world.Random.Next(3) == 0:
                world.Time.Now += TimeSpan.FromDays(world.Random.Next(1, 45));
                break;
        }
    }

    /// <summary>What an administrator does with SQL of his own and with the commands.</summary>
    private void Administrate()
    {
        var till = world.Tills[world.Random.Next(world.Tills.Count)].Identity.Till;
        var stock = world.Stock[world.Random.Next(world.Stock.Count)];
        switch (world.Random.Next(12))
        {
            case 11:
                Count(stock);
                break;
            case 9:
                Revocations.Revoke(world, till);
                break;
            case 10:
                Revocations.TakeBack(world);
                break;
            case 8:
                Admit(world);
                break;
            case 7:
                var (removals, contents) = new Retention(world.Server.Database,
                    new RetentionPeriods(TimeSpan.FromHours(1), TimeSpan.FromDays(2), TimeSpan.FromDays(3))).Run(
                        world.Server.Time.GetUtcNow().ToUnixTimeMilliseconds());
                world.Tell($"the server forgets {removals} removals and the content of {contents} entries");
                world.Log.Met("Forgotten", removals > 0 && contents > 0 ? "both" : removals > 0 ? "removals" : contents > 0 ? "content" : "nothing");
                break;
            case 0:
                world.Server.Database.Writing(s => s.Execute("UPDATE stock SET authors = @authors WHERE id = @id",
                    $"A. Uthor {world.Random.Next(100)}", stock));
                break;
            case 1:
                world.Server.Database.Writing(s => s.Execute("UPDATE holding SET price_cents = @price", (long)world.Random.Next(100, 3000)));
                break;
            case 2:
                world.Server.Database.Writing(s => s.Execute("UPDATE till SET reprovision_from = @now WHERE id = @till",
                    world.Server.Time.GetUtcNow().ToUnixTimeMilliseconds(), till));
                break;
            case 3:
                world.Tell($"till {till} moves");
                world.Server.Tills.Move(till, world.Random.Next(1, 3));
                world.Tills.Find(t => t.Identity.Till == till)!.HasMoved = true;
                break;
            case 4:
                var ids = new EntityIds(world.Server.Clock, world.Random);
                world.Server.Database.Writing(s => Enumerable.Range(0, world.Random.Next(1, 200)).Sum(i =>
                    s.Execute("INSERT INTO stock (id, code, title) VALUES (@id, @code, @title)", ids.Next(), $"i{++imports}", $"Imported {imports}")));
                break;
            case 5:
                world.Server.Database.Writing(s => s.Execute("DELETE FROM stock WHERE code LIKE @code", $"i%{world.Random.Next(10)}"));
                break;
            case 6:
                // A transaction that is taken back must leave no trace in the feed.
                try
                {
                    world.Server.Database.Writing<int>(s =>
                    {
                        s.Execute("UPDATE stock SET title = 'never' WHERE id = @id", stock);
                        throw new TimeoutException();
                    });
                }
                catch (TimeoutException)
                {
                    break;
                }
                break;
        }
    }

    /// <summary>Somebody has counted a title at a moment of the last two days, and says so now.</summary>
    private void Count(Guid stock)
    {
        if (world.Kiosk is not null)
        {
            // What a foreign till sells is not known here by its moment.
            return;
        }
        var (branch, counted) = (world.Random.Next(1, 3), world.Random.Next(0, 60));
        var at = world.Server.Time.GetUtcNow().ToUnixTimeMilliseconds() - world.Random.Next(48 * 3_600_000);
        var ids = new EntityIds(world.Server.Clock, world.Random);
        world.Server.Database.Writing(session =>
        {
            new LiveRows(session).Lock([(BookmineSetup.Holding, new RowKey(branch, stock))]);
            SyncServer.Posting.Counter.NotBefore(session, 0);
            return new StockMoves(session, world.Server.Time, ids).Count(branch, stock, "counted", at, counted, null, null);
        });
        world.Log.Met("Counted", "at a moment");
    }

    /// <summary>Tills that records which were put back do not know are let in.</summary>
    public static void Admit(ShopWorld world)
    {
        world.MakeSureOfTime();
        foreach (var admitted in world.Server.Admit())
        {
            world.Tell($"till {admitted.Till} is admitted: {admitted.Posted} posted, {admitted.Left} left");
            world.Log.Met("Admitted", admitted.Posted > 0 ? "with what had waited" : "till");
        }
    }

    public void ReadFinishedDays()
    {
        var model = world.Model;
        for (var branch = 1L; branch <= 2; branch++)
        {
            foreach (var (day, report) in Checks.FinishedDays(world, branch))
            {
                model.Require(
                    !model.FinishedDays.TryGetValue((branch, day), out var before) || before == report, $"the report of {day} was {before} and is {report}");
                model.FinishedDays[(branch, day)] = report;
            }
        }
    }

    /// <summary>A till that was started disconnected is started again in normal mode.</summary>
    private void Resync(SimTill till)
    {
        if (till.Disconnected)
        {
            world.Start(till, disconnected: false);
        }
        counter.Resync(till);
    }

    private void Restart(SimTill till)
    {
        till.Stop();
        Revive(till);
    }

    private void Reprovision(SimTill till)
    {
        till.Disk.PlanNothing();
        // What a killed program has left unsynced may go with the power whatever is done.
        till.Disk.SyncFile(till.Folder + "/journal.db");
        till.Disk.SyncFile(till.Folder + "/journal.db-wal");
        var (before, identity, suspect) = (Checks.Journal(till), till.Identity, till.Program!.IsJournalSuspect);
        if (world.Random.Next(3) > 0)
        {
            PlanFault(till.Disk, ReprovisionKinds);
        }
        else if (world.Server.IsUp)
        {
            PlanFault(world.Server.Disk, SnapshotKinds);
        }
        counter.Reprovision(till);
        Settle(till);
        // One that turned out to be forked has become another till, with a journal of its own; one that has lost its end is filled again.
        var after = Checks.Journal(till);
        // An entry at whose commit the disk failed is in the journal, or not, when the file is opened anew.
        var unsure = world.Model.Attempts.Exists(a => a.Till == till && a.Known == Known.Perhaps)
            || world.Model.Records.Exists(r => r.Till == till && r.Known == Known.Perhaps);
        var isSame = after.Take(before.Count).SequenceEqual(before);
        world.Model.Require(till.Identity != identity || isSame, $"{till.Name}: reprovisioning changed the journal");
        world.Model.Require(
            till.Identity != identity || !isSame || after.Count == before.Count, $"{till.Name}: reprovisioning added to the journal",
            (Excuse.Refilled, suspect), (Excuse.PutBack, till.WasPutBack), (Excuse.FailedOverIt, unsure));
    }

    /// <summary>Two programs at work on one till's files.</summary>
    private void TwoPrograms(SimTill till)
    {
        till.Second = Open(till);
        // It ends where the till is put right by people: nobody moves a folder away under a program that has it open.
        for (var i = 0; i < 3 && !till.Disk.IsDead && till.Second is { } second; i++)
        {
            counter.Sell(till, i % 2 == 0 ? second : till.Program);
        }
        till.Second?.Dispose();
        till.Second = null;
    }

    private static Till? Open(SimTill till)
    {
        try
        {
            return Till.Open(till.Folder, disconnected: true, till.Machine);
        }
        catch (Exception) when (till.Disk.IsDead || till.Disk.HasFaulted)
        {
            if (!till.Disk.IsDead)
            {
                Excuse.DiskFailed.Use();
            }
            return null;
        }
    }
}
