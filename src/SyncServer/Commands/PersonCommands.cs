using System.CommandLine;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>person add|list|disable|enable|set-password</c>.</summary>
internal static class PersonCommands
{
    private static readonly Option<string> Name = new("--name") { Required = true };
    private static readonly Option<string> Role = new("--role") { Required = true, Description = "admin (of all), or manager of the branches given" };
    private static readonly Option<long[]> Branches = new("--branch") { Description = "A manager's branches; may be given several times" };
    private static readonly Option<bool> PasswordStdin = new("--password-stdin") { Required = true, Description = "Read the password from standard input" };
    private static readonly Argument<string> Who = new("name");

    public static Command Make(Verbs verbs) => new("person", "Who works in the back office")
    {
        verbs.Make("add", "Add a person", Add, Name, Role, Branches, PasswordStdin),
        verbs.Make("list", "List the persons", List),
        verbs.Make("disable", "Keep a person out, at once", Disable, Who),
        verbs.Make("enable", "Let a disabled person in again", Enable, Who),
        verbs.Make("set-password", "Give a person another password", SetPassword, Who, PasswordStdin),
    };

    private static int Add(CommandContext context)
    {
        var password = ReadPassword();
        using var database = context.OpenDatabase();
        var id = Of(context, database).Add(Actor.AtTheMachine(), context.Get(Name), password, context.Get(Role), context.Get(Branches) ?? []);
        return context.Print(new { Person = id }, $"person {id}: {context.Get(Name)}, {context.Get(Role)}");
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(Persons.All).Select(p => new { Person = p.Id, p.Name, p.Role, p.Branches, Disabled = p.IsDisabled });
        return context.PrintList(
            rows, ("person", r => $"{r.Person}"), ("name", r => r.Name), ("role", r => r.Role),
            ("branches", r => r.Branches is null ? "all" : string.Join(", ", r.Branches)), ("disabled", r => r.Disabled ? "yes" : ""));
    }

    private static int Disable(CommandContext context) => Run(context, "is disabled", (persons, actor, name) => persons.Disable(actor, name));

    private static int Enable(CommandContext context) => Run(context, "may sign in again", (persons, actor, name) => persons.Enable(actor, name));

    private static int SetPassword(CommandContext context) =>
        Run(context, "has another password", (persons, actor, name) => persons.SetPassword(actor, name, ReadPassword()));

    private static int Run(CommandContext context, string what, Action<Persons, Actor, string> deed)
    {
        using var database = context.OpenDatabase();
        deed(Of(context, database), Actor.AtTheMachine(), context.Get(Who));
        return context.Print(new { Name = context.Get(Who) }, $"{context.Get(Who)} {what}");
    }

    private static Persons Of(CommandContext context, IServerDatabase database) => new(database, context.Clock, context.WordsOf(database));

    private static string ReadPassword() => Console.In.ReadLine() ?? "";
}
