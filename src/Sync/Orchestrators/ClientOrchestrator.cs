using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <summary>
/// The client's side of a synchronisation: hello, push what is unanswered, download what changed. At most one push and one download run
/// at a time, independent of each other. Whatever breaks off is taken up again by the next call.
/// </summary>
/// <param name="control">Reads an entry's printed number and control amount from its content.</param>
/// <param name="beforeFresh">
/// What the server is to be told before it gives out a whole replica, as one does whose records were put back; null for nothing.
/// </param>
/// <param name="tellsClock">What this machine says of its clock; null for nothing.</param>
/// <param name="tellsTrouble">What a person should see to at this machine; null for nothing.</param>
public sealed class ClientOrchestrator(
    SyncSetup setup, ClientJournal journal, IFileStore files, string folder, IServerChannel channel, TimeProvider clock, EntityIds ids,
    Func<PushedEntry, (long? Number, long Amount)> control, Func<ClientClock>? tellsClock = null,
    Func<CancellationToken, Task>? beforeFresh = null, Func<string?>? tellsTrouble = null) : IDisposable
{
    private const int MostRounds = 4;

    /// <summary>A push that is done sooner is followed by its download, and not accompanied.</summary>
    private static readonly TimeSpan BeforeDownloadBeside = TimeSpan.FromMilliseconds(100);
    private readonly SemaphoreSlim pushing = new(1, 1);
    private readonly Guid running = ids.Next();
    private readonly Downloader downloader = new(setup, files, folder, channel, clock);

    /// <summary>Everything: post, then bring the replica up to date.</summary>
    /// <exception cref="ServerAwayException">The server cannot be reached; what was acknowledged before stays so.</exception>
    public async Task<SyncOutcome> SynchroniseAsync(IProgress<SyncProgress>? progress = null, CancellationToken cancel = default)
    {
        progress?.Report(new SyncProgress(SyncStage.Greeting, 0, 0));
        var hello = await HelloAsync(cancel).ConfigureAwait(false);
        var session = ids.Next();
        var push = hello.PutOff is null ? PushAsync(session, progress, cancel) : Task.FromResult<IReadOnlyList<EntryResult>>([]);
        var upgrade = hello.Next == NextStep.Upgrade;
        var beside = new DownloadOutcome(0, false);
        try
        {
            beside = hello.Next is NextStep.None or NextStep.Delta ? await DownloadBesideAsync(push, hello, cancel).ConfigureAwait(false) : beside;
        }
        finally
        {
            // Nothing of this synchronisation runs on when it ends, however it ends.
            await ((Task)push).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        var results = await push.ConfigureAwait(false);
        StopIfWiped(hello);
        var next = results.Count > 0 && hello.Next == NextStep.None ? NextStep.Delta : hello.Next;
        if (next == NextStep.Snapshot && beforeFresh is not null)
        {
            await beforeFresh(cancel).ConfigureAwait(false);
        }
        var download = upgrade ? new DownloadOutcome(0, false) : await downloader.RunAsync(next, hello, progress, cancel).ConfigureAwait(false);
        return new SyncOutcome(
            session, results, beside.Rows + download.Rows,
            hello.ServerTime - clock.GetUtcNow().ToUnixTimeMilliseconds(), upgrade && hello.Withheld is null, beside.Replaced || download.Replaced,
            hello.PutOff, hello.Withheld);
    }

    /// <summary>
    /// A long push leaves the till idle while the server posts, so what is posted by then comes down meanwhile. The two are independent of
    /// each
    /// other: the replica says itself up to which entry it includes them, whatever the journal has noted of the answers. What fails here is
    /// found
    /// again by the download that follows.
    /// </summary>
    private async Task<DownloadOutcome> DownloadBesideAsync(Task push, HelloReply hello, CancellationToken cancel)
    {
        var all = new DownloadOutcome(0, false);
        await Task.WhenAny(push, Task.Delay(BeforeDownloadBeside, clock, cancel)).ConfigureAwait(false);
        while (!push.IsCompleted)
        {
            try
            {
                var some = await downloader.RunAsync(NextStep.Delta, hello, null, cancel).ConfigureAwait(false);
                all = new DownloadOutcome(all.Rows + some.Rows, all.Replaced || some.Replaced);
            }
#pragma warning disable CA1031 // As the summary says: the same download is made again when the push is done, and tells.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await push.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
#pragma warning restore CA1031
            await Task.WhenAny(push, Task.Delay(BeforeDownloadBeside, clock, cancel)).ConfigureAwait(false);
        }
        return all;
    }

    /// <summary>Posts what is unanswered, and nothing else: the way of what is done with the server at hand.</summary>
    public Task<IReadOnlyList<EntryResult>> PushAsync(CancellationToken cancel = default) => PushAsync(running, null, cancel);

    private async Task<IReadOnlyList<EntryResult>> PushAsync(Guid session, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        await pushing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await PushAllAsync(session, progress, cancel).ConfigureAwait(false);
        }
        finally
        {
            pushing.Release();
        }
    }

    /// <summary>
    /// Batch after batch, each sent only when the one before is answered. While the server posts one, the answers to the one before are
    /// noted and the next is read.
    /// </summary>
    private async Task<IReadOnlyList<EntryResult>> PushAllAsync(Guid session, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        var results = new List<EntryResult>();
        var (start, last) = (journal.Acknowledged, journal.LastN);
        journal.MakeDurable();
        var batch = last > start ? Batch(start) : [];
        var blocks = journal.Blocks();
        Task<PushReply> Push(List<JournalEntry> entries) =>
            channel.PushAsync(session, entries, BlockProofs.Write(blocks, [.. entries.Select(e => e.Number ?? 0)]), cancel);
        var answer = batch.Count > 0 ? Push(batch) : null;
        while (answer is not null)
        {
            progress?.Report(new SyncProgress(SyncStage.Posting, results.Count, last - start));
            var following = Batch(batch[^1].N);
            var reply = await answer.ConfigureAwait(false);
            if (reply.Forked)
            {
                throw new JournalForkedException();
            }
            var through = Through(reply, batch);
            batch = through == batch[^1].N ? following : Batch(through);
            answer = through < last ? Push(batch) : null;
            journal.Acknowledge(reply.Results, through);
            results.AddRange(reply.Results);
        }
        progress?.Report(new SyncProgress(SyncStage.Posting, last - start, last - start));
        return results;
    }

    /// <summary>How far the batch is answered.</summary>
    private static long Through(PushReply reply, List<JournalEntry> batch)
    {
        var through = Math.Min(reply.Acknowledged, batch[^1].N);
        return through >= batch[0].N && reply.Results.Count > through - batch[0].N
            ? through
            : throw new ServerRefusedException(
                $"The server answered {reply.Results.Count} of {batch.Count} entries from {batch[0].N} on and holds {reply.Acknowledged}. "
                + "Its records and this till's journal do not fit together; ask the manager to look at this till's posting report.", 409);
    }

    /// <summary>
    /// Waits at the server until there is something to download, without a replica for nothing. Touches neither journal nor replica.
    /// </summary>
    /// <returns>Whether a synchronisation is worth while; false when the time is over.</returns>
    public async Task<bool> WaitForNewsAsync(TimeSpan atMost, CancellationToken cancel)
    {
        NewsRequest request;
        using (var replica = downloader.OpenCurrent())
        {
            if (replica?.Epoch is not { } epoch)
            {
                return true;
            }
            request = new NewsRequest(epoch, replica.Cursors(), (int)Math.Ceiling(atMost.TotalSeconds));
        }
        return (await channel.NewsAsync(request, cancel).ConfigureAwait(false)).IsNews;
    }

    /// <summary>Fetches a fresh replica. The journal is not touched: there is nothing to upload first.</summary>
    public async Task ReprovisionAsync(IProgress<SyncProgress>? progress = null, CancellationToken cancel = default)
    {
        progress?.Report(new SyncProgress(SyncStage.Greeting, 0, 0));
        var hello = await GreetAsync(null, cancel).ConfigureAwait(false);
        StopIfWithheld(hello);
        if (hello.Next == NextStep.Upgrade)
        {
            throw new ServerRefusedException("The server wants a newer program before it gives out a replica. Install it first.", 426);
        }
        await downloader.RunAsync(NextStep.Snapshot, hello, progress, cancel).ConfigureAwait(false);
    }

    /// <summary>Counts every row of the replica afresh, and replaces it when it does not amount to what was received.</summary>
    /// <returns>The number of rows, and what was wrong; null for nothing.</returns>
    public async Task<(long Rows, string? Fault)> CheckAsync(IProgress<SyncProgress>? progress = null, CancellationToken cancel = default)
    {
        var hello = await HelloAsync(cancel).ConfigureAwait(false);
        StopIfWithheld(hello);
        var (rows, fault) = await downloader.CheckAsync(hello, progress, cancel).ConfigureAwait(false);
        if (fault is not null)
        {
            await HelloAsync(cancel).ConfigureAwait(false);
        }
        return (rows, fault);
    }

    /// <summary>One that is to have no replica ends here, when it has brought what it had: it was deleted when it heard of that.</summary>
    private static void StopIfWiped(HelloReply hello)
    {
        if (hello.Next == NextStep.Wipe)
        {
            throw new ServerRefusedException(
                hello.Withheld ?? "This till was revoked. Its replica is deleted and its journal kept. The manager lets it in again.", 403);
        }
    }

    /// <summary>One that gets no records ends here, where records are all that was asked for.</summary>
    private static void StopIfWithheld(HelloReply hello)
    {
        StopIfWiped(hello);
        if (hello.Withheld is { } why)
        {
            throw new ServerRefusedException(why, 403);
        }
    }

    public void Dispose()
    {
        pushing.Dispose();
        downloader.Dispose();
    }

    private async Task<HelloReply> HelloAsync(CancellationToken cancel)
    {
        using var replica = downloader.OpenCurrent();
        try
        {
            return await GreetAsync(replica, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (DamagedValueException.IsDamage(files, e))
        {
            return await GreetAsync(null, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Says hello and puts the journal right by what the server holds of it, in as many rounds as that takes.</summary>
    private async Task<HelloReply> GreetAsync(ReplicaFile? replica, CancellationToken cancel)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var mended = downloader.Mended;
            var hello = await channel.HelloAsync(Hello(replica) with { Mended = mended }, cancel).ConfigureAwait(false);
            if (hello.Next == NextStep.Wipe)
            {
                // Whatever state the journal is in.
                downloader.Wipe();
            }
            if (hello.Journal == JournalStanding.Forked)
            {
                throw new JournalForkedException();
            }
            if (mended is not null)
            {
                downloader.MendedWasTold();
            }
            foreach (var block in hello.Blocks)
            {
                journal.AddBlock(block);
            }
            if (hello.Journal == JournalStanding.Short)
            {
                // The server holds all that this journal has; one that is to have nothing at all is not filled again either.
                StopIfWiped(hello);
                await RefillAsync(cancel).ConfigureAwait(false);
            }
            else if (!journal.IsSuspect)
            {
                journal.Reopen(hello.Acknowledged);
                return hello;
            }
            journal.Settle();
        }
        throw new ServerRefusedException("The server and this till do not come to terms about the journal. Show this to the manager; keep the till's folder.", 409);
    }

    private async Task RefillAsync(CancellationToken cancel)
    {
        // From the last answer known here: answers may be lost as well as entries.
        while (await channel.RefillAsync(journal.Acknowledged, cancel).ConfigureAwait(false) is { Count: > 0 } entries)
        {
            journal.Refill(entries, control);
        }
    }

    /// <summary>
    /// Hands all that a forked journal has beyond the common part to the server, which keeps it for a person. What was handed over may be
    /// handed over again.
    /// </summary>
    public async Task HandOverForkAsync(CancellationToken cancel = default)
    {
        var session = ids.Next();
        for (var through = journal.LastN; through > 0;)
        {
            var from = Math.Max(through - Protocol.MostEntriesPerUnit, 0);
            var entries = journal.After(from, Protocol.MostEntriesPerUnit).Where(e => e.N <= through).ToList();
            if ((await channel.HandOverForkAsync(session, entries, cancel).ConfigureAwait(false)).ReachedCommon)
            {
                return;
            }
            through = from;
        }
    }

    private HelloRequest Hello(ReplicaFile? replica)
    {
        var (acknowledged, last) = (journal.Acknowledged, journal.LastN);
        var (proof, highest) = (AnswerProof.Of(journal.ByN(acknowledged)), AnswerProof.Of(journal.HighestNumbered));
        return new HelloRequest(
            Protocol.Version, setup.SchemaVersion, last, acknowledged, Convert.ToHexStringLower(journal.ChainAt(acknowledged)),
            replica?.Epoch, replica?.Cursors() ?? [], replica?.ProvisionedAt ?? 0, journal.NumbersLeft, journal.Blocks(),
            Convert.ToHexStringLower(journal.ChainAt(last)), proof, replica?.Fingerprint(), HighestProof: highest, Clock: tellsClock?.Invoke(),
            HighestNumber: highest?.Answer.Number ?? 0,
            Report: new ClientReport(journal.Unposted().Amount, journal.UnpostedSince, tellsTrouble?.Invoke()));
    }

    private List<JournalEntry> Batch(long after)
    {
        var batch = new List<JournalEntry>();
        var bytes = 0;
        foreach (var entry in journal.Following(after, Protocol.MostEntriesPerPush))
        {
            if (batch.Count > 0 && bytes + entry.Payload.Length > Protocol.MostBytesPerPush)
            {
                break;
            }
            batch.Add(entry);
            bytes += entry.Payload.Length;
        }
        return batch;
    }
}

/// <summary>
/// The journal here and what the server holds of it differ: this machine was put back from a copy, or two were made from one.
/// </summary>
public sealed class JournalForkedException() : Exception(
    "This till's journal and what the server holds of it have gone different ways: the till was put back from a copy, or two machines were made from one.");
