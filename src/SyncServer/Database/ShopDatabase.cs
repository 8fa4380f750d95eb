using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Database;

/// <summary>Opens the shop's database by its name on the command line, migrated and provisioned.</summary>
public static class ShopDatabase
{
    private const string Sqlite = "sqlite";
    private const string Postgres = "postgres";
    private const string SqlServer = "sqlserver";
    private const string Forms = $"Give --db {Sqlite}:PATH, {Postgres}:CONNECTION or {SqlServer}:CONNECTION.";
    private const int ProofKeyBytes = 32;

    /// <param name="name"><c>sqlite:PATH</c>, <c>postgres:CONNECTION</c> or <c>sqlserver:CONNECTION</c>.</param>
    /// <exception cref="ShopDatabaseException">It cannot be used as it is; nothing was changed.</exception>
    /// <exception cref="RecordsElsewhereException">The shop was carried to another database.</exception>
    public static IServerDatabase Open(string name, TimeProvider clock, Opening opening = Opening.ToServe) =>
        Open(name, database => Provision(database, new EntityIds(clock), new SystemSecrets()), opening, () => Keep(name, clock));

    public static IServerDatabase Open(string name, EntityIds ids, ISecrets secrets) =>
        Open(name, database => Provision(database, ids, secrets), Opening.ToServe, null);

    /// <summary>Opens a database with this program's tables, whether it holds a shop or not.</summary>
    /// <exception cref="ShopDatabaseException">It cannot be used as it is; nothing was changed.</exception>
    public static IShopDatabase OpenBare(string name, Opening opening = Opening.ToServe) => Open(name, database => database.Writing(session =>
    {
        session.Script(database.EngineTables);
        return true;
    }), opening, null);

    /// <summary>Opens a shop's database that the shop is about to leave, or has left already by a move that was broken off at its end.</summary>
    /// <exception cref="ShopDatabaseException">It cannot be used as it is; nothing was changed.</exception>
    public static IShopDatabase OpenToLeave(string name, TimeProvider clock)
    {
        var database = OpenBare(name, Opening.ToUse);
        if (database.Reading(session => session.Scalar("SELECT 1 FROM sync_state") is not null && session.Scalar("SELECT 1 FROM sync_move") is null))
        {
            Provision(database, new EntityIds(clock), new SystemSecrets());
        }
        return database;
    }

    private static IShopDatabase Open(string name, Action<IServerDatabase> prepare, Opening opening, Action? beforeUpgrade)
    {
        var (engine, connection) = Split(name);
        return engine switch
        {
            Sqlite => OpenFile(Path.GetFullPath(connection), prepare, opening, beforeUpgrade),
            Postgres => PostgresDatabase.Open(connection, prepare, opening),
            SqlServer => SqlServerDatabase.Open(connection, prepare, opening),
            _ => throw new ShopDatabaseException($"{engine}: is no database this program has. {Forms}"),
        };
    }

    /// <summary>The name as it may be shown and logged: without what may be secret.</summary>
    public static string Shown(string name) => Split(name) switch
    {
        (Postgres, var connection) => PostgresDatabase.Shown(connection),
        (SqlServer, var connection) => SqlServerDatabase.Shown(connection),
        _ => name,
    };

    /// <summary>The file of the embedded database; null for a name of another.</summary>
    public static string? FileOf(string name) => Split(name) is (Sqlite, var path) ? Path.GetFullPath(path) : null;

    /// <summary>The file that a name of the embedded database stands for.</summary>
    public static string SqlitePath(string name) => FileOf(name)
        ?? throw new ShopDatabaseException(
            $"{Shown(name)} is backed up and restored with its own means, and not by this command: docs/operations.md says how.");

    /// <param name="vfs">The SQLite file system to use; null for the machine's own.</param>
    public static IServerDatabase OpenSqlite(string path, EntityIds ids, ISecrets secrets, string? vfs = null) =>
        OpenSqlite(path, database => Provision(database, ids, secrets), vfs, Opening.ToServe, null);

    private static SqliteDatabase OpenSqlite(string path, Action<IServerDatabase> prepare, string? vfs, Opening opening, Action? beforeUpgrade)
    {
        var database = SqliteDatabase.Open(path, vfs, opening, beforeUpgrade);
        try
        {
            prepare(database);
            database.MakeDurable();
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static SqliteDatabase OpenFile(string path, Action<IServerDatabase> prepare, Opening opening, Action? beforeUpgrade)
    {
        if (opening.HasFlag(Opening.ToMake))
        {
            PrivateFiles.MakeFolder(Path.GetDirectoryName(path)!);
            PrivateFiles.MakeFile(path);
        }
        else if (!File.Exists(path))
        {
            throw Migrations.NoShop(path);
        }
        return OpenSqlite(path, prepare, null, opening, beforeUpgrade);
    }

    /// <summary>A backup of an embedded database's file, which is all that there is of it; the others are backed up with their own means.</summary>
    private static void Keep(string name, TimeProvider clock)
    {
        if (FileOf(name) is { } path)
        {
            ShopBackup.Write(path, $"{path}.before-upgrade-{clock.GetUtcNow():yyyyMMdd-HHmmss}");
        }
    }

    private static void Provision(IServerDatabase database, EntityIds ids, ISecrets secrets) =>
        ServerProvisioner.Provision(database, BookmineSetup.Instance, ids, secrets.Next(ProofKeyBytes));

    private static (string Engine, string Connection) Split(string name) => name.IndexOf(':', StringComparison.Ordinal) is > 0 and var end
        ? (name[..end], name[(end + 1)..])
        : throw new ShopDatabaseException($"“{name}” names no database. {Forms}");
}
