using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Imports;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>stock import|show</c>.</summary>
internal static class StockCommands
{
    private static readonly Argument<string> File = new("file");
    private static readonly Option<long> Branch = new("--branch") { Required = true, Description = "Whose prices and counts the file holds" };
    private static readonly Argument<string> What = new("what") { Description = "A code, ISBN or id" };

    public static Command Make(Verbs verbs) => new("stock", "The shop's stock")
    {
        verbs.Make("import", $"Import stock from a CSV file; run again, it doubles nothing. Columns by name, only title required: {string.Join(", ", StockRow.Columns)}", Import, File, Branch),
        verbs.Make("show", "Show stock records with each branch's holding", Show, What),
    };

    private static int Import(CommandContext context)
    {
        using var database = context.OpenDatabase();
        database.Reading(s => Branches.Require(s, context.Get(Branch)));
        context.Note(database, "stock import", Path.GetFileName(context.Get(File)), "begun");
        var outcome = new StockImport(database, context.Get(Branch), context.Clock).Run(context.Get(File), ImportProgress.Report);
        ImportProgress.End();
        context.Note(database, "stock import", Path.GetFileName(context.Get(File)), outcome.Summary());
        return context.Print(outcome, outcome.Summary());
    }

    private static int Show(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var records = database.Reading(session => StockRecords.Find(session, context.Get(What)));
        return records.Count == 0
            ? throw new ShopException($"No stock record has the code, ISBN or id {context.Get(What)}.")
            : context.PrintList(
                records, ("code", r => r.Code), ("isbn", r => r.Isbn ?? ""), ("title", r => r.Title), ("condition", r => r.Condition ?? ""),
                ("branch: price, on hand", r => string.Join("; ", r.Holdings.Select(h => $"{h.Branch}: {(h.PriceCents is { } p ? Money.Format(p) : "-")}, {h.OnHand}"))));
    }
}
