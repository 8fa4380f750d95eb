using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer;

/// <summary>
/// Tells those who wait for it that something was committed: pages that show what goes on, programs that ask for news. Looks at the
/// database only while somebody waits.
/// </summary>
internal sealed class CommitNews(IServerDatabase database, TimeProvider clock) : BackgroundService
{
    public static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(3);
    private readonly Lock gate = new();
    private readonly List<Action> readers = [];
    private TaskCompletionSource someone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="changed">Called on any thread; returns at once.</param>
    /// <returns>Ends it when disposed of.</returns>
    public IDisposable Subscribe(Action changed)
    {
        lock (gate)
        {
            readers.Add(changed);
            someone.TrySetResult();
        }
        return new Subscription(this, changed);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await someone.Task.WaitAsync(stoppingToken);
            try
            {
                using var watch = database.Watch();
                watch.HasChanged();
                while (HasReaders())
                {
                    await Task.Delay(AtMostEvery, clock, stoppingToken);
                    if (watch.HasChanged())
                    {
                        Tell();
                    }
                }
            }
#pragma warning disable CA1031 // A database that is away is asked again; whoever waits finds that out by asking for what was committed.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await Task.Delay(AtMostEvery, clock, stoppingToken);
            }
#pragma warning restore CA1031
        }
    }

    private bool HasReaders()
    {
        lock (gate)
        {
            if (readers.Count == 0)
            {
                someone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            return readers.Count > 0;
        }
    }

    private void Tell()
    {
        Action[] all;
        lock (gate)
        {
            all = [.. readers];
        }
        Array.ForEach(all, read => read());
    }

    private sealed class Subscription(CommitNews news, Action changed) : IDisposable
    {
        public void Dispose()
        {
            lock (news.gate)
            {
                news.readers.Remove(changed);
            }
        }
    }
}
