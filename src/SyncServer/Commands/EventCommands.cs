using System.CommandLine;
using Bookmine.Schema;
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
        var rows = database.Reading(session =>
        {
            var found = new List<EventRow>();
            var till = context.Get(Till) is { } named ? TillNames.Find(session, named) : (long?)null;
            using var reader = session.Query(
                """
                SELECT happened_at, branch, till, operator, kind, text, amount_cents FROM till_event
                WHERE (branch = @branch OR @branch IS NULL) AND (till = @till OR @till IS NULL) AND (kind = @kind OR @kind IS NULL) ORDER BY happened_at, id
                """,
                context.Get(Branch), till, context.Get(Kind));
            while (reader.Read())
            {
                found.Add(new EventRow(
                    Instant.Format(reader.GetInt64(0)), reader.GetInt64(1), reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetString(3),
                    reader.GetString(4), reader.GetString(5), reader.GetInt64(6)));
            }
            return found;
        });
        return context.PrintList(
            rows, ("happened", r => r.HappenedAt), ("branch", r => $"{r.Branch}"), ("till", r => $"{r.Till}"), ("operator", r => r.Operator ?? ""),
            ("kind", r => r.Kind), ("what", r => r.Kind == TillEvents.ZReading ? "the drawer was counted" : r.Text), ("amount", r => Money.Format(r.AmountCents)));
    }

    private sealed record EventRow(string HappenedAt, long Branch, long Till, string? Operator, string Kind, string Text, long AmountCents);
}
