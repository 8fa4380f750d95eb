using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting.Findings;

namespace Bookmine.SyncServer.Tills;

/// <summary>
/// What a till that is revoked, or waits to be admitted, can make the server keep: as much as a counter sells in 90 days, so that an honest one
/// brings all it has, and whoever holds a stolen secret fills no disk. An enrolled till has no such limit, and neither has what a person brings by hand.
/// </summary>
public sealed class KeptQuota(IServerDatabase database, TimeProvider clock)
{
    /// <summary>600 sales a day of a kilobyte each, for 90 days, and as much again for their rows.</summary>
    public const long MostBytes = 64 * 1024 * 1024;

    private const long RowBytes = 500;

    /// <exception cref="ShopException">It has brought too much; nothing was kept of this.</exception>
    public void Demand(KnownTill till, IReadOnlyList<PushedEntry> entries)
    {
        if (till.State.KeptBecause() is not null && !database.Writing(session => Take(session, till, entries)))
        {
            throw new ShopException(
                $"This till is {till.State.Text()}, and has brought more than a counter sells in 90 days: no more is kept of it. "
                + "What it has stays in its journal: "
                + "the manager can bring that by hand (bookmine-till journal export, bookmine-server journal import), or let the till in.");
        }
    }

    private bool Take(Session session, KnownTill till, IReadOnlyList<PushedEntry> entries)
    {
        var kept = session.Integer("SELECT kept FROM till WHERE id = @till", till.Id) ?? 0;
        // What comes again was counted when it came first, and what was posted before is posted.
        var proof = FeedState.ProofOf(session);
        var fresh = entries.Where(e => !IsHeld(session, till.Id, e) && !IsProven(proof, till.Id, e));
        var more = fresh.Sum(e => e.Payload.Length + RowBytes);
        if (more == 0)
        {
            return true;
        }
        if (kept + more <= MostBytes)
        {
            session.Execute("UPDATE till SET kept = @kept WHERE id = @till", kept + more, till.Id);
            return true;
        }
        FindingLog.Note(
            session,
            new Finding(
                till.Id, 0, FindingKinds.TooMuchOfRevoked, $"till {till.Id}",
                $"till {till.Name} is {till.State.Text()}, and has brought more than a counter sells in 90 days; no more is kept of it"),
            clock.GetUtcNow().ToUnixTimeMilliseconds());
        return false;
    }

    private static bool IsHeld(Session session, long till, PushedEntry entry) =>
        session.Scalar("SELECT 1 FROM sync_fork WHERE id = @id", entry.Id) is not null
        || (session.Scalar("SELECT hash FROM sync_inbox WHERE client = @till AND n = @n", till, entry.N) is byte[] held
            && held.AsSpan().SequenceEqual(entry.Hash));

    private static bool IsProven(ServerProof proof, long till, PushedEntry entry) =>
        entry.Answer is { State: EntryState.Posted } answer && answer.N == entry.N
        && JournalEntry.HashOf(entry.N, entry.Id, entry.Kind, entry.Format, entry.SealedAt, entry.Payload).AsSpan().SequenceEqual(entry.Hash)
        && proof.Holds(till, Convert.ToHexStringLower(entry.Hash), answer);
}
