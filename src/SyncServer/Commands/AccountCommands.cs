using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>accounts show|list|name</c>: a day as double entry.</summary>
internal static class AccountCommands
{
    private static readonly Option<long> Branch = new("--branch") { Required = true };
    private static readonly Option<string> Day = new("--day") { Required = true, Description = "Such as 2026-11-23" };
    private static readonly Option<bool> Csv = new("--csv") { Description = "As a file for a ledger" };
    private static readonly Argument<string> Purpose = new(
        "purpose") { Description = "cash, card, \"clearing cash\", sales, \"sales 20\", tax, voucher, credit, owing, drawer" };
    private static readonly Option<string> Code = new("--code") { Required = true, Description = "Its number in the shop's ledger" };
    private static readonly Option<string> Name = new("--name") { Required = true };

    public static Command Make(Verbs verbs) => new("accounts", "A branch's days as double entry")
    {
        verbs.Make("show", "A day's double entry, by posting; it adds up to the day's totals", Show, Branch, Day, Csv),
        verbs.Make("list", "What the accounts are called", List),
        verbs.Make("name", "Say what an account is called in the shop's ledger", SetName, Purpose, Code, Name),
    };

    private static int Show(CommandContext context)
    {
        var day = BranchDay.TryParse(context.Get(Day), out var read) ? read
            : throw new ShopException($"“{context.Get(Day)}” is no day. Give one such as 2026-11-23.");
        using var database = context.OpenDatabase();
        var rows = database.Writing(session => Accounts.OfDay(session, Branches.Require(session, context.Get(Branch)).Id, day, context.Now));
        if (context.Get(Csv))
        {
            Console.Write(Accounts.Csv(rows));
            return 0;
        }
        return context.PrintList(
            rows, ("account", r => r.Account), ("name", r => r.Name), ("debit", r => r.DebitCents == 0 ? "" : Money.Format(r.DebitCents)),
            ("credit", r => r.CreditCents == 0 ? "" : Money.Format(r.CreditCents)), ("tax %", r => r.TaxRate ?? ""), ("", r => r.Memo),
                ("posted", r => r.Since ? "since closing" : ""));
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(Accounts.Map).Select(a => new { a.Purpose, a.Code, a.Name });
        return context.PrintList(rows, ("purpose", r => r.Purpose), ("account", r => r.Code), ("name", r => r.Name));
    }

    private static int SetName(CommandContext context)
    {
        using var database = context.OpenDatabase();
        new Accounts(database, context.Clock).Name(Actor.AtTheMachine(), context.Get(Purpose), context.Get(Code), context.Get(Name));
        return context.Print(new { Purpose = context.Get(Purpose), Code = context.Get(Code), Name = context.Get(Name) },
            $"{context.Get(Purpose)} is {context.Get(Code)} {context.Get(Name)}");
    }
}
