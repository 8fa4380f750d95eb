using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>operator add|list|disable</c>.</summary>
internal static class OperatorCommands
{
    private static readonly Option<string> Name = new("--name") { Required = true };
    private static readonly Option<bool> PinStdin = new("--pin-stdin") { Description = "Read the PIN (4 to 12 digits) from standard input", Required = true };
    private static readonly Argument<string> Who = new("name");

    public static Command Make(Verbs verbs) => new("operator", "Who works at the tills")
    {
        verbs.Make("add", "Add an operator", Add, Name, PinStdin),
        verbs.Make("list", "List the operators", List),
        verbs.Make("disable", "Keep an operator from the tills", Disable, Who),
    };

    private static int Add(CommandContext context)
    {
        var pin = Console.In.ReadLine()?.Trim() ?? "";
        if (pin.Length is < 4 or > 12 || !pin.All(char.IsAsciiDigit))
        {
            throw new ShopException("A PIN has 4 to 12 digits, on the first line of standard input.");
        }
        var stored = PinHash.Of(pin);
        using var database = context.OpenDatabase();
        var id = database.Writing(session =>
        {
            if (session.Scalar("SELECT 1 FROM operator WHERE name = @name", context.Get(Name)) is not null)
            {
                throw new ShopException($"There is an operator {context.Get(Name)} already.");
            }
            var next = (session.Integer("SELECT max(id) FROM operator") ?? 0) + 1;
            session.Execute("INSERT INTO operator (id, name, pin_hash, disabled) VALUES (@id, @name, @hash, 0)", next, context.Get(Name), stored);
            return next;
        });
        return context.Print(new { Operator = id }, $"operator {id}: {context.Get(Name)}");
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(s => TableSql.Where(s, BookmineSetup.Operator, "1 = 1 ORDER BY id"))
            .Select(r => new { Operator = r.Integer("id"), Name = r.Text("name"), Disabled = r.Integer("disabled") == 1 });
        return context.PrintList(rows, ("operator", r => $"{r.Operator}"), ("name", r => r.Name), ("disabled", r => r.Disabled ? "yes" : ""));
    }

    private static int Disable(CommandContext context)
    {
        using var database = context.OpenDatabase();
        return database.Writing(s => s.Execute("UPDATE operator SET disabled = 1 WHERE name = @name", context.Get(Who))) == 1
            ? context.Print(new { Name = context.Get(Who), Disabled = true }, $"{context.Get(Who)} is disabled")
            : throw new ShopException($"There is no operator {context.Get(Who)}. bookmine-server operator list shows those there are.");
    }
}
