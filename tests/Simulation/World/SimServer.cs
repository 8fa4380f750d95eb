using Bookmine.Schema;
using Bookmine.Simulation.Disk;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Posting;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Rules;
using Bookmine.SyncServer.Tills;

namespace Bookmine.Simulation.World;

/// <summary>The branch server of a simulated shop: production code on a simulated machine.</summary>
/// <param name="records">A real database instead of the simulated machine's own file; null for that.</param>
internal sealed class SimServer(SimDisk disk, SimClock clock, Random random, Action<IServerDatabase> between, string? records = null) : IDisposable
{
    public const string Folder = "/server/data";
    public const string File = Folder + "/shop.db";
    private Running? running;

    public SimDisk Disk => disk;

    public SimClock Clock => clock;

    public bool IsUp => running is not null;

    public IServerDatabase Database => Now.Database;

    public ServerOrchestrator Orchestrator => Now.Orchestrator;

    public TillRegister Tills => Now.Tills;

    public Enrolment Enrolment => Now.Enrolment;

    public LiveEdits Edits => Now.Edits;

    public TillState? StateOf(long till) => Read(s => s.Scalar("SELECT state FROM till WHERE id = @till", till)) is string state ? TillStates.Read(state) : null;

    /// <summary>Lets in tills that wait for it, as an administrator does.</summary>
    public List<Admitted> Admit()
    {
        var desk = new QuarantineDesk(BookmineSetup.Instance, Database, new ShopPosting(new UploadRules(), clock), clock, Now.Ids);
        return Read(Admission.Waiting) is { Count: > 0 } waiting ? new Admission(Database, desk, clock).Admit(Actor.AtTheMachine(), _ => waiting) : [];
    }

    private Running Now => running ?? throw new InvalidOperationException("the server is down");

    private sealed record Running(IServerDatabase Database, ServerOrchestrator Orchestrator, TillRegister Tills, Enrolment Enrolment, LiveEdits Edits, EntityIds Ids);

    /// <summary>Starts the program, as <c>bookmine-server serve</c> puts it together.</summary>
    public void Start()
    {
        var ids = new EntityIds(clock, random);
        var secrets = new SeededSecrets(random);
        var database = new Interleaved(records is null ? ShopDatabase.OpenSqlite(File, ids, secrets, SimVfs.Name) : ShopDatabase.Open(records, ids, secrets), between);
        running = new Running(
            database,
            new ServerOrchestrator(
                BookmineSetup.Instance, database, new ShopPosting(new UploadRules(), clock),
                new SnapshotStore(BookmineSetup.Instance, disk, Folder + "/snapshots", clock), clock, ids),
            new TillRegister(database, clock), new Enrolment(database, clock, secrets, ids), new LiveEdits(database, clock), ids);
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
