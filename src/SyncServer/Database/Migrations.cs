using System.Reflection;
using DbUp;
using DbUp.Engine;

namespace Bookmine.SyncServer.Database;

/// <summary>Brings a database to this program's tables: the files of <c>db/sqlite</c>, each once, in order.</summary>
public static class Migrations
{
    private const int TimeoutSeconds = 20;

    /// <exception cref="ShopDatabaseException">A file failed, or the database is of a newer program.</exception>
    public static void Run(string path, string? vfs = null)
    {
        var upgrade = DeployChanges.To
            .SqliteDatabase(SqliteDatabase.ConnectionString(path, vfs, TimeoutSeconds))
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.StartsWith("sqlite/", StringComparison.Ordinal))
            .WithTransactionPerScript()
            .LogToNowhere()
            .Build();
        RefuseNewer(upgrade, path);
        if (!upgrade.IsUpgradeRequired())
        {
            return;
        }
        var result = upgrade.PerformUpgrade();
        if (!result.Successful)
        {
            throw new ShopDatabaseException(
                $"{path}: bringing it to this program's tables failed at {result.ErrorScript?.Name ?? "the list of what was done"} ({result.Error.Message}). "
                + "Nothing of that step was kept: mend the disk or its rights if that is what failed, and start again; else restore a backup with the program that made it.");
        }
    }

    private static void RefuseNewer(UpgradeEngine upgrade, string path)
    {
        var unknown = upgrade.GetExecutedButNotDiscoveredScripts();
        if (unknown.Count > 0)
        {
            throw new ShopDatabaseException($"{path} was made by a newer bookmine-server (it has {unknown[^1]}). Use that program; nothing was changed.");
        }
    }
}

/// <summary>The shop's database cannot be used; the message says which, why and the remedy.</summary>
public sealed class ShopDatabaseException(string message) : Exception(message);
