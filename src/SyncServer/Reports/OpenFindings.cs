using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Reports;

/// <summary>Something that a person should look at.</summary>
/// <param name="Till">The till it came with last; 0 for the server's own.</param>
public sealed record OpenFinding(long Id, long Till, long N, string Kind, string Text, string NotedAt, string? ResolvedAt);

public static class OpenFindings
{
    private const int Most = 10_000;

    public static List<OpenFinding> Read(Session session, bool all)
    {
        using var reader = session.Query(
            $"SELECT id, till, n, kind, text, noted_at, resolved_at FROM finding {(all ? "" : "WHERE resolved_at IS NULL")} ORDER BY noted_at DESC, id DESC {session.Dialect.Limit("@most")}", Most);
        var list = new List<OpenFinding>();
        while (reader.Read())
        {
            list.Add(new OpenFinding(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3), reader.GetString(4), Instant.Format(reader.GetInt64(5)),
                Instant.Format(DbValues.ReadIntegerOrNull(reader, 6))));
        }
        return list;
    }
}
