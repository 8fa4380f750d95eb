using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <summary>A client as the server's own records know it.</summary>
/// <param name="Scope">The buckets it may have, from the server's record of it and never from its request.</param>
/// <param name="Blocks">The blocks of printed numbers leased to it.</param>
/// <param name="ReprovisionFrom">A replica made before this moment (Unix milliseconds) is to be replaced; 0 for none.</param>
/// <param name="Withheld">Why it gets nothing; null for one that does.</param>
public sealed record ClientRecord(
    long Client, IReadOnlyList<string> Scope, IReadOnlyList<NumberBlock> Blocks, long ReprovisionFrom, Withholding? Withheld = null);

/// <summary>A client brings what it has and gets nothing.</summary>
/// <param name="Wipes">Whether it is to delete its replica besides.</param>
/// <param name="Why">For whoever stands at it, with what to do.</param>
public sealed record Withholding(bool Wipes, string Why);

/// <summary>The server's side: greets, posts, and serves the feed.</summary>
public sealed class ServerOrchestrator(
    SyncSetup setup, IServerDatabase database, IPostingHost host, SnapshotStore snapshots, TimeProvider clock, EntityIds ids)
{
    /// <summary>As many passes as fill a chunk.</summary>
    private const int PassesPerPull = 3;

    private readonly Sequencer sequencer = new(database, setup);
    private readonly RestoredRecords restored = new(database, host, clock, ids);
    private NewsBoard? news;

    /// <summary>Where clients wait for news.</summary>
    public NewsBoard News => LazyInitializer.EnsureInitialized(ref news, () => new NewsBoard(database, sequencer, setup.SnapshotBucket, clock));

    /// <exception cref="FeedBusyException">A snapshot is wanted and the feed is not whole at this moment.</exception>
    public HelloReply Hello(ClientRecord client, HelloRequest request)
    {
        restored.Notice(client.Client, request);
        sequencer.Drain();
        var (reply, differs) = database.Reading(session =>
        {
            var state = FeedState.Read(session);
            var inbox = new Inbox(session, client.Client);
            var feed = new FeedReader(session, client.Scope);
            var next = client.Withheld switch
            {
                null => NextFor(request, client.ReprovisionFrom, state, feed),
                { Wipes: true } => NextStep.Wipe,
                _ => NextStep.Upgrade,
            };
            var differs = next == NextStep.None && state.IsWhole && request.Fingerprint is { } theirs && theirs != BucketDigest.Fingerprint(feed.Digests());
            next = differs ? NextStep.Snapshot : next;
            if (next == NextStep.Snapshot && !state.IsWhole)
            {
                throw new FeedBusyException();
            }
            var offer = next == NextStep.Snapshot ? snapshots.Current(state, () => SnapshotRows(session)) : null;
            return (new HelloReply(
                inbox.Head().N, state.Epoch, state.Head, clock.GetUtcNow().ToUnixTimeMilliseconds(), next, offer, client.Blocks, Standing(inbox, request),
                Withheld: client.Withheld?.Why), differs);
        });
        if (differs)
        {
            Tell(session => host.Diverged(session, client.Client));
        }
        if (reply.Journal == JournalStanding.Forked)
        {
            Tell(session => host.Forked(session, client.Client));
        }
        // Outside the reading, which should not last as long as packing does.
        return reply.Snapshot is not { } offer ? reply
            : reply with { Snapshot = request.TakesPacked ? snapshots.Packed(offer) : offer with { Packed = null } };
    }

    private void Tell(Action<Data.Session> what) => database.Writing(session =>
    {
        what(session);
        return true;
    });

    /// <summary>
    /// A client that keeps no journal holds something of this server's that its records do not know: they were put back from a backup.
    /// </summary>
    /// <param name="epoch">The one in which that was seen.</param>
    public void ShowsRestore(ClientRecord client, string epoch) => restored.Notice(client.Client, epoch);

    /// <summary>Entries that a journal has lost, as it had sealed them.</summary>
    public IReadOnlyList<JournalEntry> Refill(ClientRecord client, long after) =>
        database.Reading(session => new Inbox(session, client.Client).After(after, Protocol.MostEntriesPerUnit));

    /// <summary>
    /// Takes entries of a journal that a person has brought by hand: what continues the client's journal is posted, what is held already
    /// stays
    /// as it is, and what lies behind a hole or after a parting of ways is kept for a person.
    /// </summary>
    public BroughtJournal Import(ClientRecord client, Guid synchronisation, IEnumerable<PushedEntry> entries)
    {
        var outcome = new BroughtJournal(0, 0, 0, 0);
        var before = database.Reading(session => new Inbox(session, client.Client).Head().N);
        var parted = false;
        foreach (var slice in entries.Chunk(Protocol.MostEntriesPerPush))
        {
            var inOrder = slice.DistinctBy(e => (e.N, Convert.ToHexString(e.Hash))).OrderBy(e => e.N).ToList();
            var reply = parted ? new PushReply(0, []) : Post(client, synchronisation, inOrder, byPerson: true);
            parted |= reply.Forked;
            outcome = outcome.Add(reply.Results, before, KeepAside(client, inOrder.Skip(reply.Results.Count)));
        }
        return outcome;
    }

    private int KeepAside(ClientRecord client, IEnumerable<PushedEntry> entries) => entries.ToList() is not { Count: > 0 } rest ? 0 : database.Writing(session =>
    {
        var inbox = new Inbox(session, client.Client);
        return rest.Count(entry => inbox.KeepForked(entry, clock.GetUtcNow().ToUnixTimeMilliseconds()));
    });

    /// <summary>Keeps entries of a forked journal for a person to look at.</summary>
    public ForkReply KeepForked(ClientRecord client, IReadOnlyList<PushedEntry> entries) => database.Writing(session =>
    {
        var inbox = new Inbox(session, client.Client);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var kept = entries.Select(entry => inbox.KeepForked(entry, now)).ToArray();
        return new ForkReply(kept.Length == 0 || !kept[0]);
    });

    /// <summary>
    /// Posts a push as units, each in a transaction of its own. When one fails because of what is in it, its halves are posted one after
    /// the other by the
    /// same way, down to one entry, which is kept in quarantine: so one bad entry holds up no other.
    /// </summary>
    public PushReply Push(ClientRecord client, Guid synchronisation, IReadOnlyList<PushedEntry> entries)
    {
        using var measured = Telemetry.Push(client.Client);
        measured.Of(Telemetry.EntriesAttribute, entries.Count);
        var reply = Post(client, synchronisation, entries, byPerson: false);
        if (reply.Forked)
        {
            Tell(session => host.Forked(session, client.Client));
        }
        Telemetry.Count(reply.Results);
        return reply;
    }

    private PushReply Post(ClientRecord client, Guid synchronisation, IReadOnlyList<PushedEntry> entries, bool byPerson)
    {
        var posting = new Posting(client.Client, synchronisation, byPerson);
        var units = entries.Chunk(Protocol.MostEntriesPerUnit).DefaultIfEmpty([]).ToList();
        var results = new List<EntryResult>(entries.Count);
        var understood = Understand(units[0]);
        var done = new PushReply(0, []);
        for (var i = 0; ; i++)
        {
            // While one is written, the next is understood.
            var next = i + 1 < units.Count ? units[i + 1] : null;
            var following = next is null ? null : Task.Run(() => Understand(next));
            try
            {
                done = Post(posting, understood);
            }
            catch (Exception) when (i > 0)
            {
                // What was posted before is told; the client comes again with the rest, and hears why it cannot be.
                return done with { Results = results };
            }
            results.AddRange(done.Results);
            if (following is null || done.Forked || done.Results.Count < units[i].Length)
            {
                return done with { Results = results };
            }
            understood = following.GetAwaiter().GetResult();
        }
    }

    private Understood[] Understand(PushedEntry[] entries) => Array.ConvertAll(entries, e => Understood.Of(setup, e));

    private sealed record Posting(long Client, Guid Synchronisation, bool ByPerson);

    private PushReply Post(Posting posting, ArraySegment<Understood> entries)
    {
        try
        {
            return Post(posting, _ => entries);
        }
        catch (Exception e) when (entries.Count > 0 && IsOfEntry(e))
        {
            return entries is [var only] ? Keep(posting, only, e) : PostHalves(posting, entries);
        }
    }

    private PushReply Post(Posting posting, Func<Data.Session, ArraySegment<Understood>> entries) => database.Writing(session =>
        new Push(setup, host, session, posting.Client, posting.ByPerson).Post(posting.Synchronisation, entries(session)));

    private PushReply PostHalves(Posting posting, ArraySegment<Understood> entries)
    {
        var half = entries.Count / 2;
        var first = Post(posting, entries[..half]);
        if (first.Forked || first.Results.Count < half)
        {
            return first;
        }
        var second = Post(posting, entries[half..]);
        return second with { Results = [.. first.Results, .. second.Results] };
    }

    /// <summary>
    /// Keeps an entry that cannot be written, with the reason; the machine's own failures are none, and come through here again.
    /// </summary>
    private PushReply Keep(Posting posting, Understood entry, Exception failure) => Post(posting, session => new[]
    {
        entry.Refused(failure is RowConflictException conflict && entry.Group is not null
            ? Conflicts.Describe(session, entry.Group, conflict)
            : $"the server failed on it ({failure.GetType().Name})"),
    });

    /// <summary>
    /// The next rows for the client, in one short read. A long backlog is sequenced a chunk's worth at a time, so that the client applies
    /// one
    /// chunk while the next is sequenced.
    /// </summary>
    /// <exception cref="EpochException">The cursors are of another epoch.</exception>
    /// <exception cref="FeedBusyException">There is nothing to send and the feed is not whole.</exception>
    public PullChunk Pull(ClientRecord client, PullRequest request)
    {
        using var measured = Telemetry.Pull(client.Client);
        while (true)
        {
            var outcome = sequencer.Drain(PassesPerPull);
            var chunk = database.Reading(session => FeedState.Read(session).Epoch == request.Epoch
                ? new FeedReader(session, client.Scope).After(request.Cursors)
                : throw new EpochException());
            if (chunk.Head.Checkpoint is not null || chunk.Head.Rows > 0)
            {
                measured.Of(Telemetry.RowsAttribute, chunk.Head.Rows);
                return chunk;
            }
            if (outcome != SequencerOutcome.More)
            {
                throw new FeedBusyException();
            }
        }
    }

    /// <summary>
    /// Brings the feed up to what was committed by now, or some way towards it, for whoever reads it without being a client.
    /// </summary>
    public void CatchUp() => sequencer.Drain(PassesPerPull);

    /// <summary>
    /// Waits until there is something for the client to download, or for as long as it asks. Touches nothing of its journal.
    /// </summary>
    /// <param name="scope">Reads the buckets that the client may have, anew before each look; null for one that may have nothing any more,
    /// which a hello
    /// will tell it.</param>
    /// <param name="inTurn">Runs a look at the database when it is its turn.</param>
    public async Task<NewsReply> NewsAsync(
        long client, Func<Data.Session, IReadOnlyList<string>?> scope, NewsRequest request, Func<Func<bool>, Task<bool>> inTurn, CancellationToken cancel)
    {
        var wait = TimeSpan.FromSeconds(Math.Clamp(request.WaitSeconds, 0, Protocol.MostWaitSeconds));
        return new NewsReply(await News.WaitAsync(client, held => inTurn(() => Look(held)), wait, cancel).ConfigureAwait(false));

        bool Look(NewsWait held) => database.Reading(session => (held.Scope = scope(session)) is not { } buckets || IsNews(session, buckets, request));
    }

    private static bool IsNews(Data.Session session, IReadOnlyList<string> scope, NewsRequest request) =>
        FeedState.Read(session).Epoch != request.Epoch || new FeedReader(session, scope).AnythingAfter(request.Cursors);

    /// <summary>The path of a snapshot's file; null when the server no longer has it.</summary>
    public string? SnapshotPath(string name) => snapshots.PathOf(name);

    private bool IsOfEntry(Exception failure) =>
        failure is not (OperationCanceledException or RecordsElsewhereException or PostingPutOffException) && database.ComesFromData(failure);

    private static JournalStanding Standing(Inbox inbox, HelloRequest request)
    {
        var held = inbox.Head().N;
        if (request.LastN < held)
        {
            // One that has lost more than is kept here cannot be filled again: it goes on as another till.
            var isKept = Math.Min(request.LastN, request.Acknowledged) >= inbox.KeptAfter;
            return isKept && Same(request.LastN, request.LastChain) ? JournalStanding.Short : JournalStanding.Forked;
        }
        return request.Acknowledged > held || Same(request.Acknowledged, request.Chain) ? JournalStanding.Sound : JournalStanding.Forked;

        bool Same(long n, string chain) => chain.Length == 0 || (inbox.ChainAt(n) is { } here && Convert.ToHexStringLower(here) == chain);
    }

    private NextStep NextFor(HelloRequest request, long reprovisionFrom, FeedState state, FeedReader feed)
    {
        if (request.Protocol != Protocol.Version || request.Schema != setup.SchemaVersion)
        {
            return NextStep.Upgrade;
        }
        var shared = setup.SnapshotBucket;
        return request.Epoch != state.Epoch || !request.Cursors.TryGetValue(shared, out var cursor) || cursor > state.Head || request.Cursors.Values.Any(c => c < state.Floor) || request.ProvisionedAt < reprovisionFrom
            ? NextStep.Snapshot
            : feed.AnythingAfter(request.Cursors) ? NextStep.Delta
            : NextStep.None;
    }

    private IEnumerable<PullChunk> SnapshotRows(Data.Session session)
    {
        var feed = new FeedReader(session, [setup.SnapshotBucket]);
        var cursors = new Dictionary<string, long>();
        while (true)
        {
            var chunk = feed.After(cursors);
            yield return chunk.Head.Checkpoint is not null || chunk.Head.Rows > 0 ? chunk : throw new FeedBusyException();
            if (chunk.Head.Checkpoint is not null)
            {
                yield break;
            }
            cursors = chunk.Head.Cursors;
        }
    }
}

/// <summary>What became of a journal that was brought by hand.</summary>
/// <param name="Known">Entries that were held before.</param>
/// <param name="KeptAside">Entries that do not continue what is held; they are with those in quarantine.</param>
public sealed record BroughtJournal(long Posted, long Quarantined, long Known, long KeptAside)
{
    internal BroughtJournal Add(IReadOnlyList<EntryResult> answers, long before, int aside)
    {
        var fresh = answers.Where(a => a.N > before).ToList();
        var posted = fresh.Count(a => a.State == EntryState.Posted);
        return new BroughtJournal(Posted + posted, Quarantined + fresh.Count - posted, Known + answers.Count - fresh.Count, KeptAside + aside);
    }
}

/// <summary>The client's cursors belong to another epoch of the server's database; its next hello brings a snapshot.</summary>
public sealed class EpochException() : Exception("The server's records were restored since; start the download afresh.");
