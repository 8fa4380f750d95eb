using Bookmine.Schema;
using Bookmine.Simulation.Disk;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Posting;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Clocks;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Foreign;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Rules;
using Bookmine.SyncServer.Tills;

namespace Bookmine.Simulation.World;

/// <summary>The branch server of a simulated shop: production code on a simulated machine.</summary>
/// <param name="records">A real database instead of the simulated machine's own file; null for that.</param>
/// <param name="doubtsItsClock">Whether nothing keeps its clock right, so that it is judged; else it is trusted whatever it says.</param>
internal sealed class SimServer(SimDisk disk, SimClock clock, Random random, Action<IServerDatabase> between, string? records = null, bool doubtsItsClock = false) : IDisposable
{
    public const string Folder = "/server/data";
    public const string File = Folder + "/shop.db";
    private Running? running;

    public SimDisk Disk => disk;

    /// <summary>The machine's.</summary>
    public SimClock Clock => clock;

    /// <summary>What the program goes by.</summary>
    public TimeProvider Time => running?.Judged ?? (TimeProvider)clock;

    /// <summary>Null where the clock is trusted.</summary>
    public ServerClock? Judged => Now.Judged;

    /// <summary>When the machine was started, by the true time; Unix milliseconds.</summary>
    public long BootedAt { get; set; } = clock.TrueNow;

    public bool IsUp => running is not null;

    public IServerDatabase Database => Now.Database;

    public ServerOrchestrator Orchestrator => Now.Orchestrator;

    public TillRegister Tills => Now.Tills;

    public Enrolment Enrolment => Now.Enrolment;

    public LiveEdits Edits => Now.Edits;

    /// <summary>The file of the server's words, beside its records.</summary>
    public static readonly string WordsPath = WordsFile.PathIn(Folder);

    public WordsFile Words => new(Database, disk, Folder);

    public Machines Machines => new(Database, Time, Words);

    /// <summary>What is kept of tills that are in use again is posted by a person who has looked at it.</summary>
    public void PostKept(string reason)
    {
        var desk = Desk;
        foreach (var till in TillsIn(TillState.Enrolled))
        {
            desk.Waiting(till, reason).ForEach(id => desk.Post(id));
        }
    }

    /// <summary>The tills of a state; of any where it is null.</summary>
    public List<long> TillsIn(TillState? state) => Read(session =>
    {
        var tills = new List<long>();
        using var reader = session.Query("SELECT id FROM till WHERE state = @state OR @state IS NULL ORDER BY id", state?.Text());
        while (reader.Read())
        {
            tills.Add(reader.GetInt64(0));
        }
        return tills;
    });

    private QuarantineDesk Desk => new(BookmineSetup.Instance, Database, new ShopPosting(new UploadRules(), Time), Time, Now.Ids);

    /// <summary>The seam for tills of other engines.</summary>
    public ForeignExchange Foreign => new(Database, Tills, Orchestrator, Desk, new KeptQuota(Database, Time), Time);

    public TillState? StateOf(long till) => Read(s => s.Scalar("SELECT state FROM till WHERE id = @till", till)) is string state ? TillStates.Read(state) : null;

    /// <summary>Lets in tills that wait for it, as an administrator does.</summary>
    public List<Admitted> Admit() =>
        Read(Admission.Waiting) is { Count: > 0 } waiting ? new Admission(Database, Desk, Time).Admit(Actor.AtTheMachine(), _ => waiting) : [];

    private Running Now => running ?? throw new InvalidOperationException("the server is down");

    private sealed record Running(IServerDatabase Database, ServerOrchestrator Orchestrator, TillRegister Tills, Enrolment Enrolment, LiveEdits Edits, EntityIds Ids, ServerClock? Judged);

    /// <summary>Starts the program, as <c>bookmine-server serve</c> puts it together.</summary>
    public void Start()
    {
        var judged = doubtsItsClock ? new ServerClock(clock, new SimMachineClock("server", clock, () => BootedAt)) : null;
        TimeProvider time = judged is null ? clock : judged;
        var ids = new EntityIds(time, random);
        var secrets = new SeededSecrets(random);
        var database = new Interleaved(records is null ? ShopDatabase.OpenSqlite(File, ids, secrets, SimVfs.Name) : ShopDatabase.Open(records, ids, secrets), between);
        running = new Running(
            database,
            new ServerOrchestrator(
                BookmineSetup.Instance, database, new ShopPosting(new UploadRules(), time, judged is null ? null : judged.Demand),
                new SnapshotStore(BookmineSetup.Instance, disk, Folder + "/snapshots", time), time, ids),
            new TillRegister(database, time), new Enrolment(database, time, secrets, ids), new LiveEdits(database, time), ids, judged);
        Beat();
        Words.Bring();
    }

    /// <summary>What the program does each minute.</summary>
    public void Beat()
    {
        if (Now.Judged is { } judged)
        {
            Database.Writing(session =>
            {
                judged.Beat(session);
                return true;
            });
        }
    }

    /// <summary>Ends the program, or what a death left of it.</summary>
    public void Stop()
    {
        running?.Database.Dispose();
        running = null;
    }

    public void Dispose() => Stop();

    public T Read<T>(Func<Session, T> work) => Database.Reading(work);

    public long Number(string sql, params object?[] values) => Database.Reading(s => s.Integer(sql, values)) ?? 0;

    private sealed class SeededSecrets(Random random) : ISecrets
    {
        public byte[] Next(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }
    }
}
