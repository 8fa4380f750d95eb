using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>stock import|receive|count|show</c>.</summary>
internal static class StockCommands
{
    private static readonly Option<long> Branch = new("--branch") { Required = true, Description = "Whose prices and counts the file holds" };
    private static readonly Option<string?> OnHand = new("--on-hand") { Description = "What copies are for stock that has some already: count or receive; without it they stay" };
    private static readonly Option<string?> At = new("--at") { Description = "When it was counted, by the branch's clock, such as \"2026-11-23 18:00\"; now without it" };
    private static readonly Option<string?> Full = new("--full") { Description = "A category of which everything was counted: what the file does not name is not there" };
    private static readonly Symbol[] Common = [ImportCommands.File, Branch, ImportCommands.Map, ImportCommands.DryRun, ImportCommands.Anyway];
    private static readonly Argument<string> What = new("what") { Description = "A code, ISBN or id" };

    public static Command Make(Verbs verbs) => new("stock", "The shop's stock")
    {
        verbs.Make(
            "import", $"Import stock from a file; run again, it doubles nothing. Only a title is required; the fields are {string.Join(", ", new ImportRequest(ImportKinds.Stock, null, new Dictionary<string, string>()).Fields)}", Import,
            [.. Common, OnHand]),
        verbs.Make("receive", "Copies that came in, from a file of codes or ISBNs and quantities; they are added", Receive, Common),
        verbs.Make(
            "count", "Copies that were counted, from a file of codes or ISBNs and quantities: what was counted then is what was there then", Count, [.. Common, At, Full]),
        verbs.Make("show", "Show stock records with each branch's holding", Show, What),
    };

    private static int Import(CommandContext context) => ImportCommands.Run(context, Request(context, ImportKinds.Stock) with { OnHand = context.Get(OnHand) });

    private static int Receive(CommandContext context) => ImportCommands.Run(context, Request(context, ImportKinds.Receipt));

    private static int Count(CommandContext context) => ImportCommands.Run(
        context, Request(context, ImportKinds.Count) with { CountedAt = context.Get(At), Full = context.Get(Full) });

    private static ImportRequest Request(CommandContext context, string kind) => new(
        kind, context.Get(Branch), ImportRequest.ReadMaps(context.Get(ImportCommands.Map)), Anyway: context.Get(ImportCommands.Anyway));

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
