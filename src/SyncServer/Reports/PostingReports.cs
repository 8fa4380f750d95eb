using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Wire;

namespace Bookmine.SyncServer.Reports;

/// <summary>One resynchronisation of a till, in short.</summary>
public sealed record PostingSummary(long Till, Guid Resync, string From, string To, long Entries, long Documents, long TotalCents, long Quarantined, long Dropped);

public sealed record Renumbered(string Docket, long TransId, string PostedAt, long TotalCents);

public sealed record DroppedRecord(
    long Till, long N, string? Operator, string MadeAt, string DroppedAt, string Table, string Key, string Field, string? TillValue, string? ServerValue, string Reason,
    long Id = 0, string? Settled = null);

public sealed record FindingRecord(long N, string Kind, string Text, string NotedAt, string? ResolvedAt);

public sealed record QuarantinedRecord(long N, string Kind, string? Reason);

/// <summary>What a resynchronisation did, whole: for the manager's check that everything was posted correctly.</summary>
/// <param name="Days">The branch's days its postings fell on: two when it went over midnight.</param>
public sealed record PostingReport(
    PostingSummary Summary, List<string> Days, List<Renumbered> Renumbered, List<DroppedRecord> Dropped, List<QuarantinedRecord> Quarantined, List<FindingRecord> Exceptions)
{
    public static List<PostingSummary> List(Session session, long? till, Guid? resync)
    {
        using var reader = session.Query(
            """
            SELECT i.client, i.synchronisation, min(i.received_at), max(i.received_at), CAST(count(*) AS bigint), CAST(count(d.id) AS bigint),
                   CAST(coalesce(sum(d.total_cents), 0) AS bigint), CAST(sum(CASE WHEN i.state = 'quarantined' THEN 1 ELSE 0 END) AS bigint),
                   (SELECT CAST(count(*) AS bigint) FROM dropped x WHERE x.till = i.client AND x.synchronisation = i.synchronisation)
            FROM sync_inbox i LEFT JOIN document d ON d.id = i.id
            WHERE (i.client = @till OR @till IS NULL) AND (i.synchronisation = @resync OR @resync IS NULL)
            GROUP BY i.client, i.synchronisation ORDER BY max(i.received_at) DESC, i.client
            """, till, resync);
        var list = new List<PostingSummary>();
        while (reader.Read())
        {
            list.Add(new PostingSummary(
                reader.GetInt64(0), DbValues.ReadGuid(reader, 1), Instant.Format(reader.GetInt64(2)), Instant.Format(reader.GetInt64(3)),
                reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8)));
        }
        return list;
    }

    /// <summary>The report of one resynchronisation, or of the till's last.</summary>
    public static PostingReport? Read(Session session, long till, Guid? resync)
    {
        if (List(session, till, resync) is not [var summary, ..])
        {
            return null;
        }
        var (renumbered, days) = ReadRenumbered(session, till, summary.Resync);
        return new PostingReport(
            summary, days, renumbered, ReadDropped(session, till, summary.Resync),
            ReadQuarantined(session, till, summary.Resync), ReadFindings(session, till, summary.Resync));
    }

    public static List<DroppedRecord> ReadDropped(Session session, long? till, Guid? resync)
    {
        using var reader = session.Query(
            """
            SELECT till, n, operator, made_at, dropped_at, tab, row_key, field, till_value, server_value, reason, id, settled_as FROM dropped
            WHERE (till = @till OR @till IS NULL) AND (synchronisation = @resync OR @resync IS NULL) ORDER BY id
            """, till, resync);
        var list = new List<DroppedRecord>();
        while (reader.Read())
        {
            list.Add(new DroppedRecord(
                reader.GetInt64(0), reader.GetInt64(1), DbValues.ReadTextOrNull(reader, 2), Instant.Format(reader.GetInt64(3)), Instant.Format(reader.GetInt64(4)),
                reader.GetString(5), reader.GetString(6), reader.GetString(7), DbValues.ReadTextOrNull(reader, 8), DbValues.ReadTextOrNull(reader, 9), reader.GetString(10),
                reader.GetInt64(11), DbValues.ReadTextOrNull(reader, 12)));
        }
        return list;
    }

    private static (List<Renumbered> List, List<string> Days) ReadRenumbered(Session session, long till, Guid resync)
    {
        using var reader = session.Query(
            """
            SELECT d.docket, d.trans_id, d.posted_at, d.total_cents, d.posted_day FROM sync_inbox i JOIN document d ON d.id = i.id
            WHERE i.client = @till AND i.synchronisation = @resync ORDER BY d.trans_id
            """, till, resync);
        var (list, days) = (new List<Renumbered>(), new SortedSet<long>());
        while (reader.Read())
        {
            list.Add(new Renumbered(DocketNumber.D(reader.GetInt64(0)).ToString(), reader.GetInt64(1), Instant.Format(reader.GetInt64(2)), reader.GetInt64(3)));
            days.Add(reader.GetInt64(4));
        }
        return (list, [.. days.Select(BranchDay.Format)]);
    }

    private static List<QuarantinedRecord> ReadQuarantined(Session session, long till, Guid resync)
    {
        using var reader = session.Query(
            "SELECT n, kind, result FROM sync_inbox WHERE client = @till AND synchronisation = @resync AND state = 'quarantined' ORDER BY n", till, resync);
        var list = new List<QuarantinedRecord>();
        while (reader.Read())
        {
            var result = JsonSerializer.Deserialize(reader.GetString(2), WireJson.Default.EntryResult);
            list.Add(new QuarantinedRecord(reader.GetInt64(0), reader.GetString(1), result?.Reason));
        }
        return list;
    }

    private static List<FindingRecord> ReadFindings(Session session, long till, Guid resync)
    {
        using var reader = session.Query(
            """
            SELECT o.n, f.kind, f.text, f.noted_at, f.resolved_at
            FROM sync_inbox i JOIN finding_occurrence o ON o.till = i.client AND o.n = i.n JOIN finding f ON f.id = o.finding
            WHERE i.client = @till AND i.synchronisation = @resync ORDER BY o.n, f.id
            """, till, resync);
        var list = new List<FindingRecord>();
        while (reader.Read())
        {
            list.Add(new FindingRecord(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), Instant.Format(reader.GetInt64(3)), Instant.Format(DbValues.ReadIntegerOrNull(reader, 4))));
        }
        return list;
    }
}
