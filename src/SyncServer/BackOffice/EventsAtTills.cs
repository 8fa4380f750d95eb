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
        using var reader = session.Query(
            """
            SELECT happened_at, branch, till, operator, kind, text, amount_cents FROM till_event
            WHERE (branch = @branch OR @branch IS NULL) AND (till = @till OR @till IS NULL) AND (kind = @kind OR @kind IS NULL) ORDER BY happened_at, id
            """,
            branch, till, kind);
        return Read(reader);
    }

    /// <summary>Those of some branches between two moments (Unix milliseconds), the latest first.</summary>
    /// <param name="branches">Null for all.</param>
    public static List<EventAtTill> Recent(Session session, IReadOnlyList<long>? branches, long? till, string? kind, long from, long to)
    {
        const int most = 1_000;
        var which = $"{BranchFilter.In("branch", branches)} AND happened_at >= @from AND happened_at < @to AND (till = @till OR @till IS NULL)";
        using var reader = session.Query(
            $"""
            SELECT happened_at, branch, till, operator, kind, text, amount_cents FROM till_event
            WHERE {which} AND (kind = @kind OR @kind IS NULL) ORDER BY happened_at DESC, id {session.Dialect.Limit("@most")}
            """,
            from, to, till, kind, most);
        return Read(reader);
    }

    private static List<EventAtTill> Read(System.Data.Common.DbDataReader reader)
    {
        var found = new List<EventAtTill>();
        while (reader.Read())
        {
            found.Add(new EventAtTill(
                Instant.Format(reader.GetInt64(0)), reader.GetInt64(1), reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.GetString(4), reader.GetString(5), reader.GetInt64(6)));
        }
        return found;
    }
}
