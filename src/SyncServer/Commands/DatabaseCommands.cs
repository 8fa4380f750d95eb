using System.CommandLine;
using Bookmine.SyncServer.Database;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>db move|upgrade</c>: a whole shop from one database to another, or to a newer program's tables.</summary>
internal static class DatabaseCommands
{
    private static readonly Option<string> From = new("--from") { Required = true, Description = "The database that holds the shop, as with --db" };
    private static readonly Option<string> To = new("--to") { Required = true, Description = "An empty database, as with --db" };

    public static Command Make(Verbs verbs) => new("db", "The database that the shop's records lie in")
    {
        verbs.Make(
            "upgrade", "Bring the tables of an earlier program to this one's, after a backup of a SQLite file; starting the server does it too", Upgrade),
        verbs.Make("move", "Carry the whole shop to another database; tills notice nothing. Broken off, it is simply run again", Move, From, To),
    };

    private static int Upgrade(CommandContext context)
    {
        using var database = context.OpenDatabase(Opening.ToUpgrade);
        return context.Print(new { Tables = TablesVersion.Own }, $"{ShopDatabase.Shown(context.DatabaseName)} has this program's tables ({TablesVersion.Own})");
    }

    private static int Move(CommandContext context)
    {
        var (from, to) = (context.Get(From), context.Get(To));
        if (ShopDatabase.Shown(from) == ShopDatabase.Shown(to))
        {
            throw new ShopException("--from and --to name the same database. Nothing was changed.");
        }
        using var source = ShopDatabase.OpenToLeave(from, context.Clock);
        using var target = ShopDatabase.OpenBare(to, Opening.ToServe);
        var outcome = new ShopMove(source, target, p => ImportProgress.Report(p.Rows, p.IsChecking ? $"{p.Table} compared" : $"{p.Table} carried")).Run();
        ImportProgress.End();
        return context.Print(
            outcome,
            $"{outcome.Rows:N0} rows of {outcome.Tables} tables are in {target.Name}, each compared. Start the server on it; {source.Name} is kept, and marked as left");
    }
}
