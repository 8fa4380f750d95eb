using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A finding as people settle it.</summary>
/// <param name="Till">It came with last; null for the server's own.</param>
/// <param name="Docket">Of the entry that it came with last, where that is a transaction.</param>
/// <param name="Times">How many entries have brought it.</param>
public sealed record FindingRow(
    long Id, long TillId, string? Till, string Kind, string Text, long NotedAt, string? Docket, long? TransId, string? Operator, long Times, long? ResolvedAt,
    string? ResolvedBy, string? Note, string Subject)
{
    /// <summary>Where both records are looked at, of one that says that two may be one.</summary>
    public string RecordAddress => $"/{(Text.StartsWith("contact ", StringComparison.Ordinal) ? "contacts" : "stock")}/{Subject}";

    /// <summary>Whether it says that two records may be one.</summary>
    public bool IsDuplicate => Kind == FindingKinds.LikelyDuplicate;
}

/// <summary>What a person should look at.</summary>
public sealed class Findings(IServerDatabase database, TimeProvider clock)
{
    private const int Most = 500;
    private const int MostNote = 2_000;

    /// <param name="all">Also what was resolved.</param>
    public static IReadOnlyList<OpenFinding> All(Session session, bool all) => OpenFindings.Read(session, all);

    /// <summary>
    /// Those that concern some branches, the latest first: what came with their tills, and records that all share. What concerns the server
    /// alone is for those whose
    /// branches are all.
    /// </summary>
    /// <param name="branches">Null for all.</param>
    /// <param name="all">Also what was resolved.</param>
    public static List<FindingRow> List(Session session, IReadOnlyList<long>? branches, bool all)
    {
        using var reader = session.Query(
            $"""
            SELECT f.id, f.till, t.name, f.kind, f.text, f.noted_at, d.docket, d.trans_id, d.operator,
                (SELECT CAST(count(*) AS bigint) FROM finding_occurrence o WHERE o.finding = f.id AND o.till = f.till), f.resolved_at, f.resolved_by, f.note, f.subject
            FROM finding f LEFT JOIN till t ON t.id = f.till
            LEFT JOIN sync_inbox i ON i.client = f.till AND i.n = f.n LEFT JOIN document d ON d.id = i.id
            WHERE ({BranchFilter.In("t.branch", branches)} OR f.kind = @shared) {(all ? "" : "AND f.resolved_at IS NULL")}
            ORDER BY f.noted_at DESC, f.id DESC {session.Dialect.Limit("@most")}
            """,
            FindingKinds.LikelyDuplicate, Most);
        var list = new List<FindingRow>();
        while (reader.Read())
        {
            var docket = DbValues.ReadIntegerOrNull(reader, 6);
            list.Add(new FindingRow(
                reader.GetInt64(0), reader.GetInt64(1), DbValues.ReadTextOrNull(reader, 2), reader.GetString(3), reader.GetString(4), reader.GetInt64(5),
                docket is { } d ? DocketNumber.D(d).ToString() : null, DbValues.ReadIntegerOrNull(reader, 7), DbValues.ReadTextOrNull(reader, 8),
                reader.GetInt64(9), DbValues.ReadIntegerOrNull(reader, 10), DbValues.ReadTextOrNull(reader, 11),
                    DbValues.ReadTextOrNull(reader, 12), reader.GetString(13)));
        }
        return list;
    }

    /// <summary>Ticks some off.</summary>
    /// <param name="note">What was found out; null for nothing.</param>
    /// <returns>When, Unix milliseconds.</returns>
    /// <exception cref="ShopException">There is no such open finding; nothing was changed.</exception>
    public long Resolve(Actor actor, IReadOnlyList<long> ids, string? note = null) => database.Doing(clock, actor, "finding resolve", (session, rights) =>
    {
        if (note is { Length: > MostNote })
        {
            throw new ShopException($"A note has {MostNote:N0} characters at most. Nothing was changed.");
        }
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var id in ids.Distinct())
        {
            Demand(session, rights, id);
            if (!FindingLog.Resolve(session, id, now, actor.Name, note))
            {
                throw new ShopException($"There is no open finding {id}. bookmine-server finding list shows those there are.");
            }
        }
        return new Done<long>(now, FormattableString.Invariant($"finding {string.Join(", ", ids)}"), note);
    });

    private static void Demand(Session session, Rights rights, long id)
    {
        if (rights.Branches is null)
        {
            return;
        }
        using var reader = session.Query("SELECT f.kind, t.branch FROM finding f LEFT JOIN till t ON t.id = f.till WHERE f.id = @id", id);
        if (!reader.Read() || reader.GetString(0) == FindingKinds.LikelyDuplicate)
        {
            return;
        }
        var branch = DbValues.ReadIntegerOrNull(reader, 1);
        reader.Close();
        if (branch is { } one)
        {
            rights.Demand(one);
        }
        else
        {
            rights.DemandAdmin();
        }
    }
}
