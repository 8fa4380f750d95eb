using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>finding list|resolve</c>: what a person should look at.</summary>
internal static class FindingCommands
{
    private static readonly Option<bool> All = new("--all") { Description = "Also what was resolved" };
    private static readonly Argument<long> Id = new("id") { Description = "As finding list shows it" };

    public static Command Make(Verbs verbs) => new("finding", "What a person should look at: oversold, refunded twice, records that were mended")
    {
        // The name it had before.
        Aliases = { "exception" },
        Subcommands =
        {
            verbs.Make("list", "Those that are open, the latest first", List, All),
            verbs.Make("resolve", "Tick one off", Resolve, Id),
        },
    };

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var open = database.Reading(session => BackOffice.Findings.All(session, context.Get(All)));
        return context.PrintList(
            open, ("id", e => $"{e.Id}"), ("till", e => e.Till == 0 ? "-" : $"{e.Till}"), ("noted", e => e.NotedAt), ("kind", e => e.Kind), ("what", e => e.Text),
            ("resolved", e => e.ResolvedAt ?? ""));
    }

    private static int Resolve(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var at = new BackOffice.Findings(database, context.Clock).Resolve(Actor.AtTheMachine(), context.Get(Id));
        return context.Print(new { Id = context.Get(Id) }, $"{context.Get(Id)} resolved at {Instant.Format(at)}");
    }
}
