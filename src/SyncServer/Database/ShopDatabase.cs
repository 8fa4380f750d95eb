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
    private const int ProofKeyBytes = 32;

    /// <param name="name"><c>sqlite:PATH</c> or <c>postgres:CONNECTION</c>.</param>
    /// <exception cref="ShopDatabaseException">It cannot be used as it is; nothing was changed.</exception>
    public static IServerDatabase Open(string name, TimeProvider clock)
    {
        var ids = new EntityIds(clock);
        var (engine, connection) = Split(name);
        return engine switch
        {
            Sqlite => OpenFile(Path.GetFullPath(connection), ids),
            Postgres => PostgresDatabase.Open(connection, database => Provision(database, ids, new SystemSecrets())),
            _ => throw new ShopDatabaseException($"{engine}: is no database this program has. Give --db {Sqlite}:PATH or {Postgres}:CONNECTION."),
        };
    }

    /// <summary>The name as it may be shown and logged: without what may be secret.</summary>
    public static string Shown(string name) => Split(name) is (Postgres, var connection) ? PostgresDatabase.Shown(connection) : name;

    /// <summary>The file that a name of the embedded database stands for.</summary>
    public static string SqlitePath(string name) => Split(name) is (Sqlite, var path)
        ? Path.GetFullPath(path)
        : throw new ShopDatabaseException($"{Shown(name)} is backed up and restored with its own means, and not by this command: docs/operations.md says how.");

    /// <param name="vfs">The SQLite file system to use; null for the machine's own.</param>
    public static IServerDatabase OpenSqlite(string path, EntityIds ids, ISecrets secrets, string? vfs = null)
    {
        var database = SqliteDatabase.Open(path, vfs);
        try
        {
            Provision(database, ids, secrets);
            database.MakeDurable();
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static IServerDatabase OpenFile(string path, EntityIds ids)
    {
        PrivateFiles.MakeFolder(Path.GetDirectoryName(path)!);
        PrivateFiles.MakeFile(path);
        return OpenSqlite(path, ids, new SystemSecrets());
    }

    private static void Provision(IServerDatabase database, EntityIds ids, ISecrets secrets) =>
        ServerProvisioner.Provision(database, BookmineSetup.Instance, ids, secrets.Next(ProofKeyBytes));

    private static (string Engine, string Connection) Split(string name) => name.IndexOf(':', StringComparison.Ordinal) is > 0 and var end
        ? (name[..end], name[(end + 1)..])
        : throw new ShopDatabaseException($"“{name}” names no database. Give --db {Sqlite}:PATH or {Postgres}:CONNECTION.");
}
