using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>dropped list|apply|leave</c>: edits and emails that did not survive a resynchronisation.</summary>
internal static class DroppedCommand
{
    private static readonly Option<string?> Till = new("--till") { Description = "Its name or number" };
    private static readonly Argument<long[]> Ids = new("id") { Description = "As dropped list shows them", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<bool> Anyway = new("--anyway") { Description = "Also where the record was changed since" };
    private static readonly Option<string?> Note = new("--note") { Description = "Why, for the record" };

    public static Command Make(Verbs verbs) => new("dropped", "Edits and emails that were dropped")
    {
        verbs.Make("list", "All that was dropped: who, when, field, the till's value, the server's", List, Till),
        verbs.Make("apply", "Give records the values that tills had given them, after all", Apply, Ids, Anyway),
        verbs.Make("leave", "Leave records as they are, and have these decided", Leave, Ids, Note),
    };

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var dropped = database.Reading(session => PostingReport.ReadDropped(
            session, context.Get(Till) is { } till ? TillNames.Find(session, till) : null, null));
        return context.PrintList(
            dropped, ("id", d => $"{d.Id}"), ("till", d => $"{d.Till}"), ("who", d => d.Operator ?? "-"), ("when", d => d.MadeAt),
            ("what", d => $"{d.Table} {d.Field}"), ("till's value", d => d.TillValue ?? ""), ("server's value", d => d.ServerValue ?? ""),
            ("why", d => d.Reason), ("decided", d => d.Settled ?? ""));
    }

    private static int Apply(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var done = new DroppedEdits(database, context.Clock).Apply(Actor.AtTheMachine(), context.Get(Ids), context.Get(Anyway));
        return context.Print(new { Ids = context.Get(Ids), Changed = done }, string.Join('\n', done));
    }

    private static int Leave(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var count = new DroppedEdits(database, context.Clock).Leave(Actor.AtTheMachine(), context.Get(Ids), context.Get(Note));
        return context.Print(new { Ids = context.Get(Ids) }, $"{count} decided: the records stay as they are");
    }
}
