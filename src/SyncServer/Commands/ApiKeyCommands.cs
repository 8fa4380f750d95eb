using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>api-key add|list|revoke</c>.</summary>
internal static class ApiKeyCommands
{
    private static readonly Option<string> Name = new("--name") { Required = true, Description = "What will use it, such as webshop" };
    private static readonly Option<string[]> Scope = new("--scope")
    {
        Required = true, Description = $"What it is for; several: {string.Join(", ", ApiKeys.Scopes)}",
    };

    private static readonly Option<long?> Branch = new("--branch") { Description = "Only this branch's records" };
    private static readonly Argument<string> Which = new("name");

    public static Command Make(Verbs verbs) => new("api-key", "Programs that may ask this server")
    {
        verbs.Make("add", "Make a key, which is shown this once", Add, Name, Scope, Branch),
        verbs.Make("list", "List the keys", List),
        verbs.Make("revoke", "Take a key back, at once", Revoke, Which),
    };

    private static int Add(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var key = new ApiKeys(database, context.Clock, context.WordsOf(database)).Add(Actor.AtTheMachine(), context.Get(Name), context.Get(Scope), context.Get(Branch));
        return context.Print(new { Key = key }, $"{key}\nKeep it now: it is not shown again.");
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(ApiKeys.All).Select(k => new
        {
            k.Name, k.Scopes, k.Branch, MadeAt = Instant.Format(k.MadeAt), UsedAt = k.UsedAt is { } used ? Instant.Format(used) : null,
            RevokedAt = k.RevokedAt is { } revoked ? Instant.Format(revoked) : null,
        });
        return context.PrintList(
            rows, ("name", r => r.Name), ("for", r => string.Join(' ', r.Scopes)), ("branch", r => r.Branch is { } b ? $"{b}" : "all"), ("made", r => r.MadeAt),
            ("used", r => r.UsedAt ?? "never"), ("revoked", r => r.RevokedAt ?? ""));
    }

    private static int Revoke(CommandContext context)
    {
        using var database = context.OpenDatabase();
        new ApiKeys(database, context.Clock, context.WordsOf(database)).Revoke(Actor.AtTheMachine(), context.Get(Which));
        return context.Print(new { Name = context.Get(Which) }, $"key {context.Get(Which)} is revoked");
    }
}
