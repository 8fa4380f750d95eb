using System.Data.Common;
using Bookmine.Sqlite;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;
using DbUp;
using Microsoft.Data.Sqlite;

namespace Bookmine.SyncServer.Database;

/// <summary>The embedded database: one file, one writer at a time, readers beside it.</summary>
/// <param name="vfs">The SQLite file system to use (sqlite.org/vfs.html); null for the machine's own.</param>
public sealed class SqliteDatabase(string path, string? vfs = null) : IShopDatabase
{
    private const string Engine = "sqlite";
    private const int BusyMilliseconds = 20_000;

    private const string Settings = """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;
        PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;
        """;

    private const int SequencerPatienceMilliseconds = 500;
    private const int MigrationSeconds = 20;

    // The value of PRAGMA synchronous that the settings ask for (sqlite.org/pragma.html#pragma_synchronous).
    private const long Full = 2;

    // SQLite's result codes (sqlite.org/rescode.html).
    private const int Busy = 5;
    private const int Corrupt = 11;
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int OutOfRange = 25;
    private const int NotADatabase = 26;

    private readonly SessionPool sessions = new(() => OpenFile(path, BusyMilliseconds, vfs));
    private readonly SessionPool sequencers = new(() => OpenFile(path, SequencerPatienceMilliseconds, vfs));
    private readonly Lock writing = new();

    public string Name => path;

    /// <summary>Opens the file with this program's tables.</summary>
    /// <exception cref="ShopDatabaseException">It is another program's or a newer one's, or cannot be brought to this program's tables.</exception>
    public static SqliteDatabase Open(string path, string? vfs, Opening opening = Opening.ToServe, Action? beforeUpgrade = null)
    {
        Told(path, () => Migrate(path, vfs, opening, beforeUpgrade));
        return new SqliteDatabase(path, vfs);
    }

    private static bool Migrate(string path, string? vfs, Opening opening, Action? beforeUpgrade)
    {
        Migrations.Run(
            DeployChanges.To.SqliteDatabase(ConnectionString(path, vfs, MigrationSeconds)), Engine, path,
            () =>
            {
                using var session = OpenFile(path, BusyMilliseconds, vfs);
                return Tables(session);
            },
            opening, beforeUpgrade);
        return true;
    }

    public string EngineTables => Migrations.EngineTables(Engine);

    public IEnumerable<string> Triggers(SyncTable table)
    {
        string Note(string row, string where = "") =>
            $"INSERT INTO sync_dirty (tab, k_int, k_guid) SELECT {table.Number}, {KeyPart(table, table.KeyInteger, row, "0")}, {KeyPart(table, table.KeyGuid, row, "zeroblob(16)")}{where};";
        var moved = string.Join(" OR ", table.KeyColumns.Select(k => $"old.{k} IS NOT new.{k}"));
        foreach (var (name, when, body) in (IEnumerable<(string, string, string)>)
        [
            ("i", "AFTER INSERT", Note("new")),
            ("u", "AFTER UPDATE", Note("new") + " " + Note("old", $" WHERE {moved}")),
            ("d", "AFTER DELETE", Note("old")),
        ])
        {
            yield return $"DROP TRIGGER IF EXISTS sync_{table.Name}_{name};";
            yield return $"CREATE TRIGGER sync_{table.Name}_{name} {when} ON {table.Name} BEGIN {body} END;";
        }
    }

    /// <summary>
    /// Makes sure that what can be read also survives a power cut: the program before this one may have been killed between writing a
    /// commit and syncing it, and what is read here is told to tills.
    /// </summary>
    /// <exception cref="ShopDatabaseException">A commit would not outlast a power cut here.</exception>
    public void MakeDurable() => sessions.Use(session =>
    {
        if (session.Scalar("PRAGMA journal_mode") as string != "wal" || session.Integer("PRAGMA synchronous") != Full)
        {
            throw new ShopDatabaseException($"{path}: the file system does not let SQLite keep a write-ahead log that is synced at each commit (is it on a network share?). Put the file on a disk of this machine.");
        }
        session.Script("PRAGMA wal_checkpoint(PASSIVE)");
        return true;
    });

    public T Writing<T>(Func<Session, T> work)
    {
        lock (writing)
        {
            return Told(path, () => sessions.Use(session => session.InTransaction(
                () =>
                {
                    TablesVersion.Require(session, path);
                    NoteTriggersOfOthers(session);
                    return work(session);
                },
                Immediate)));
        }
    }

    /// <summary>The writer's lock is the sequencer's: SQLite has one writer, so a pass is short, and gives way to another program's transaction.</summary>
    public bool TrySequencing(Action<Session> work)
    {
        if (!writing.TryEnter(SequencerPatienceMilliseconds))
        {
            return false;
        }
        try
        {
            return sequencers.Use(session => session.InTransaction(
                () =>
                {
                    TablesVersion.Require(session, path);
                    work(session);
                    return true;
                },
                Immediate));
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Busy)
        {
            return false;
        }
        finally
        {
            writing.Exit();
        }
    }

    public IChangeWatch Watch() => new DataVersionWatch(OpenFile(path, BusyMilliseconds, vfs));

    public T Frozen<T>(Func<Session, T> work) => Writing(work);

    public (string? Before, string? After) LoadingNumbers(string table) => (null, null);

    public bool ComesFromData(Exception failure) => failure switch
    {
        SqliteException e => e.SqliteErrorCode is TooBig or Constraint or Mismatch or OutOfRange,
        DatabaseAwayException or IOException or OutOfMemoryException or ProgramOutdatedException => false,
        _ => true,
    };

    public T Reading<T>(Func<Session, T> work) => Told(path, () => sessions.Use(session => session.InTransaction(() => work(session), Deferred)));

    /// <summary>What the machine under the file does to it is told in words, with the remedy.</summary>
    private static T Told<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e) when (SqliteFaults.Words(e) is { } words)
        {
            throw new DatabaseAwayException(path, words, e);
        }
    }

    public void Dispose()
    {
        sessions.Dispose();
        sequencers.Dispose();
    }

    /// <summary>Whether the file itself is damaged.</summary>
    public static bool IsDamage(DbException failure) => failure is SqliteException { SqliteErrorCode: Corrupt or NotADatabase };

    /// <summary>Opens any SQLite file for writing, as the engine's snapshots need it too.</summary>
    public static DbConnection OpenPlain(string file) => OpenPlain(file, BusyMilliseconds, null);

    internal static SqliteConnection OpenPlain(string file, int busyMilliseconds, string? vfs = null)
    {
        var text = ConnectionString(file, vfs, Math.Max(busyMilliseconds / 1000, 1));
        var connection = new DirectConnection(text);
        connection.Open();
        using var busy = connection.CreateCommand();
        busy.CommandText = FormattableString.Invariant($"PRAGMA busy_timeout = {busyMilliseconds}");
        busy.ExecuteNonQuery();
        return connection;
    }

    private static List<string> Tables(Session session)
    {
        using var reader = session.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name");
        var tables = new List<string>();
        while (reader.Read())
        {
            tables.Add(reader.GetString(0));
        }
        return tables;
    }

    private static Session OpenFile(string file, int busyMilliseconds, string? vfs)
    {
        var session = new Session(OpenPlain(file, busyMilliseconds, vfs));
        session.Script(Settings);
        return session;
    }

    internal static string ConnectionString(string file, string? vfs, int timeoutSeconds)
    {
        var builder = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = timeoutSeconds };
        if (vfs is not null)
        {
            builder.Vfs = vfs;
        }
        return builder.ToString();
    }

    /// <summary>Administrators make triggers of their own, at any time.</summary>
    private static void NoteTriggersOfOthers(Session session) => ((DirectConnection)session.Connection).HasTriggersOfOthers =
        session.Scalar("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'sync!_%' ESCAPE '!'") is not null;

    private static DbTransaction Immediate(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: false);

    private static DbTransaction Deferred(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);

    private static string KeyPart(SyncTable table, int? ordinal, string row, string absent) =>
        ordinal is { } place ? $"{row}.{table.Columns[place].Name}" : absent;
}
