using System.Globalization;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;

namespace Bookmine.SyncServer.Reports;

/// <summary>What a run of a till's entries came to in the server's books: the other half of the proof that all was posted.</summary>
public static class PostedTotals
{
    private const int MostFindings = 200;

    /// <param name="kept">
    /// The entries of which the till was told that they are kept for a person: what was posted of them by hand since is in the books, and not in what the till
    /// counts. Null from a till that does not say; then nothing that was posted by hand is counted.
    /// </param>
    public static ControlTotals Of(Session session, long till, long from, long through, IReadOnlyCollection<long>? kept)
    {
        const string entries = "sync_inbox i JOIN document d ON d.id = i.id";
        var states = kept is null ? "i.state = 'posted'" : $"i.state IN ('posted', '{QuarantineDesk.ByHand}')";
        var others = kept is { Count: > 0 } ? $" AND i.n NOT IN ({string.Join(", ", kept.Select(n => n.ToString(CultureInfo.InvariantCulture)))})" : "";
        var range = $"{states} AND i.client = @till AND i.n BETWEEN @from AND @through{others}";
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
