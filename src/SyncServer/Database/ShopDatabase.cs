using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Database;

/// <summary>Opens the shop's database by its name on the command line, migrated and provisioned.</summary>
public static class ShopDatabase
{
    private const string Sqlite = "sqlite:";
    private const int ProofKeyBytes = 32;

    /// <param name="name"><c>sqlite:PATH</c>, or a path.</param>
    public static IServerDatabase Open(string name, TimeProvider clock)
    {
        var path = SqlitePath(name);
        PrivateFiles.MakeFolder(Path.GetDirectoryName(path)!);
        PrivateFiles.MakeFile(path);
        return OpenSqlite(path, new EntityIds(clock), new SystemSecrets());
    }

    /// <summary>The file that a name of the embedded database stands for.</summary>
    public static string SqlitePath(string name) => name.StartsWith(Sqlite, StringComparison.Ordinal)
        ? Path.GetFullPath(name[Sqlite.Length..])
        : throw new ShopDatabaseException($"{name.Split(':')[0]}: is no database this program has. Give --db sqlite:PATH.");

    /// <param name="vfs">The SQLite file system to use; null for the machine's own.</param>
    public static IServerDatabase OpenSqlite(string path, EntityIds ids, ISecrets secrets, string? vfs = null)
    {
        Migrations.Run(path, vfs);
        var database = new SqliteDatabase(path, vfs);
        try
        {
            ServerProvisioner.Provision(database, BookmineSetup.Instance, ids, secrets.Next(ProofKeyBytes));
            database.MakeDurable();
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }
}
