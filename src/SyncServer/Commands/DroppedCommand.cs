using System.CommandLine;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>dropped list</c>: edits and emails that did not survive a resynchronisation.</summary>
internal static class DroppedCommand
{
    private static readonly Option<string?> Till = new("--till") { Description = "Its name or number" };

    public static Command Make(Verbs verbs) => new("dropped", "Edits and emails that were dropped")
    {
        verbs.Make("list", "All that was dropped: who, when, field, the till's value, the server's", List, Till),
    };

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var dropped = database.Reading(session => PostingReport.ReadDropped(
            session, context.Get(Till) is { } till ? TillNames.Find(session, till) : null, null));
        return context.PrintList(
            dropped, ("till", d => $"{d.Till}"), ("who", d => d.Operator ?? "-"), ("when", d => d.MadeAt), ("what", d => $"{d.Table} {d.Field}"),
            ("till's value", d => d.TillValue ?? ""), ("server's value", d => d.ServerValue ?? ""), ("why", d => d.Reason));
    }
}
