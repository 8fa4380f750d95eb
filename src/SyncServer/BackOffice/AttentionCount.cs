using Bookmine.Sync.Data;
using Bookmine.SyncServer.Posting.Findings;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>How much waits for a person.</summary>
public sealed record AttentionCount(long Findings, long Quarantined, long Dropped, long Duplicates)
{
    public long All => Findings + Quarantined + Dropped + Duplicates;

    /// <param name="branches">Whose tills'; null for all.</param>
    public static AttentionCount Of(Session session, IReadOnlyList<long>? branches)
    {
        var mine = BranchFilter.In("t.branch", branches);
        return new AttentionCount(
            session.Integer(
                $"SELECT count(*) FROM finding f LEFT JOIN till t ON t.id = f.till WHERE f.resolved_at IS NULL AND f.kind <> @shared AND {mine}",
                FindingKinds.LikelyDuplicate) ?? 0,
            session.Integer($"SELECT count(*) FROM quarantine q LEFT JOIN till t ON t.id = q.till WHERE q.state = 'quarantined' AND {mine}") ?? 0,
            session.Integer($"SELECT count(*) FROM dropped d LEFT JOIN till t ON t.id = d.till WHERE d.settled_at IS NULL AND {mine}") ?? 0,
            session.Integer("SELECT count(*) FROM finding WHERE resolved_at IS NULL AND kind = @shared", FindingKinds.LikelyDuplicate) ?? 0);
    }
}
