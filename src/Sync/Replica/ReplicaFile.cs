using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Replica;

/// <summary>
/// One generation of the replica: the server's rows of a scope, their cursors and digests. Only a download writes it, whole checkpoints
/// at a time, so a reader never sees a torn mixture.
/// </summary>
public sealed class ReplicaFile : IDisposable
{
    private readonly SyncSetup setup;
    private readonly Session session;

    private ReplicaFile(SyncSetup setup, string path, Session session) => (this.setup, Path, this.session) = (setup, path, session);

    public string Path { get; }

    /// <summary>Makes an empty replica.</summary>
    /// <param name="indexed">False to leave the indexes for <see cref="BuildIndexes"/>, after a first load.</param>
    public static ReplicaFile Create(SyncSetup setup, IFileStore files, string path, bool indexed = true)
    {
        var replica = Open(setup, files, path);
        replica.session.Script(ReplicaSchema.EngineTables);
        foreach (var table in ReplicaSchema.Tables(setup))
        {
            replica.session.Script(table);
        }
        Note(replica.session, "schema", setup.SchemaVersion.ToString(CultureInfo.InvariantCulture));
        if (indexed)
        {
            replica.BuildIndexes();
        }
        return replica;
    }

    public static ReplicaFile Open(SyncSetup setup, IFileStore files, string path)
    {
        var session = new Session(files.OpenDatabase(path));
        session.Script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; PRAGMA recursive_triggers = ON; PRAGMA cache_size = -4000;");
        session.Script(ReplicaSchema.RecountTables);
        return new ReplicaFile(setup, path, session);
    }

    /// <summary>The epoch its cursors belong to; null before the first checkpoint.</summary>
    public string? Epoch => session.Scalar("SELECT value FROM sync_replica WHERE name = 'epoch'") as string;

    /// <summary>The server's time when it was made, Unix milliseconds.</summary>
    public long ProvisionedAt
    {
        get => session.Scalar("SELECT value FROM sync_replica WHERE name = 'provisioned_at'") is string text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
        set => Note(session, "provisioned_at", value.ToString(CultureInfo.InvariantCulture));
    }

    /// <exception cref="DamagedValueException">It does not say.</exception>
    public int Schema => session.Scalar("SELECT value FROM sync_replica WHERE name = 'schema'") is string text
        ? int.Parse(text, CultureInfo.InvariantCulture) : throw new DamagedValueException("the version of its tables is missing");

    /// <summary>Per bucket, the last change it has.</summary>
    public Dictionary<string, long> Cursors()
    {
        using var reader = session.Query("SELECT bucket, seq FROM sync_cursor");
        var cursors = new Dictionary<string, long>();
        while (reader.Read())
        {
            DamagedValueException.AddOnce(cursors, DbValues.ReadText(reader, 0), DbValues.ReadInteger(reader, 1));
        }
        return cursors;
    }

    /// <summary>The fingerprint of its digests.</summary>
    public string Fingerprint()
    {
        using var reader = session.Query("SELECT bucket, tab, rows, sum FROM sync_digest");
        var digests = new List<BucketDigest>();
        while (reader.Read())
        {
            digests.Add(new BucketDigest(DbValues.ReadText(reader, 0), (int)DbValues.ReadInteger(reader, 1), DbValues.ReadInteger(reader, 2), DbValues.ReadHash(reader, 3).ToString("x32", CultureInfo.InvariantCulture)));
        }
        return BucketDigest.Fingerprint(digests);
    }

    /// <summary>Up to which entry this client's journal is included.</summary>
    public long IncludedThrough(long client) => TableSql.Find(session, setup.HeadTable, new RowKey(client, Guid.Empty))?.Integer("n") ?? 0;

    public void BuildIndexes()
    {
        foreach (var index in ReplicaSchema.Indexes(setup))
        {
            session.Script(index);
        }
    }

    /// <summary>Begins the one transaction in which a download is applied, chunk by chunk as they arrive.</summary>
    public ReplicaApply BeginApply()
    {
        session.Begin();
        return new ReplicaApply(setup, session);
    }

    /// <summary>When rows were last recounted, Unix milliseconds; 0 for never.</summary>
    public long RecountedAt => session.Scalar("SELECT value FROM sync_replica WHERE name = 'recounted_at'") is string text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;

    /// <summary>Counts some rows afresh, going on where the last call ended.</summary>
    /// <exception cref="DivergenceException">The replica does not amount to what was received.</exception>
    public void RecountSome(int rows, long now) => session.InTransaction(() =>
    {
        var recount = new Recount(setup, session);
        var round = recount.Step(rows);
        recount.Save();
        Note(session, "recounted_at", now.ToString(CultureInfo.InvariantCulture));
        return round;
    });

    /// <summary>Counts every row afresh, and compares the indexes with the rows.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="DivergenceException">The replica does not amount to what was received.</exception>
    public long RecountAll() => session.InTransaction(() =>
    {
        const int slice = 5_000;
        // An index may say of a row what the row itself does not.
        if (session.Scalar("PRAGMA integrity_check(1)") is string fault and not "ok")
        {
            throw new DivergenceException($"The replica's file is damaged: {fault}");
        }
        var recount = new Recount(setup, session);
        recount.Reset();
        while (!recount.Step(slice))
        {
        }
        recount.Save();
        return session.Integer("SELECT sum(rows) FROM sync_digest") ?? 0;
    });

    /// <summary>Notes that the replica was found up to date.</summary>
    public void NoteCurrent(long now) => Note(session, "as_of", now.ToString(CultureInfo.InvariantCulture));

    /// <summary>Leaves one self-contained file, ready to be copied; for a file that nobody else has open.</summary>
    public void Finish() => session.Script("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;");

    public void Dispose() => session.Dispose();

    internal static void Note(Session session, string name, string value) => session.Execute(
        "INSERT INTO sync_replica (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
}

/// <summary>The replica does not amount to what the server says it should; it is replaced by a fresh one.</summary>
public sealed class DivergenceException(string message) : Exception(message);
