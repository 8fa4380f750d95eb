using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Authority;

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
        var rows = database.Reading(s => TableSql.Where(s, BookmineSetup.PaymentMethod, "1 = 1 ORDER BY id"))
            .Select(r => new { Code = r.Text("code"), Name = r.Text("name"), GivesChange = r.Integer("gives_change") == 1 });
        return context.PrintList(rows, ("code", r => r.Code), ("name", r => r.Name), ("gives change", r => r.GivesChange ? "yes" : ""));
    }

    private static int Add(CommandContext context)
    {
        var code = context.Get(Code);
        if (code.Length is 0 or > 20 || !code.All(c => char.IsAsciiLetterLower(c) || c is '-' or '_'))
        {
            throw new ShopException($"“{code}” is no code: give up to 20 lower-case letters, such as gift-card.");
        }
        using var database = context.OpenDatabase();
        context.Do(database, "payment-method add", session =>
        {
            if (session.Scalar("SELECT 1 FROM payment_method WHERE code = @code", code) is not null)
            {
                throw new ShopException($"There is a payment method {code} already.");
            }
            session.Execute(
                "INSERT INTO payment_method (id, code, name, gives_change) SELECT max(id) + 1, @code, @name, @change FROM payment_method",
                code, context.Get(Name), context.Get(GivesChange) ? 1L : 0L);
            return new Done<bool>(true, $"payment method {code}");
        });
        return context.Print(new { Code = code }, $"payment method {code}");
    }
}
