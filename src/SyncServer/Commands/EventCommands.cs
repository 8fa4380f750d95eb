using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>event list</c>: what happened at the tills that is no transaction.</summary>
internal static class EventCommands
{
    private static readonly Option<long?> Branch = new("--branch");
    private static readonly Option<string?> Till = new("--till") { Description = "Its name or number" };
    private static readonly Option<string?> Kind = new("--kind") { Description = "no-sale, line removed, sale dropped, price override or z-reading" };

    public static Command Make(Verbs verbs) => new("event", "No-sales, dropped sales, other prices, Z readings")
    {
        verbs.Make("list", "List them, in the order in which they happened", List, Branch, Till, Kind),
    };

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(session => EventsAtTills.Read(
            session, context.Get(Branch), context.Get(Till) is { } named ? TillNames.Find(session, named) : null, context.Get(Kind)));
        return context.PrintList(
            rows, ("happened", r => r.HappenedAt), ("branch", r => $"{r.Branch}"), ("till", r => $"{r.Till}"), ("operator", r => r.Operator ?? ""),
            ("kind", r => r.Kind), ("what", r => r.Kind == TillEvents.ZReading ? "the drawer was counted" : r.Text), ("amount", r => Money.Format(r.AmountCents)));
    }
}
