using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Posting;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Foreign;

/// <summary>How what a foreign client holds stands to the server's records.</summary>
public enum ForeignStanding
{
    /// <summary>It holds nothing.</summary>
    Fresh,

    /// <summary>What has changed since its cursor brings it up to date.</summary>
    Current,

    /// <summary>
    /// It is to send what is not posted, and to begin afresh: removals it has not heard of are forgotten, it has moved, or somebody has ordered it.
    /// </summary>
    Stale,

    /// <summary>The same, and it is to send all that it has made: the server's records may have lost what they had of it.</summary>
    Lost,

    /// <summary>It brings what it has and gets nothing.</summary>
    Withheld,
}

/// <summary>
/// The one seam by which a till of another engine joins the shop. Such an engine sends rows, table by table; here they become entries, are posted by the
/// upload rules exactly once, and what the till is to have comes from the feed by a cursor. Nothing of it knows which engine it is.
/// </summary>
public sealed class ForeignExchange(
    IServerDatabase database, TillRegister tills, ServerOrchestrator orchestrator, QuarantineDesk desk, KeptQuota quota, TimeProvider clock)
{
    private const int MostWaits = 500;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);

    private readonly Sequencer sequencer = new(database, BookmineSetup.Instance);

    /// <param name="cursor">That of the last exchange that came to its end; null or 0 for none.</param>
    /// <param name="proof">What the last exchange gave it besides; null where its engine keeps nothing of the kind.</param>
    public ForeignStanding StandingOf(KnownTill till, long? cursor, ForeignProof? proof = null)
    {
        var record = tills.RecordOf(till);
        if (record.Withheld is not null)
        {
            return ForeignStanding.Withheld;
        }
        var (state, isGenuine, isProven, held) = database.Reading(session =>
        {
            var state = FeedState.Read(session);
            return (
                state, IsGenuine(session, record, state, cursor), proof is not null && proof.IsOf(session, till.Id, state.Epoch),
                Scribe.LastEntry(session, till.Id));
        });
        if (cursor is not > 0)
        {
            return ForeignStanding.Fresh;
        }
        if (isProven && proof!.Entry > held)
        {
            // This server has answered entries that its records do not hold: they were put back since.
            orchestrator.ShowsRestore(record, state.Epoch);
            return ForeignStanding.Lost;
        }
        var position = ForeignCursor.PositionOf(cursor.Value);
        return isGenuine && position >= state.Floor && position <= state.Tip ? ForeignStanding.Current
            : isProven ? ForeignStanding.Stale
            : ForeignStanding.Lost;
    }

    private static bool IsGenuine(Session session, ClientRecord record, FeedState state, long? cursor) =>
        cursor is > 0 and var c && ForeignCursor.IsGenuine(session, record, state, c);

    /// <summary>Notes that a till which would lose sales by beginning afresh was told to wait.</summary>
    public void NoteUnguarded(KnownTill till) => database.Writing(session =>
    {
        var text = $"till {till.Name} holds records of before a restore or a move, and its program does not say that it sends its unposted sales "
            + "before it begins afresh: it was told to wait, so that it loses none. Give its program the guard of Bookmine's bridge (docs/dotmim.md)";
        FindingLog.Note(session, new Finding(till.Id, 0, FindingKinds.TillUnguarded, $"till {till.Id}", text), Now);
        return true;
    });

    /// <summary>Posts what the till brings, by the upload rules, once. Where two exchanges of one till meet, the scribe looks again.</summary>
    /// <exception cref="ShopException">A revoked till has brought too much; nothing was kept of this.</exception>
    /// <param name="blocks">Blocks of numbers that the till proves to have been leased: records put back from a backup may lack them.</param>
    public ForeignOutcome Bring(KnownTill till, ForeignUpload upload, IReadOnlyList<NumberBlock>? blocks = null)
    {
        if (upload.Rows.Count == 0)
        {
            return ForeignOutcome.Nothing;
        }
        var record = tills.RecordOf(till, blocks ?? []);
        var epoch = database.Reading(session => FeedState.Read(session).Epoch);
        var groups = new ForeignGroups(till.Id, upload, epoch, Now);
        var entered = new Scribe(database, entries =>
        {
            quota.Demand(till, entries);
            return orchestrator.Push(record, groups.Synchronisation, entries);
        }).Enter(till.Id, groups.Sort);
        Settle(till.Id, groups, entered);
        return new ForeignOutcome(
            entered.Count(e => e.Result.State == EntryState.Posted), entered.Count(e => e.Result.State != EntryState.Posted),
            [.. entered.SelectMany(e => e.Result.Dropped)], database.Reading(session => groups.Again(session)));
    }

    /// <summary>What has changed for the till since its cursor, after all that is posted by now.</summary>
    /// <param name="cursor">Null or 0 for a till that is to have everything.</param>
    /// <param name="isNewFile">Whether the till's tables are new: what numbers it has printed before, it does not know.</param>
    /// <exception cref="FeedBusyException">The feed is being brought up to date by another's long work.</exception>
    /// <exception cref="ShopException">
    /// What the till may have has changed while it synchronised, or its tables are new for the second time within the hour.
    /// </exception>
    public ForeignDownload Open(
        KnownTill till, long? cursor, ForeignOutcome brought, bool isNewFile = false, IReadOnlyList<NumberBlock>? blocks = null)
    {
        var record = tills.RecordOf(till, blocks ?? []);
        if (record.Withheld is not null)
        {
            tills.NoteSeen(till);
            return new ForeignDownload(FeedSpan.Nothing(database, 0), cursor ?? 0, ForeignOutcome.Nothing, Proof(till), record.Blocks);
        }
        if (tills.NoteSeen(till) && isNewFile)
        {
            tills.LeaseAfresh(till);
        }
        tills.TopUp(till);
        Drain();
        var state = database.Reading(FeedState.Read);
        // The scope is read after the posting, and after the head: a new month may begin at any moment.
        record = tills.RecordOf(till);
        var (head, isGenuine, next) = (
            state.Head, database.Reading(session => IsGenuine(session, record, state, cursor)),
            database.Reading(session => ForeignCursor.Of(session, record, state, state.Head)));
        return cursor is not > 0 || isGenuine
            ? new ForeignDownload(new FeedSpan(database, record.Scope, ForeignCursor.PositionOf(cursor ?? 0), head), next, brought, Proof(till), record.Blocks)
            : throw new ShopException("What this till may have has changed while it synchronised. Synchronise again; nothing is lost.");
    }

    /// <summary>Parts of a document that had waited in quarantine and have come whole since need nobody any more.</summary>
    private void Settle(long till, ForeignGroups groups, IReadOnlyList<ScribedEntry> entered)
    {
        foreach (var (part, whole) in groups.Settled(entered))
        {
            if (desk.Find(part) is { State: QuarantineState.Waiting } item && item.Client == till)
            {
                desk.WriteOff(part, $"a part of a transaction that came whole since{(whole is { } n ? $", as entry {n}" : "")}");
            }
        }
    }

    private ForeignProof Proof(KnownTill till) => database.Reading(session => ForeignProof.Of(session, till.Id));

    private void Drain()
    {
        for (var waits = 0; sequencer.Drain() != SequencerOutcome.Whole; waits++)
        {
            if (waits == MostWaits)
            {
                throw new FeedBusyException();
            }
            Thread.Sleep(Wait);
        }
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
