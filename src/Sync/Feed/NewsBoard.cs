using System.Diagnostics;
using System.Security.Cryptography;
using Bookmine.Sync.Data;

namespace Bookmine.Sync.Feed;

/// <summary>
/// Where clients wait for the feed to move in a bucket of theirs, and the one watcher of a host that wakes them. A client that waits has no thread and asks
/// nothing of the database. News is a hint that a hello is worth while, never the truth: what is lost, late or told twice costs nothing but the hello.
/// </summary>
/// <param name="shared">The bucket that every client has: its news is gathered longer, for all come at once.</param>
public sealed class NewsBoard(IServerDatabase database, Sequencer sequencer, string shared, TimeProvider clock)
{
    private static readonly TimeSpan GatherShared = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(500);

    /// <summary>Between one that is woken and the next: they do not all come in the same moment.</summary>
    private static readonly TimeSpan BetweenTwo = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);
    private static readonly FeedState NothingSeen = new("", 0, 0, 0);

    private readonly Lock gate = new();
    private readonly Dictionary<long, NewsWait> waiting = [];
    private readonly Dictionary<string, long> told = new(StringComparer.Ordinal);
    private readonly HashSet<string> gathered = new(StringComparer.Ordinal);
    private TaskCompletionSource someoneWaits = NewSource();
    private FeedState seen = NothingSeen;

    /// <summary>How many wait at this moment.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Waits until there is news, or for so long. Of one client the last wait counts: an earlier one ends.</summary>
    /// <param name="look">Says what buckets are waited for, and whether there is news: before any waiting, and each time that the feed has moved in one.</param>
    public async Task<bool> WaitAsync(long client, Func<NewsWait, Task<bool>> look, TimeSpan atMost, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        using var wait = Enter(client);
        while (true)
        {
            var woken = wait.Woken;
            // Only now, so that nothing falls between looking and waiting.
            if (await look(wait).ConfigureAwait(false))
            {
                return true;
            }
            var left = atMost - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || !await EitherAsync(woken, left, cancel).ConfigureAwait(false) || wait.IsReplaced)
            {
                return false;
            }
            await Task.Delay(await woken.ConfigureAwait(false), cancel).ConfigureAwait(false);
            wait.Renew();
            if (wait.IsReplaced)
            {
                return false;
            }
        }
    }

    /// <summary>Begins to wait; whoever does looks for news then, and not before.</summary>
    public NewsWait Enter(long client)
    {
        var wait = new NewsWait(client, Leave);
        lock (gate)
        {
            waiting.GetValueOrDefault(client)?.Replace();
            waiting[client] = wait;
            someoneWaits.TrySetResult();
        }
        return wait;
    }

    /// <summary>Watches the database while anyone waits; until it is cancelled.</summary>
    /// <param name="failed">Told of a database that did not answer; the watch goes on.</param>
    public async Task WatchAsync(Action<Exception> failed, CancellationToken cancel)
    {
        while (true)
        {
            Task someone;
            lock (gate)
            {
                someone = someoneWaits.Task;
            }
            await someone.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                using var watch = database.Watch();
                for (var isWhole = false; Waiting > 0;)
                {
                    if (watch.HasChanged() || !isWhole)
                    {
                        isWhole = Look();
                    }
                    Tell();
                    await Task.Delay(watch.Every, cancel).ConfigureAwait(false);
                }
            }
#pragma warning disable CA1031 // Whatever fails: those who wait come with a hello all the same when their time is over.
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                failed(e);
                await Task.Delay(AfterFailure, cancel).ConfigureAwait(false);
            }
#pragma warning restore CA1031
            seen = NothingSeen;
        }
    }

    /// <summary>Whether no news is held back to be gathered.</summary>
    public bool IsAllTold => gathered.Count == 0;

    /// <summary>Brings the feed up to date, and gathers the buckets in which it has moved. For one thread at a time, like <see cref="Tell"/>.</summary>
    /// <returns>False when it was not to be had whole: it is to be called again then.</returns>
    public bool Look()
    {
        var isWhole = sequencer.Drain() == SequencerOutcome.Whole;
        var (state, moved) = database.Reading(s => Moved(s, seen));
        seen = state;
        if (moved is null)
        {
            Wake(_ => true);
        }
        else
        {
            gathered.UnionWith(moved);
        }
        return isWhole;
    }

    /// <summary>Where the feed stands, and the buckets in which it has moved since; null where that cannot be said.</summary>
    private static (FeedState State, List<string>? Moved) Moved(Session session, FeedState since)
    {
        var state = FeedState.Read(session);
        if (state.Epoch != since.Epoch)
        {
            return (state, null);
        }
        var moved = new List<string>();
        if (state.Tip != since.Tip || state.Head != since.Head)
        {
            using var reader = session.Query(
                "SELECT name FROM sync_bucket WHERE id IN (SELECT bucket FROM sync_feed WHERE seq > @since)", Math.Min(since.Tip, since.Head));
            while (reader.Read())
            {
                moved.Add(reader.GetString(0));
            }
        }
        return (state, moved);
    }

    /// <summary>Wakes those whom news concerns: the first of a bucket is told at once, and what follows close on it is gathered.</summary>
    public void Tell()
    {
        if (gathered.Count > 0)
        {
            var now = clock.GetTimestamp();
            var due = gathered.Where(b => IsDue(b, now)).ToHashSet(StringComparer.Ordinal);
            gathered.ExceptWith(due);
            foreach (var bucket in due)
            {
                told[bucket] = now;
            }
            Wake(wait => wait.Scope?.Any(due.Contains) ?? true);
        }
    }

    private bool IsDue(string bucket, long now) =>
        !told.TryGetValue(bucket, out var last) || clock.GetElapsedTime(last, now) >= (bucket == shared ? GatherShared : Gather);

    private void Wake(Func<NewsWait, bool> concerns)
    {
        NewsWait[] woken;
        lock (gate)
        {
            woken = [.. waiting.Values.Where(concerns)];
        }
        RandomNumberGenerator.Shuffle(woken.AsSpan());
        for (var i = 0; i < woken.Length; i++)
        {
            woken[i].Wake(i * BetweenTwo);
        }
    }

    private void Leave(NewsWait wait)
    {
        lock (gate)
        {
            if (waiting.TryGetValue(wait.Client, out var held) && held == wait)
            {
                waiting.Remove(wait.Client);
            }
            if (waiting.Count == 0 && someoneWaits.Task.IsCompleted)
            {
                someoneWaits = NewSource();
            }
        }
    }

    /// <returns>False when the time was over first.</returns>
    private static async Task<bool> EitherAsync(Task woken, TimeSpan left, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(woken, Task.Delay(left, ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return woken.IsCompleted;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>One client's wait for news; it ends when it is disposed of.</summary>
public sealed class NewsWait(long client, Action<NewsWait> left) : IDisposable
{
    private volatile TaskCompletionSource<TimeSpan> woken = NewSource();
    private volatile bool isReplaced;

    public long Client => client;

    /// <summary>The buckets waited for; null while they are not known, when all concern it.</summary>
    public IReadOnlyList<string>? Scope { get; set; }

    /// <summary>Ends when the feed has moved in a bucket of the scope, with how long to hold back before looking.</summary>
    public Task<TimeSpan> Woken => woken.Task;

    /// <summary>Whether the client waits anew elsewhere.</summary>
    public bool IsReplaced => isReplaced;

    public void Dispose() => left(this);

    internal void Wake(TimeSpan holdBack) => woken.TrySetResult(holdBack);

    internal void Renew() => woken = NewSource();

    internal void Replace()
    {
        isReplaced = true;
        Wake(TimeSpan.Zero);
    }

    private static TaskCompletionSource<TimeSpan> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
