using System.Globalization;
using Bookmine.Schema;
using Bookmine.Simulation.Disk;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Tills;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;

namespace Bookmine.Simulation.World;

/// <summary>One simulated shop: a server, its tills, the time, and the model of what happened. All of it follows from the seed.</summary>
internal sealed class ShopWorld : IDisposable
{
    private const int Items = 12;
    private static Dictionary<string, SimFile>? freshShop;
    private readonly bool isOnRealDatabase;
    private int tillsMade;

    /// <param name="diskFaults">Whether disks and media fail; lines do in any case.</param>
    /// <param name="records">A real database, of a fresh shop, for the server; null for a file on its simulated disk.</param>
    public ShopWorld(int seed, bool diskFaults = true, string? records = null)
    {
        Seed = seed;
        DisksFail = diskFaults;
        isOnRealDatabase = records is not null;
        Random = new Random(seed);
        SimVfs.Reset(seed);
        var clock = new SimClock(Time);
        Server = new SimServer(new SimDisk("server", new Random(Random.Next()), Log, clock), clock, new Random(Random.Next()), Between, records, doubtsItsClock: seed % 2 == 1);
        OpenShop();
        Kiosk = Kiosk.Of(this);
    }

    public int Seed { get; }

    public bool DisksFail { get; }

    /// <summary>What the step that is being taken draws on.</summary>
    public Random Random { get; private set; }

    /// <summary>Each step draws on chance of its own, so that it does much the same when steps before it are left out.</summary>
    public void BeginStep(int step) => Random = new Random((Seed * 1_000_003) ^ (step * 7_919));

    public TrueTime Time { get; } = new();

    public FaultLog Log { get; } = new();

    public Model Model { get; } = new();

    public SimServer Server { get; }

    public List<SimTill> Tills { get; } = [];

    /// <summary>The till of another engine; null in a shop that has none.</summary>
    public Kiosk? Kiosk { get; }

    public List<Guid> Stock { get; } = [];

    /// <summary>The steps taken, for a person who looks into a failing seed.</summary>
    public List<string> Story { get; } = [];

    /// <summary>Whether any till's medium has changed by itself at any time.</summary>
    public bool AnyMediumFailed { get; set; }

    /// <summary>Whether the server's records were put back from a backup: finished days are whole again only when all has come to rest.</summary>
    public bool WasRestored { get; set; }

    /// <summary>Whether that was done by copying files, so that the server does not know of it before a till tells it.</summary>
    public bool WasRestoredBehindItsBack { get; set; }

    /// <summary>The tills that a person has revoked and not let in again.</summary>
    public HashSet<long> Revoked { get; } = [];

    /// <summary>Nobody else writes any more.</summary>
    public bool IsCalm { get; set; }

    public void Tell(string what) => Story.Add(string.Create(CultureInfo.InvariantCulture, $"{Time.Now:MM-dd HH:mm:ss} {what}"));

    /// <summary>Enrols a till on a machine of its own.</summary>
    public SimTill Enrol(string name, long branch)
    {
        var (till, block) = Machine(name, branch);
        MoveIn(till, block);
        if (Random.Next(3) == 0)
        {
            till.Program!.Settings = till.Program.Settings with { Mirror = till.Stick };
            till.HasMirror = true;
        }
        return till;
    }

    /// <summary>A machine that the server has enrolled, with nothing on its disk yet.</summary>
    public (SimTill Till, Sync.Journal.NumberBlock Block) Machine(string name, long branch)
    {
        var (code, _) = Server.Enrolment.NewCode(branch, name);
        var reply = Server.Enrolment.Enrol(code);
        var clock = new SimClock(Time);
        var disk = new SimDisk($"t{++tillsMade}", new Random(Random.Next()), Log, clock);
        var identity = new TillIdentity("https://server", reply.Till, name, branch, reply.Secret, reply.Proof);
        return (new SimTill(name, identity, disk, clock, Server, new Random(Random.Next()), Log), new Sync.Journal.NumberBlock(reply.BlockFirst, reply.BlockLast, reply.BlockMac));
    }

    /// <summary>What a machine does with its enrolment.</summary>
    public void MoveIn(SimTill till, Sync.Journal.NumberBlock block)
    {
        TillSetUp.TakeIdentity(till.Machine, till.Folder, till.Identity, block);
        Tills.Add(till);
        till.Start(disconnected: false);
        till.Program!.ReprovisionAsync().GetAwaiter().GetResult();
    }

    /// <summary>A second machine made from a copy of a till's disk.</summary>
    public void Clone(SimTill till)
    {
        till.Stop();
        var clock = new SimClock(Time);
        var disk = new SimDisk($"t{++tillsMade}", new Random(Random.Next()), Log, clock);
        var clone = new SimTill(till.Name + "'", till.Identity, disk, clock, Server, new Random(Random.Next()), Log) 
        {
            WasPutBack = true, HasMoved = till.HasMoved, MediumFailed = till.MediumFailed, JournalFailed = till.JournalFailed, ReplicaDoubtful = till.ReplicaDoubtful,
        };
        disk.Restore(till.Disk.Image().Where(f => f.Key.StartsWith(till.Folder + "/", StringComparison.Ordinal)).ToDictionary(f => clone.Folder + f.Key[till.Folder.Length..], f => f.Value, StringComparer.Ordinal));
        till.WasPutBack = true;
        Tills.Add(clone);
    }

    /// <summary>
    /// A till whose journal cannot be used any more is put right as the programs say: what can be read of it, and its mirror, are brought to the
    /// server by hand, and the machine is enrolled afresh.
    /// </summary>
    /// <param name="name">Under which it is enrolled; null for the name it had.</param>
    public void PutRight(SimTill till, string? name = null)
    {
        name ??= till.Name;
        till.Stop();
        till.Disk.PlanNothing();
        till.Line.PlanNothing();
        Server.Disk.PlanNothing();
        (till.Line.IsCut, till.Line.IsDeaf, till.Line.IsOlder) = (false, false, false);
        if (!Server.IsUp)
        {
            Server.Start();
        }
        MakeSureOfTime();
        LeaveBehind(till);
        if (till.Disk.Exists(till.Folder + "/till.json"))
        {
            using var lines = new MemoryStream();
            TillSetUp.ExportJournal(till.Folder, till.Machine, lines);
            BringByHand(till, lines.ToArray());
        }
        foreach (var mirror in till.Disk.List(till.Stick, ""))
        {
            BringByHand(till, till.Disk.Read(mirror)!);
        }
        till.Disk.Wipe(till.Folder);
        // Records that were put back may not know the till.
        var branch = Server.Number("SELECT branch FROM till WHERE id = @till", till.Identity.Till) is > 0 and var known ? known : till.Identity.Branch;
        var (code, _) = Server.Enrolment.NewCode(branch, name);
        var reply = Server.Enrolment.Enrol(code);
        var identity = new TillIdentity("https://server", reply.Till, name, branch, reply.Secret, reply.Proof);
        TillSetUp.TakeIdentity(till.Machine, till.Folder, identity, new Sync.Journal.NumberBlock(reply.BlockFirst, reply.BlockLast, reply.BlockMac));
        till.Become(identity);
        till.Start(disconnected: false);
        till.Program!.ReprovisionAsync().GetAwaiter().GetResult();
        if (till.HasMirror)
        {
            till.Program.Settings = till.Program.Settings with { Mirror = till.Stick };
        }
    }

    /// <summary>What a machine has sold as the till it was is no longer in its journal.</summary>
    public void LeaveBehind(SimTill till)
    {
        foreach (var attempt in Model.Attempts.Where(a => a.Till == till))
        {
            attempt.IsOfFork = true;
            if (WasRestored && Server.IsUp && Server.Number("SELECT count(*) FROM document WHERE reference = @reference", attempt.Reference) == 0)
            {
                // Neither the server nor the till remembers the number: what the mirror has is posted with another.
                Excuse.BothLost.Use();
                (attempt.TransId, attempt.PostedAt) = (null, null);
            }
        }
        foreach (var record in Model.Records.Where(r => r.Till == till))
        {
            record.IsOfFork = true;
        }
    }

    private void BringByHand(SimTill till, byte[] file)
    {
        var lines = System.Text.Encoding.UTF8.GetString(file).Split('\n');
        Sync.Journal.ExportHead head;
        try
        {
            head = Sync.Journal.JournalLines.ReadHead(lines[0]);
        }
        catch (Sync.Journal.WireFormatException e)
        {
            Tell($"{till.Name}: {e.Message}");
            return;
        }
        var heads = lines.Where(l => Sync.Journal.JournalLines.IsHead(l, head.Client)).Select(Sync.Journal.JournalLines.ReadHead);
        // Records that were put back may not know the till.
        var known = Server.Tills.Find(head.Client) ?? Server.Enrolment.Recall(head.Client, till.Identity.Branch);
        var outcome = Server.Orchestrator.Import(
            Server.Tills.RecordOf(known, [.. heads.SelectMany(h => h.Blocks ?? [])]), new EntityIds(Server.Clock, Random).Next(),
            lines.Skip(1).Where(l => l.Length > 0).Select((l, i) => Sync.Journal.JournalLines.ReadEntry(i + 2, l).Entry).OfType<Sync.Journal.PushedEntry>());
        Tell($"{till.Name}: its journal is brought by hand: {outcome}");
        Log.Met("BroughtByHand", outcome.KeptAside > 0 ? "with some kept aside" : "whole");
    }

    /// <summary>A person who is to post something by hand hears that the server does not know the time, and sees to it.</summary>
    public void MakeSureOfTime()
    {
        if (Server.Judged is { } judged && judged.WhyNot(Server.Database) is not null)
        {
            Tell("somebody sets the server's clock, and says that it is right");
            Server.Clock.Offset = TimeSpan.Zero;
            AwaitLastBelieved();
            Server.Database.Writing(session => judged.Accept(session, null));
        }
    }

    /// <summary>A clock that is behind what the shop has believed is waited for: tills sell on, and nothing is posted until then.</summary>
    public void AwaitLastBelieved()
    {
        var last = Math.Max(Server.Number("SELECT max(believed_at) FROM heartbeat"), Server.Number("SELECT posted_at FROM counter"));
        if (Server.Judged is not null && last > Server.Clock.TrueNow)
        {
            Time.Now = DateTimeOffset.FromUnixTimeMilliseconds(last);
        }
    }

    /// <summary>Starts a till's program; a journal that the medium has damaged is told, and put right by people.</summary>
    public void Start(SimTill till, bool disconnected)
    {
        var identity = till.Identity;
        try
        {
            till.Start(disconnected);
            if (till.Identity != identity)
            {
                LeaveBehind(till);
            }
        }
        catch (Sync.Journal.JournalException e) when (till.MediumFailed)
        {
            Excuse.MediumLost.Use();
            Tell($"{till.Name}: {e.Message}");
            Log.Met("JournalDamaged", "at the start");
            PutRight(till);
        }
    }

    public void Dispose()
    {
        foreach (var till in Tills)
        {
            till.Dispose();
        }
        Server.Dispose();
    }

    /// <summary>Another program changes a row now and then, between two transactions of the server's.</summary>
    private void Between(Sync.Feed.IServerDatabase database)
    {
        if (!IsCalm && Stock.Count == Items && Random.Next(25) == 0)
        {
            database.Writing(s => s.Execute("UPDATE stock SET category = @category WHERE id = @id", $"k{Random.Next(1000)}", Stock[Random.Next(Items)]));
        }
    }

    private void OpenShop()
    {
        if (!isOnRealDatabase)
        {
            if (freshShop is null)
            {
                Server.Start();
                Server.Stop();
                freshShop = Server.Disk.Image();
            }
            Server.Disk.Restore(freshShop);
        }
        Server.Start();
        Server.Database.Writing(session =>
        {
            for (var branch = 1; branch <= 2; branch++)
            {
                session.Execute(
                    "INSERT INTO branch (id, name, time_zone, header, tax_rate_bp, currency, cash_rounding) VALUES (@id, @name, @zone, 'Shop', 1000, 'GBP', 5)",
                    (long)branch, $"Branch {branch}", branch == 1 ? "Europe/London" : "Australia/Sydney");
            }
            var ids = new EntityIds(Server.Clock, new Random(Seed));
            for (var i = 0; i < Items; i++)
            {
                AddItem(session, ids.Next(), i);
            }
            return true;
        });
        Enrol("front", 1);
        Enrol("back", 1);
        Enrol("pier", 2);
    }

    private void AddItem(Session session, Guid id, int number)
    {
        Stock.Add(id);
        session.Execute("INSERT INTO stock (id, code, title) VALUES (@id, @code, @title)", id, $"c{number}", $"Title {number}");
        for (var branch = 1L; branch <= 2; branch++)
        {
            session.Execute("INSERT INTO holding (branch, stock_id, price_cents, on_hand) VALUES (@branch, @id, @price, 50)", branch, id, 500L + (100 * number));
            session.Execute(
                "INSERT INTO stock_movement (id, branch, stock_id, code, qty, value_cents, reason, taken_at) VALUES (@mid, @branch, @id, @code, 50, 0, 'receipt', 0)",
                new EntityIds(Server.Clock, new Random(HashCode(number, branch))).Next(), branch, id, $"c{number}");
            Model.Received[(branch, id)] = 50;
        }
    }

    private static int HashCode(int number, long branch) => (number * 7) + (int)branch;
}
