using System.Reflection;
using DbUp.Builder;
using DbUp.Engine;

namespace Bookmine.SyncServer.Database;

/// <summary>Brings a database to this program's tables: the files of its engine's folder in <c>db</c>, each once, in order.</summary>
internal static class Migrations
{
    /// <summary>The table in which DbUp keeps which files were run; its spelling differs between engines.</summary>
    private const string Journal = "schemaversions";

    private const int MostNamed = 3;

    /// <param name="to">The database, as DbUp reaches it.</param>
    /// <param name="engine">Its folder in <c>db</c>.</param>
    /// <param name="name">How messages call it; without a password.</param>
    /// <param name="tables">The names of all tables that are there.</param>
    /// <param name="opening">How far it may go.</param>
    /// <param name="beforeUpgrade">Run before tables of an earlier program are changed; null for nothing.</param>
    /// <exception cref="ShopDatabaseException">
    /// A file failed, or the database is another program's or a newer one's, or one that this opening does not make or bring up. Nothing of what failed
    /// was kept.
    /// </exception>
    public static void Run(
        UpgradeEngineBuilder to, string engine, string name, Func<IReadOnlyList<string>> tables, Opening opening, Action? beforeUpgrade = null)
    {
        var upgrade = to
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), file => file.StartsWith($"{engine}/0", StringComparison.Ordinal))
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build();
        var isShop = upgrade.GetExecutedScripts().Exists(file => file.StartsWith(engine + "/", StringComparison.Ordinal));
        RefuseOthers(upgrade, isShop, name, tables);
        if (!upgrade.IsUpgradeRequired())
        {
            return;
        }
        RefuseBeyond(opening, isShop, name);
        if (isShop)
        {
            beforeUpgrade?.Invoke();
        }
        var result = upgrade.PerformUpgrade();
        if (!result.Successful)
        {
            throw new ShopDatabaseException(
                $"{name}: bringing it to this program's tables failed at {result.ErrorScript?.Name ?? "the list of what was done"} ({result.Error.Message}). "
                + "Nothing of that step was kept: mend the disk or the rights if that is what failed, and start again; else restore a backup with the program that made it.", result.Error);
        }
    }

    /// <summary>The statements that make the engine's own tables where they are absent.</summary>
    public static string EngineTables(string engine)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{engine}/sync/tables.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Why a database without a shop is not used.</summary>
    public static ShopDatabaseException NoShop(string name) => new(
        $"{name} holds no shop; nothing was made. Say where the shop is with --data FOLDER or --db DATABASE, "
        + "or begin one: bookmine-server branch add --name NAME.");

    private static void RefuseBeyond(Opening opening, bool isShop, string name)
    {
        if (!isShop && !opening.HasFlag(Opening.ToMake))
        {
            throw NoShop(name);
        }
        if (isShop && !opening.HasFlag(Opening.ToUpgrade))
        {
            throw new ShopDatabaseException(
                $"{name} has the tables of an earlier bookmine-server. bookmine-server db upgrade brings them to this program's, as does starting the server; "
                + "nothing was changed.");
        }
    }

    private static void RefuseOthers(UpgradeEngine upgrade, bool isShop, string name, Func<IReadOnlyList<string>> tables)
    {
        if (!isShop
            && tables().Where(t => !t.Equals(Journal, StringComparison.OrdinalIgnoreCase)).ToList() is { Count: > 0 } others)
        {
            throw new ShopDatabaseException(
                $"{name} holds tables of another program ({string.Join(", ", others.Take(MostNamed))}{(others.Count > MostNamed ? ", …" : "")}). Give Bookmine a database of its own; nothing was changed.");
        }
        if (upgrade.GetExecutedButNotDiscoveredScripts() is { Count: > 0 } unknown)
        {
            throw new ShopDatabaseException($"{name} was made by a newer bookmine-server (it has {unknown[^1]}). Use that program; nothing was changed.");
        }
    }
}

/// <summary>The shop's database cannot be used; the message says which, why and the remedy.</summary>
public sealed class ShopDatabaseException(string message, Exception? cause = null) : Exception(message, cause);
