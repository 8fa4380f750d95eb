using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>stock …</c>.</summary>
internal static class StockCommands
{
    private static readonly Option<long> Branch = new("--branch") { Required = true, Description = "Whose prices and counts the file holds" };
    private static readonly Option<string?> OnHand = new(
        "--on-hand") { Description = "What copies are for stock that has some already: count or receive; without it they stay" };
    private static readonly Option<string?> At = new(
        "--at") { Description = "When it was counted, by the branch's clock, such as \"2026-11-23 18:00\"; now without it" };
    private static readonly Option<string?> Full = new(
        "--full") { Description = "A category of which everything was counted: what the file does not name is not there" };
    private static readonly Symbol[] Common = [ImportCommands.File, Branch, ImportCommands.Map, ImportCommands.DryRun, ImportCommands.Anyway];
    private static readonly Argument<string> What = new("what") { Description = "A code, ISBN or id" };

    private static readonly Argument<string[]> Words = new("words") { Description = "Of a title or an author" };
    private static readonly Argument<string[]> Changes = new(
        "field=value") { Description = "Such as title=\"A new one\", year=1987; an empty value for none" };
    private static readonly Option<string?> Price = new("--price") { Description = "With --branch: its price, such as 17.95" };
    private static readonly Option<long?> OfBranch = new("--branch") { Description = "Whose prices and copies" };
    private static readonly Option<string> Into = new("--into") { Required = true, Description = "A code, ISBN or id: what it turned out to be" };

    public static Command Make(Verbs verbs) => new("stock", "The shop's stock")
    {
        verbs.Make(
            "import", $"Import stock from a file; run again, it doubles nothing. Only a title is required; the fields are {string.Join(", ", new ImportRequest(ImportKinds.Stock, null, new Dictionary<string, string>()).Fields)}", Import,
            [.. Common, OnHand]),
        verbs.Make("receive", "Copies that came in, from a file of codes or ISBNs and quantities; they are added", Receive, Common),
        verbs.Make(
            "count", "Copies that were counted, from a file of codes or ISBNs and quantities: what was counted then is what was there then",
                Count, [.. Common, At, Full]),
        verbs.Make("find", "Stock by words of title and author", Find, Words, OfBranch),
        verbs.Make("edit", "Change fields of a stock record, and a branch's price", Edit, What, Changes, Price, OfBranch),
        verbs.Make("withdraw", "Offer a stock record no more; sales of it stay, and a copy that turns up is still found by its code", Withdraw, What),
        verbs.Make("offer", "Offer a withdrawn stock record again", Offer, What),
        verbs.Make("merge", "Two stock records are one: its copies and its codes go over to the other", Merge, What, Into),
        verbs.Make("unmerge", "They are two after all", Unmerge, What),
        verbs.Make("export", "All stock of a branch as CSV, which import reads again", Export, Branch),
        verbs.Make("show", "Show stock records with each branch's holding", Show, What),
    };

    private static int Import(CommandContext context) => ImportCommands.Run(
        context, Request(context, ImportKinds.Stock) with { OnHand = context.Get(OnHand) });

    private static int Receive(CommandContext context) => ImportCommands.Run(context, Request(context, ImportKinds.Receipt));

    private static int Count(CommandContext context) => ImportCommands.Run(
        context, Request(context, ImportKinds.Count) with { CountedAt = context.Get(At), Full = context.Get(Full) });

    private static ImportRequest Request(CommandContext context, string kind) => new(
        kind, context.Get(Branch), ImportRequest.ReadMaps(context.Get(ImportCommands.Map)), Anyway: context.Get(ImportCommands.Anyway));

    private static int Find(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var found = database.Reading(session => StockRecords.Search(session, string.Join(' ', context.Get(Words)), context.Get(OfBranch), 0));
        return context.PrintList(
            found.Rows, ("code", r => r.Code), ("isbn", r => r.Isbn ?? ""), ("title", r => r.Title), ("authors", r => r.Authors ?? ""),
            ("price", r => r.PriceCents is { } cents ? Money.Format(cents) : ""), ("on hand", r => $"{r.OnHand}"));
    }

    private static int Edit(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var fields = ImportRequest.ReadMaps(context.Get(Changes)).ToDictionary(c => c.Key, c => c.Value.Length > 0 ? c.Value : null);
        var cents = (long?)null;
        if (context.Get(Price) is { } price)
        {
            cents = Money.TryParse(price, out var read, out var fault) && read >= 0 ? read
                : throw new ShopException($"“{price}” {fault ?? "is less than nothing"}. Nothing was changed.");
        }
        var branch = cents is null ? (long?)null : context.Get(OfBranch) ?? throw new ShopException("Say whose price it is: --branch. Nothing was changed.");
        var told = Deeds(database, context).Edit(
            Actor.AtTheMachine(), One(database, context.Get(What)).StockId, fields, price: branch is { } one ? (one, cents, null) : null);
        return context.Print(new { Changed = told }, told);
    }

    private static int Withdraw(CommandContext context) => SetOffered(context, isOffered: false);

    private static int Offer(CommandContext context) => SetOffered(context, isOffered: true);

    private static int SetOffered(CommandContext context, bool isOffered)
    {
        using var database = context.OpenDatabase();
        var stock = One(database, context.Get(What));
        Deeds(database, context).Withdraw(Actor.AtTheMachine(), stock.StockId, isOffered);
        return context.Print(new { stock.StockId, Withdrawn = !isOffered },
            $"{stock.Title} ({stock.Code}) is {(isOffered ? "offered again" : "offered no more")}");
    }

    private static int Merge(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var told = new Merges(database, context.Clock, new EntityIds(context.Clock)).MergeStock(
            Actor.AtTheMachine(), One(database, context.Get(What)).StockId, One(database, context.Get(Into)).StockId);
        return context.Print(new { Merged = told }, told);
    }

    private static int Unmerge(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var told = new Merges(database, context.Clock, new EntityIds(context.Clock)).UnmergeStock(
            Actor.AtTheMachine(), One(database, context.Get(What)).StockId);
        return context.Print(new { Unmerged = told }, told);
    }

    private static int Export(CommandContext context)
    {
        using var database = context.OpenDatabase();
        database.Reading(session => StockExport.Write(session, Branches.Require(session, context.Get(Branch)).Id, Console.Out));
        return 0;
    }

    private static StockRecords Deeds(IServerDatabase database, CommandContext context) => new(database, context.Clock, new EntityIds(context.Clock));

    /// <summary>The one record of a code, an ISBN or an id.</summary>
    private static StockRecord One(IServerDatabase database, string what) => database.Reading(session => StockRecords.Find(session, what)) switch
    {
        [var one] => one,
        [] => throw new ShopException($"No stock record has the code, ISBN or id {what}."),
        var several => throw new ShopException(
            $"{several.Count} stock records have {what}: {string.Join(", ", several.Select(s => s.StockId))}. Give the id of the one."),
    };

    private static int Show(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var records = database.Reading(session => StockRecords.Find(session, context.Get(What)));
        return records.Count == 0
            ? throw new ShopException($"No stock record has the code, ISBN or id {context.Get(What)}.")
            : context.PrintList(
                records, ("code", r => r.Code), ("isbn", r => r.Isbn ?? ""), ("title", r => r.Title), ("condition", r => r.Condition ?? ""),
                ("branch: price, on hand", r => string.Join("; ", r.Holdings.Select(
                    h => $"{h.Branch}: {(h.PriceCents is { } p ? Money.Format(p) : "-")}, {h.OnHand}"))));
    }
}
