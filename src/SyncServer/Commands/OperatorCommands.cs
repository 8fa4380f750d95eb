using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>operator add|list|disable|enable|rename|set-pin|set-role</c>.</summary>
internal static class OperatorCommands
{
    private static readonly Option<string> Name = new("--name") { Required = true };
    private static readonly Option<bool> PinStdin = new("--pin-stdin") { Description = "Read the PIN (4 to 12 digits) from standard input", Required = true };
    private static readonly Option<string> Role = new("--role")
    {
        Description = "cashier, or supervisor: who may do what branch set --supervised wants one for", DefaultValueFactory = _ => OperatorRoles.Cashier,
    };

    private static readonly Option<long[]> Branches = new("--branch")
    {
        Description = "Whose tills; may be given several times. Without it: all there are and will be",
    };

    private static readonly Argument<string> Who = new("name");
    private static readonly Argument<string> NewRole = new("role") { Description = "cashier or supervisor" };
    private static readonly Option<string> To = new("--to") { Required = true, Description = "The new name" };

    public static Command Make(Verbs verbs) => new("operator", "Who works at the tills")
    {
        verbs.Make("add", "Add an operator", Add, Name, PinStdin, Role, Branches),
        verbs.Make("list", "List the operators", List),
        verbs.Make("disable", "Keep an operator from the tills; the shop goes on wanting one signed on", Disable, Who),
        verbs.Make("enable", "Let a disabled operator in again", Enable, Who),
        verbs.Make("rename", "Change an operator's name; what was sold keeps the old one", Rename, Who, To),
        verbs.Make("set-pin", "Give an operator another PIN", SetPin, Who, PinStdin),
        verbs.Make("set-role", "Make an operator a cashier or a supervisor", SetRole, Who, NewRole),
    };

    private static int Disable(CommandContext context) => Run(context, "is disabled", (operators, actor, name) => operators.Disable(actor, name));

    private static int Enable(CommandContext context) => Run(context, "may sign on again", (operators, actor, name) => operators.Enable(actor, name));

    private static int Rename(CommandContext context) =>
        Run(context, $"is {context.Get(To)} now", (operators, actor, name) => operators.Rename(actor, name, context.Get(To)));

    private static int SetPin(CommandContext context) => Run(context, "has another PIN", (operators, actor, name) => operators.SetPin(actor, name, ReadPin()));

    private static int SetRole(CommandContext context) =>
        Run(context, $"is a {context.Get(NewRole)}", (operators, actor, name) => operators.SetRole(actor, name, context.Get(NewRole)));

    private static int Add(CommandContext context)
    {
        var pin = ReadPin();
        using var database = context.OpenDatabase();
        var branches = context.Get(Branches) is { Length: > 0 } some ? some : null;
        var id = Of(context, database).Add(Actor.AtTheMachine(), context.Get(Name), pin, context.Get(Role), branches);
        return context.Print(new { Operator = id }, $"operator {id}: {context.Get(Name)}, {context.Get(Role)}");
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(Operators.All).Select(o => new { Operator = o.Id, o.Name, o.Role, o.Branches, Disabled = o.IsDisabled });
        return context.PrintList(
            rows, ("operator", r => $"{r.Operator}"), ("name", r => r.Name), ("role", r => r.Role),
            ("branches", r => r.Branches is null ? "all" : string.Join(", ", r.Branches)), ("disabled", r => r.Disabled ? "yes" : ""));
    }

    private static int Run(CommandContext context, string what, Action<Operators, Actor, string> deed)
    {
        using var database = context.OpenDatabase();
        deed(Of(context, database), Actor.AtTheMachine(), context.Get(Who));
        return context.Print(new { Name = context.Get(Who) }, $"{context.Get(Who)} {what}");
    }

    private static Operators Of(CommandContext context, IServerDatabase database) =>
        new(database, context.Clock, new EntityIds(context.Clock), context.WordsOf(database));

    private static string ReadPin() => Console.In.ReadLine()?.Trim() ?? "";
}
