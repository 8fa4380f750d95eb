using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Pages.Shell;

/// <summary>Tells pages that show what goes on that something was committed. Looks at the database only while such a page is open, and calls each at most as often as said.</summary>
internal sealed class PageNews(IServerDatabase database, TimeProvider clock) : BackgroundService
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
#pragma warning disable CA1031 // A database that is away is asked again; the pages say so themselves when they are loaded.
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

    private sealed class Subscription(PageNews news, Action changed) : IDisposable
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
