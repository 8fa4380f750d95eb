using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Database;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>branch add|list|set</c>.</summary>
internal static class BranchCommands
{
    private static readonly Option<string> Name = new("--name") { Required = true };
    private static readonly Option<string> TimeZone = new("--time-zone") { Description = "IANA name, such as Europe/London",
        DefaultValueFactory = _ => "UTC" };
    private static readonly Argument<long> Id = new("branch");
    private static readonly Option<string?> NewName = new("--name") { Description = "What it is called" };
    private static readonly Option<string?> Header = new("--header") { Description = "The head of the branch's dockets; \\n begins a new line" };
    private static readonly Option<string?> TaxRate = new("--tax-rate") { Description = "Per cent, contained in prices, such as 5.5" };
    private static readonly Option<string?> Footer = new("--footer") { Description = "The foot of the branch's dockets; \\n begins a new line" };
    private static readonly Option<string?> TaxNumber = new("--tax-number")
    {
        Description = "Its registration for tax as dockets show it, such as \"VAT GB 123 4567 89\"; then they have a table of rates",
    };

    private static readonly Option<string?> CategoryTax = new("--category-tax")
    {
        Description = "Rates of categories that are not the branch's own: \"Stationery=20; Cards=20\"; all of them, an empty text for none",
    };

    private static readonly Option<string?> Rounding = new("--cash-rounding")
    {
        Description = "What is settled in cash is rounded to 5 or 10 cents; \"10 down\" where half a step is the customer's; none",
    };

    private static readonly Option<string?> Supervised = new("--supervised")
    {
        Description = $"Acts that want a supervisor's PIN: some of {string.Join(", ", SupervisedActs.All)}; "
            + "discount:10 leaves 10 % free; an empty text for none",
    };

    private static readonly Option<string?> Currency = new("--currency") { Description = "The sign or code printed on dockets" };

    public static Command Make(Verbs verbs) => new("branch", "The shop's branches")
    {
        verbs.Make("add", "Add a branch", Add, Name, TimeZone),
        verbs.Make("list", "List the branches", List),
        verbs.Make("set", "Change what a branch prints and taxes, and what it wants a supervisor for", Set, Id, NewName, Header, Footer, TaxRate,
            TaxNumber, CategoryTax, Currency, Supervised, Rounding),
    };

    private static int Add(CommandContext context)
    {
        var (name, zone) = (context.Get(Name), context.Get(TimeZone));
        using var database = context.OpenDatabase(Opening.ToMake);
        var id = new Branches(database, context.Clock).Add(Actor.AtTheMachine(), name, zone);
        return context.Print(new { Branch = id }, $"branch {id}: {name}, {zone}");
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(Branches.All)
            .Select(b => new
            {
                Branch = b.Id, b.Name, b.TimeZone, b.Header, b.TaxRate, b.Currency, Supervised = b.Supervised.ToString(),
                CashRounding = b.CashRounding.ToString(), b.Footer, b.TaxNumber, CategoryTax = b.CategoryRates?.ToString() ?? "",
            });
        return context.PrintList(rows, ("branch", r => $"{r.Branch}"), ("name", r => r.Name), ("time zone", r => r.TimeZone), ("tax %", r => $"{r.TaxRate}"), ("categories' tax", r => r.CategoryTax),
            ("cash rounding", r => r.CashRounding), ("supervised", r => r.Supervised));
    }

    private static int Set(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var change = new BranchChange(
            context.Get(Header)?.Replace("\\n", "\n", StringComparison.Ordinal), context.Get(TaxRate), context.Get(Currency), context.Get(Supervised),
            context.Get(NewName), context.Get(Rounding), context.Get(Footer)?.Replace("\\n", "\n", StringComparison.Ordinal), context.Get(TaxNumber),
            context.Get(CategoryTax));
        new Branches(database, context.Clock).Set(Actor.AtTheMachine(), context.Get(Id), change);
        return context.Print(new { Branch = context.Get(Id) }, $"branch {context.Get(Id)} set");
    }
}
