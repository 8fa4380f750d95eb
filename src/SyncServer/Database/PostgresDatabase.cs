using System.Data;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;
using DbUp;
using DbUp.Postgresql;
using Npgsql;

namespace Bookmine.SyncServer.Database;

/// <summary>
/// PostgreSQL, for one host or many. Writers lock the rows that they change; the sequencer locks a table that no other transaction touches,
/// as the first statement of a transaction that sees one state (a statement before it would fix that state too early).
/// </summary>
public sealed class PostgresDatabase : NetworkDatabase
{
    private const string Engine = "postgresql";

    // Few rows are joined with many: from the few noted keys to their rows by the index, whatever the statistics of a table that fills and empties.
    private const string BeginSequencing = """
        SET LOCAL lock_timeout = '500ms'; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_material = off; SET LOCAL jit = off;
        LOCK TABLE sync_lock IN EXCLUSIVE MODE
        """;

    private readonly NpgsqlDataSource source;

    private PostgresDatabase(NpgsqlDataSource source, string name)
        : base(name) => this.source = source;

    public override string EngineTables => Migrations.EngineTables(Engine);

    /// <param name="connection">As Npgsql reads it: <c>Host=…;Database=…;Username=…</c>; several hosts parted by commas.</param>
    /// <param name="provision">Run once the tables are there, while no other host does the same.</param>
    /// <exception cref="ShopDatabaseException">It cannot be used as it is; nothing was changed.</exception>
    public static PostgresDatabase Open(string connection, Action<IServerDatabase> provision, Opening opening)
    {
        var settings = PostgresConnection.Read(connection);
        var name = PostgresConnection.Shown(settings);
        var database = new PostgresDatabase(PostgresConnection.SourceOf(settings), name);
        try
        {
            using var alone = database.OpenSession();
            PostgresConnection.RequireFit(alone, name);
            alone.Begin();
            PostgresConnection.WaitForOthers(alone, name);
            Migrations.Run(
                DeployChanges.To.PostgresqlDatabase(new PostgresqlConnectionManager(database.source)), Engine, name,
                () => PostgresConnection.Tables(alone), opening);
            provision(database);
            return database;
        }
        catch (Exception e)
        {
            database.Dispose();
            if (PostgresConnection.Explain(e, settings) is { } explained)
            {
                throw explained;
            }
            throw;
        }
    }

    /// <summary>A connection as it may be shown: without the password.</summary>
    public static string Shown(string connection) => PostgresConnection.Shown(PostgresConnection.Read(connection));

    public override IEnumerable<string> Triggers(SyncTable table)
    {
        var key = $"{(table.KeyInteger is { } i ? table.Columns[i].Name : "0")}, {(table.KeyGuid is { } g ? table.Columns[g].Name : "'00000000-0000-0000-0000-000000000000'::uuid")}";
        var note = $"INSERT INTO sync_dirty (tab, k_int, k_guid) SELECT {table.Number}, ";
        foreach (var (end, what, seen, body) in (IEnumerable<(string, string, string, string)>)
        [
            ("i", "INSERT", "REFERENCING NEW TABLE AS new_rows", $"{note}{key} FROM new_rows;"),
            ("u", "UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
                $"{note}{key} FROM new_rows; {note}k.* FROM (SELECT {key} FROM old_rows EXCEPT SELECT {key} FROM new_rows) k;"),
            ("d", "DELETE", "REFERENCING OLD TABLE AS old_rows", $"{note}{key} FROM old_rows;"),
            ("t", "TRUNCATE", "", $"{note}k_int, k_guid FROM sync_feed WHERE tab = {table.Number} AND removed = 0;"),
        ])
        {
            // Whoever changes a row has its key noted, whatever that user may do and wherever it looks for tables.
            yield return $"""
                CREATE OR REPLACE FUNCTION sync_{table.Name}_{end}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
                AS $$ BEGIN {body} RETURN NULL; END $$
                """;
            yield return $"DROP TRIGGER IF EXISTS sync_{table.Name}_{end} ON {table.Name}";
            yield return $"CREATE TRIGGER sync_{table.Name}_{end} AFTER {what} ON {table.Name} {seen} FOR EACH STATEMENT EXECUTE FUNCTION sync_{table.Name}_{end}()";
        }
    }

    public override bool TrySequencing(Action<Session> work)
    {
        try
        {
            return Run(IsolationLevel.RepeatableRead, BeginSequencing, session =>
            {
                TablesVersion.Require(session, Name);
                work(session);
                return true;
            });
        }
        catch (PostgresException e) when (OwnKindOf(e) == FailureKind.Locked)
        {
            return false;
        }
    }

    /// <summary>Whoever has asked whether the shop is here is waited for, and whoever asks now waits for the answer; writers wait as well.</summary>
    public override T Frozen<T>(Func<Session, T> work) => Run(
        IsolationLevel.RepeatableRead, $"LOCK TABLE sync_move IN ACCESS EXCLUSIVE MODE; LOCK TABLE {string.Join(", ", ShopTables.All.Select(t => t.Name))} IN SHARE MODE", work);

    public override (string? Before, string? After) LoadingNumbers(string table) =>
        (null, $"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)");

    public override void Dispose() => source.Dispose();

    private protected override IsolationLevel OneState => IsolationLevel.RepeatableRead;

    private protected override Session OpenSession() => new(source.OpenConnection(), PostgresDialect.Instance);

    // PostgreSQL's error codes (postgresql.org/docs/current/errcodes-appendix.html), by class where a class is of one kind.
    private protected override FailureKind OwnKindOf(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => FailureKind.Duplicate,
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => FailureKind.Collision,
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } => FailureKind.Locked,
        PostgresException { SqlState: PostgresErrorCodes.ProgramLimitExceeded } => FailureKind.Data,
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => FailureKind.Away,
        PostgresException e when e.SqlState.StartsWith("57P", StringComparison.Ordinal) => FailureKind.Away,
        PostgresException e => e.SqlState[..2] switch
        {
            // Cardinality, data, constraints, what an administrator's own trigger refuses (P0, 44, 38, 39), what PostgreSQL cannot do with a value.
            "21" or "22" or "23" or "44" or "P0" or "38" or "39" or "0A" => FailureKind.Data,
            "08" or "53" or "58" => FailureKind.Away,
            _ => FailureKind.Other,
        },
        // The driver wraps what the line throws.
        NpgsqlException => FailureKind.Away,
        _ => FailureKind.Own,
    };
}
