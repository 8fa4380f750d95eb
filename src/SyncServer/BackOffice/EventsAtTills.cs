using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What happened at a till that is no transaction.</summary>
/// <param name="Kind">Of <see cref="TillEvents"/>.</param>
public sealed record EventAtTill(string HappenedAt, long Branch, long Till, string? Operator, string Kind, string Text, long AmountCents);

/// <summary>No-sales, dropped sales, other prices, Z readings.</summary>
public static class EventsAtTills
{
    /// <summary>In the order in which they happened; of all where a filter is null.</summary>
    public static List<EventAtTill> Read(Session session, long? branch, long? till, string? kind)
    {
        var found = new List<EventAtTill>();
        using var reader = session.Query(
            """
            SELECT happened_at, branch, till, operator, kind, text, amount_cents FROM till_event
            WHERE (branch = @branch OR @branch IS NULL) AND (till = @till OR @till IS NULL) AND (kind = @kind OR @kind IS NULL) ORDER BY happened_at, id
            """,
            branch, till, kind);
        while (reader.Read())
        {
            found.Add(new EventAtTill(
                Instant.Format(reader.GetInt64(0)), reader.GetInt64(1), reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.GetString(4), reader.GetString(5), reader.GetInt64(6)));
        }
        return found;
    }
}
