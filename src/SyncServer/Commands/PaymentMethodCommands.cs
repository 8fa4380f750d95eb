using System.CommandLine;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>payment-method list|add</c>.</summary>
internal static class PaymentMethodCommands
{
    private static readonly Option<string> Code = new("--code") { Required = true, Description = "A lower-case word, as sales files name it" };
    private static readonly Option<string> Name = new("--name") { Required = true };
    private static readonly Option<bool> GivesChange = new("--gives-change") { Description = "Change is given back from it, as from cash" };

    public static Command Make(Verbs verbs) => new("payment-method", "How customers pay")
    {
        verbs.Make("list", "List the payment methods", List),
        verbs.Make("add", "Add a payment method", Add, Code, Name, GivesChange),
    };

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        return context.PrintList(
            database.Reading(PaymentMethods.All), ("code", r => r.Code), ("name", r => r.Name), ("gives change", r => r.GivesChange ? "yes" : ""));
    }

    private static int Add(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var code = context.Get(Code);
        new PaymentMethods(database, context.Clock).Add(Actor.AtTheMachine(), new PaymentMethod(code, context.Get(Name), context.Get(GivesChange)));
        return context.Print(new { Code = code }, $"payment method {code}");
    }
}
