using System.Data;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;
using DbUp;
using Microsoft.Data.SqlClient;

namespace Bookmine.SyncServer.Database;

/// <summary>
/// SQL Server 2022 or later, for one host or many. Readers and the sequencer see one state by snapshot isolation; the sequencer holds a lock of
/// its session's, taken before its transaction begins, so that the state it sees is not older than the lock.
/// </summary>
public sealed class SqlServerDatabase : NetworkDatabase
{
    private const string Engine = "sqlserver";
    private const string Lock = "bookmine";
    private const int SequencerPatienceMilliseconds = 500;
    private const int MigrationPatienceMilliseconds = 120_000;
    private const int ServerSeconds = 30;

    private readonly string connection;

    private SqlServerDatabase(string connection, string name)
        : base(name) => this.connection = connection;

    public override string EngineTables => Migrations.EngineTables(Engine);

    private protected override IsolationLevel OneState => IsolationLevel.Snapshot;

    /// <param name="connection">As SqlClient reads it: <c>Server=…;Database=…;User Id=…</c>.</param>
    /// <param name="provision">Run once the tables are there, while no other host does the same.</param>
    /// <exception cref="ShopDatabaseException">It cannot be used as it is; nothing was changed.</exception>
    public static SqlServerDatabase Open(string connection, Action<IServerDatabase> provision, Opening opening)
    {
        var settings = SqlServerConnection.Read(connection);
        var name = SqlServerConnection.Shown(settings);
        var database = new SqlServerDatabase(settings.ConnectionString, name);
        try
        {
            using var alone = database.OpenSession();
            SqlServerConnection.RequireFit(alone, name);
            if (!TryHold(alone, Lock + " migration", MigrationPatienceMilliseconds))
            {
                throw new ShopDatabaseException($"{name}: another bookmine-server has been bringing it up to date for {MigrationPatienceMilliseconds / 1000} s. Start this one when that one serves.");
            }
            // The lock goes with the connection.
            Migrations.Run(DeployChanges.To.SqlDatabase(settings.ConnectionString), Engine, name, () => SqlServerConnection.Tables(alone), opening);
            provision(database);
            Release(alone, Lock + " migration");
            return database;
        }
        catch (SqlException e)
        {
            throw new ShopDatabaseException(SqlServerConnection.Explain(e.Number, e.Message, settings), e);
        }
        catch (InvalidOperationException e) when (database.OwnKindOf(e) == FailureKind.Away)
        {
            throw new ShopDatabaseException($"{name}: {e.Message} Raise Max Pool Size in the connection, or leave it out.", e);
        }
        catch (NotSupportedException e)
        {
            throw new ShopDatabaseException($"{name}: SQL Server's driver needs ICU ({e.Message}). Install it (Debian: libicu72), and take DOTNET_SYSTEM_GLOBALIZATION_INVARIANT out of the environment.", e);
        }
    }

    /// <summary>A database that is not looked at before it is used.</summary>
    internal static SqlServerDatabase Unopened(string connection)
    {
        var settings = SqlServerConnection.Read(connection);
        return new SqlServerDatabase(settings.ConnectionString, SqlServerConnection.Shown(settings));
    }

    /// <summary>A connection as it may be shown: without the password.</summary>
    public static string Shown(string connection) => SqlServerConnection.Shown(SqlServerConnection.Read(connection));

    public override IEnumerable<string> Triggers(SyncTable table) => TriggersOf(table);

    /// <summary>A <c>TRUNCATE</c> fires none: the nightly check finds what it removed.</summary>
    internal static IEnumerable<string> TriggersOf(SyncTable table)
    {
        string Key(string rows) => $"{(table.KeyInteger is { } i ? $"{rows}.{table.Columns[i].Name}" : "0")}, {(table.KeyGuid is { } g ? $"{rows}.{table.Columns[g].Name}" : "0x00000000000000000000000000000000")}";
        var note = $"INSERT INTO sync_dirty (tab, k_int, k_guid) SELECT {table.Number}, ";
        var same = string.Join(" AND ", table.KeyColumns.Select(k => $"i.{k} = d.{k}"));
        foreach (var (end, what, body) in (IEnumerable<(string, string, string)>)
        [
            ("i", "INSERT", $"{note}{Key("i")} FROM inserted i;"),
            ("u", "UPDATE", $"{note}{Key("i")} FROM inserted i; {note}{Key("d")} FROM deleted d WHERE NOT EXISTS (SELECT 1 FROM inserted i WHERE {same});"),
            ("d", "DELETE", $"{note}{Key("d")} FROM deleted d;"),
        ])
        {
            yield return $"DROP TRIGGER IF EXISTS sync_{table.Name}_{end}";
            // Without counts, which would be taken for those of the statement that fired it.
            yield return $"CREATE TRIGGER sync_{table.Name}_{end} ON {table.Name} AFTER {what} AS BEGIN SET NOCOUNT ON; {body} END";
        }
    }

    public override bool TrySequencing(Action<Session> work)
    {
        using var holder = Answered(OpenSession);
        if (!Answered(() => TryHold(holder, Lock, SequencerPatienceMilliseconds)))
        {
            return false;
        }
        try
        {
            return Run(IsolationLevel.Snapshot, null, session =>
            {
                TablesVersion.Require(session, Name);
                work(session);
                return true;
            });
        }
        finally
        {
            Release(holder, Lock);
        }
    }

    /// <summary>Whoever has asked whether the shop is here is waited for, and whoever asks now waits for the answer; writers wait as well.</summary>
    public override T Frozen<T>(Func<Session, T> work) => Run(IsolationLevel.Serializable, null, session =>
    {
        session.Integer("SELECT count(*) FROM sync_move WITH (TABLOCKX, HOLDLOCK)");
        foreach (var table in ShopTables.All)
        {
            session.Integer($"SELECT count(*) FROM {table.Name} WITH (TABLOCK, HOLDLOCK)");
        }
        return work(session);
    });

    /// <summary>Numbers that were given to the engine are the ones it goes on from.</summary>
    public override (string? Before, string? After) LoadingNumbers(string table) => ($"SET IDENTITY_INSERT {table} ON", $"SET IDENTITY_INSERT {table} OFF");

    public override void Dispose()
    {
        using var any = new SqlConnection(connection);
        SqlConnection.ClearPool(any);
    }

    private protected override Session OpenSession()
    {
        var opened = new SqlConnection(connection);
        opened.Open();
        return new Session(opened, SqlServerDialect.Instance);
    }

    // SQL Server's error numbers (learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors).
    private protected override FailureKind OwnKindOf(Exception failure) => KindOfFailure(failure);

    internal static FailureKind KindOfFailure(Exception failure) => failure switch
    {
        SqlException { Number: 2601 or 2627 } => FailureKind.Duplicate,
        // Deadlock; changed since the snapshot was taken, a row or a table.
        SqlException { Number: 1205 or 3960 or 3961 } => FailureKind.Collision,
        SqlException { Number: 1222 } => FailureKind.Locked,
        // What an administrator's own trigger refuses.
        SqlException { Number: >= 50000 } => FailureKind.Data,
        // No value; a constraint; overflow; a text too long; a number of the wrong kind; a row too large for its page or index.
        SqlException { Number: 515 or 547 or 220 or 8115 or 8152 or 2628 or 245 or 1946 or 511 } => FailureKind.Data,
        // Severity 20 ends the connection; below it: no answer in time, no connection, going down, read-only, log full, too many.
        SqlException { Class: >= 20 } or SqlException { Number: -2 or -1 or 2 or 53 or 6005 or 3906 or 9002 or 10928 or 10929 or 40613 or 4060 or 976 or 983 } => FailureKind.Away,
        SqlException => FailureKind.Other,
        // The driver's own word for a pool that is used up.
        InvalidOperationException { Source: "Microsoft.Data.SqlClient" } => FailureKind.Away,
        _ => FailureKind.Own,
    };

    /// <summary>Takes a lock of the session's, whatever its transactions do.</summary>
    /// <returns>False when another has it for longer than the patience.</returns>
    private static bool TryHold(Session session, string resource, int patienceMilliseconds)
    {
        using var command = Procedure(session, "sp_getapplock", resource);
        command.Parameters.AddWithValue("@LockMode", "Exclusive");
        command.Parameters.AddWithValue("@LockTimeout", patienceMilliseconds);
        command.CommandTimeout = (patienceMilliseconds / 1000) + ServerSeconds;
        var outcome = command.Parameters.Add(new SqlParameter { Direction = ParameterDirection.ReturnValue, SqlDbType = SqlDbType.Int });
        command.ExecuteNonQuery();
        return (int)outcome.Value >= 0;
    }

    private static void Release(Session session, string resource)
    {
        try
        {
            using var command = Procedure(session, "sp_releaseapplock", resource);
            command.ExecuteNonQuery();
        }
        catch (SqlException)
        {
            // The lock is the connection's and goes with it; what was done is done, and nothing may hide how it ended.
            SqlConnection.ClearPool((SqlConnection)session.Connection);
        }
    }

    private static SqlCommand Procedure(Session session, string name, string resource)
    {
        var command = ((SqlConnection)session.Connection).CreateCommand();
        (command.CommandText, command.CommandType) = (name, CommandType.StoredProcedure);
        command.Parameters.AddWithValue("@Resource", resource);
        command.Parameters.AddWithValue("@LockOwner", "Session");
        return command;
    }
}
