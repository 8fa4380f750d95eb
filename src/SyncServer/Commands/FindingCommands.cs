using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>finding list|resolve</c>: what a person should look at.</summary>
internal static class FindingCommands
{
    private static readonly Option<bool> All = new("--all") { Description = "Also what was resolved" };
    private static readonly Argument<long[]> Ids = new("id") { Description = "As finding list shows them", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Note = new("--note") { Description = "What was found out, for the record" };

    public static Command Make(Verbs verbs) => new("finding", "What a person should look at: oversold, refunded twice, records that were mended")
    {
        // The name it had before.
        Aliases = { "exception" },
        Subcommands =
        {
            verbs.Make("list", "Those that are open, the latest first", List, All),
            verbs.Make("resolve", "Tick some off", Resolve, Ids, Note),
        },
    };

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var open = database.Reading(session => BackOffice.Findings.All(session, context.Get(All)));
        return context.PrintList(
            open, ("id", e => $"{e.Id}"), ("till", e => e.Till == 0 ? "-" : $"{e.Till}"), ("noted", e => e.NotedAt),
            ("kind", e => e.Kind), ("what", e => e.Text),
            ("resolved", e => e.ResolvedAt ?? ""));
    }

    private static int Resolve(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var at = new BackOffice.Findings(database, context.Clock).Resolve(Actor.AtTheMachine(), context.Get(Ids), context.Get(Note));
        foreach (var id in context.Get(Ids))
        {
            context.Print(new { Id = id }, $"{id} resolved at {Instant.Format(at)}");
        }
        return 0;
    }
}
