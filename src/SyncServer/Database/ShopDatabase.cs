using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Database;

/// <summary>Opens the shop's database by its name on the command line, migrated and provisioned.</summary>
public static class ShopDatabase
{
    private const string Sqlite = "sqlite:";

    /// <param name="name"><c>sqlite:PATH</c>, or a path.</param>
    public static IServerDatabase Open(string name, TimeProvider clock)
    {
        if (!name.StartsWith(Sqlite, StringComparison.Ordinal))
        {
            throw new ShopDatabaseException($"{name.Split(':')[0]}: is no database this program has. Give --db sqlite:PATH.");
        }
        var path = Path.GetFullPath(name[Sqlite.Length..]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return OpenSqlite(path, new EntityIds(clock));
    }

    /// <param name="vfs">The SQLite file system to use; null for the machine's own.</param>
    public static IServerDatabase OpenSqlite(string path, EntityIds ids, string? vfs = null)
    {
        Migrations.Run(path, vfs);
        var database = new SqliteDatabase(path, vfs);
        try
        {
            ServerProvisioner.Provision(database, BookmineSetup.Instance, ids);
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
