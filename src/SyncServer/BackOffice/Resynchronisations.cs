using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>One posting of a till's, in a list.</summary>
/// <param name="To">When its last entry was received, Unix milliseconds.</param>
/// <param name="Disconnected">Transactions that were sold without the server.</param>
public sealed record ResyncRow(
    long Till, string TillName, Guid Resync, long To, long Entries, long Documents, long TotalCents, long Disconnected, long Quarantined, long Dropped);

/// <summary>A figure on both sides of a resynchronisation.</summary>
public sealed record SideRow(string Name, long TillCents, long ServerCents);

/// <summary>What tills have posted, posting by posting.</summary>
public static class Resynchronisations
{
    public const int PageSize = 50;

    /// <summary>
    /// Those that ended between two moments, the latest first. A till that sells with the server at hand has one for each time that its
    /// program runs.
    /// </summary>
    /// <param name="branches">Whose tills'; null for all.</param>
    /// <param name="from">Unix milliseconds, as <paramref name="to"/>, which is not included.</param>
    public static List<ResyncRow> List(Session session, IReadOnlyList<long>? branches, long from, long to, int skip) => Read(
        session, $"i.received_at >= @from AND i.received_at < @to AND {BranchFilter.In("t.branch", branches)}", from, to, PageSize, skip);

    /// <summary>A till's since a moment, the latest first.</summary>
    public static List<ResyncRow> OfTill(Session session, long till, long from) =>
        Read(session, "i.client = @till AND i.received_at >= @from", till, from, PageSize, 0);

    /// <summary>One of them; null where there is none.</summary>
    public static ResyncRow? Find(Session session, long till, Guid resync) =>
        Read(session, "i.client = @till AND i.synchronisation = @resync", till, resync, 1, 0).FirstOrDefault();

    private static List<ResyncRow> Read(Session session, string which, params ReadOnlySpan<object?> values)
    {
        using var reader = session.Query(
            $"""
            SELECT i.client, t.name, i.synchronisation, max(i.received_at), CAST(count(*) AS bigint), CAST(count(d.id) AS bigint),
                CAST(coalesce(sum(d.total_cents), 0) AS bigint), CAST(coalesce(sum(d.disconnected), 0) AS bigint),
                CAST(sum(CASE WHEN i.state = 'quarantined' THEN 1 ELSE 0 END) AS bigint),
                (SELECT CAST(count(*) AS bigint) FROM dropped x WHERE x.till = i.client AND x.synchronisation = i.synchronisation)
            FROM sync_inbox i JOIN till t ON t.id = i.client LEFT JOIN document d ON d.id = i.id
            WHERE {which}
            GROUP BY i.client, t.name, i.synchronisation ORDER BY max(i.received_at) DESC, i.client {session.Dialect.Limit("@most", "@skip")}
            """,
            values);
        var list = new List<ResyncRow>();
        while (reader.Read())
        {
            list.Add(new ResyncRow(
                reader.GetInt64(0), reader.GetString(1), DbValues.ReadGuid(reader, 2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5),
                reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9)));
        }
        return list;
    }

    /// <summary>Per payment method and in all: what the till sealed, read from its own entries, and what the books have.</summary>
    public static IReadOnlyList<SideRow> Sides(Session session, long till, Guid resync)
    {
        var (sealedBy, posted) = (new SortedDictionary<string, long>(StringComparer.Ordinal), new SortedDictionary<string, long>(StringComparer.Ordinal));
        using (var reader = session.Query(
            "SELECT id, format, payload FROM sync_inbox WHERE client = @till AND synchronisation = @resync AND state = 'posted' ORDER BY n", till, resync))
        {
            while (reader.Read())
            {
                foreach (var (method, cents) in PaymentsOf(DbValues.ReadGuid(reader, 0), (int)reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)))
                {
                    sealedBy[method] = sealedBy.GetValueOrDefault(method) + cents;
                }
            }
        }
        using (var reader = session.Query(
            """
            SELECT p.method, CAST(sum(p.amount_cents) AS bigint) FROM sync_inbox i JOIN payment p ON p.document_id = i.id
            WHERE i.client = @till AND i.synchronisation = @resync AND i.state = 'posted' GROUP BY p.method
            """,
            till, resync))
        {
            while (reader.Read())
            {
                posted[reader.GetString(0)] = reader.GetInt64(1);
            }
        }
        return
        [
            .. sealedBy.Keys.Union(posted.Keys).Select(m => new SideRow(m, sealedBy.GetValueOrDefault(m), posted.GetValueOrDefault(m))),
            new SideRow("in all", sealedBy.Values.Sum(), posted.Values.Sum()),
        ];
    }

    private static IEnumerable<(string Method, long Cents)> PaymentsOf(Guid id, int format, byte[] payload)
    {
        var content = PackedContent.Unpack(payload);
        // What was posted long ago is kept without its content.
        return content.Length == 0 ? [] : ChangeGroupJson.Read(BookmineSetup.Instance, id, format, content).Changes
            .Where(c => c.Table == BookmineSetup.Payment && c.Op == ChangeOp.Insert)
            .Select(c => (c.Values.Text(Columns.Payment.Method), c.Values.Integer(Columns.Payment.AmountCents)));
    }
}
