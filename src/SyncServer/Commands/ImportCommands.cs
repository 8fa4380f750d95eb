using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>import list|undo</c>, and what the verbs that import files have in common.</summary>
internal static class ImportCommands
{
    private static readonly Argument<long> Batch = new("import") { Description = "Its number, as import list has it" };

    public static readonly Argument<string> File = new("file") { Description = "CSV, TSV or .xlsx, with a header" };
    public static readonly Option<string[]> Map = new(
        "--map") { Description = "\"Their name=field\" for a column that is not understood; \"Their name=-\" for one that is not to be read",
            DefaultValueFactory = _ => [] };
    public static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would be done, and write nothing" };
    public static readonly Option<bool> Anyway = new("--anyway") { Description = "Though it looks doubtful, or came in before" };

    public static Command Make(Verbs verbs) => new("import", "Files that were imported")
    {
        verbs.Make("list", "The latest imports, with who made them and what they did", List),
        verbs.Make("undo", "Take an import back: what it made is withdrawn, what it changed gets the values before, its copies go out again", Undo, Batch),
    };

    public static int Run(CommandContext context, ImportRequest request)
    {
        var path = context.Get(File);
        if (!System.IO.File.Exists(path))
        {
            throw new ShopException($"There is no file {path}.");
        }
        using var database = context.OpenDatabase();
        var imports = new ShopImports(database, context.Clock);
        var name = Path.GetFileName(path);
        Func<Stream> open = () => System.IO.File.OpenRead(path);
        ImportOutcome outcome;
        try
        {
            outcome = context.Get(DryRun)
                ? imports.Preview(Actor.AtTheMachine(), request, name, open, ImportProgress.Report)
                : imports.Run(Actor.AtTheMachine(), request, name, open, Path.ChangeExtension(path, null) + ".rejected.csv", ImportProgress.Report);
        }
        finally
        {
            ImportProgress.End();
        }
        context.Print(outcome, outcome.Summary());
        return outcome is { Imported: 0, Rejected: > 0 } ? 1 : 0;
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var now = context.Now;
        var rows = database.Reading(session => ShopImports.List(session, null)).Select(b => b with { State = b.Standing(now) });
        return context.PrintList(
            rows, ("import", b => $"{b.Id}"), ("kind", b => b.Kind), ("branch", b => $"{b.Branch}"), ("file", b => b.Name), ("by", b => b.MadeBy),
            ("begun", b => Instant.Format(b.BegunAt)), ("state", b => b.State), ("new", b => $"{b.New}"),
                ("changed", b => $"{b.Changed}"), ("same", b => $"{b.Same}"),
            ("rejected", b => $"{b.Rejected}"), ("", b => b.Told ?? ""));
    }

    private static int Undo(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var told = new ShopImports(database, context.Clock).Undo(Actor.AtTheMachine(), context.Get(Batch), ImportProgress.Report);
        ImportProgress.End();
        return context.Print(new { Import = context.Get(Batch), Told = told }, told);
    }
}
