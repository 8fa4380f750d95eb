using Bookmine.Schema.Views;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Reports;

/// <summary>What a run of a till's entries came to in the server's books: the other half of the proof that all was posted.</summary>
public static class PostedTotals
{
    private const int MostFindings = 200;

    public static ControlTotals Of(Session session, long till, long from, long through)
    {
        const string entries = "sync_inbox i JOIN document d ON d.id = i.id";
        // What was posted by hand later is in the books, and not in what the till was told.
        const string range = "i.state = 'posted' AND i.client = @till AND i.n BETWEEN @from AND @through";
        long documents, total;
        using (var reader = session.Query($"SELECT CAST(count(*) AS bigint), CAST(coalesce(sum(d.total_cents), 0) AS bigint) FROM {entries} WHERE {range}", till, from, through))
        {
            reader.Read();
            (documents, total) = (reader.GetInt64(0), reader.GetInt64(1));
        }
        var quantity = session.Integer($"SELECT -sum(m.qty) FROM {entries} JOIN stock_movement m ON m.document_id = d.id WHERE {range}", till, from, through) ?? 0;
        var methods = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using (var reader = session.Query(
            $"SELECT p.method, CAST(sum(p.amount_cents) AS bigint) FROM {entries} JOIN payment p ON p.document_id = d.id WHERE {range} GROUP BY p.method", till, from, through))
        {
            while (reader.Read())
            {
                methods.Add(reader.GetString(0), reader.GetInt64(1));
            }
        }
        // Of what was found again and again, such as a book sold below nought, the last says all.
        var noted = new List<NotedException>();
        using (var reader = session.Query(
            $"""
            SELECT o.n, f.kind, f.text FROM (SELECT finding, max(n) AS n FROM finding_occurrence WHERE till = @till AND n BETWEEN @from AND @through GROUP BY finding) o
            JOIN finding f ON f.id = o.finding WHERE f.resolved_at IS NULL ORDER BY o.n, f.id {session.Dialect.Limit("@most")}
            """, till, from, through, MostFindings))
        {
            while (reader.Read())
            {
                noted.Add(new NotedException(reader.GetInt64(0), reader.GetString(1), reader.GetString(2)));
            }
        }
        return new ControlTotals(documents, total, quantity, methods, noted.Count > 0 ? noted : null);
    }
}
