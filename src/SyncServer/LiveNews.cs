namespace Bookmine.SyncServer;

/// <summary>
/// Has open pages read themselves again when something was committed: one after another, each no sooner than it has kept the machine from other work for a
/// twentieth of the time. So what a till posts takes as long with ten pages open as with none, and where pages are dear they are some seconds older.
/// </summary>
internal sealed class LiveNews(CommitNews news, TimeProvider clock) : IDisposable
{
    /// <summary>For each moment of reading so many of rest.</summary>
    private const int RestsForEach = 19;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource ending = new();
    private readonly List<Reader> readers = [];
    private readonly Queue<Reader> waiting = new();
    private IDisposable? subscription;
    private bool isTelling;

    /// <param name="read">Reads the page again, and ends when it has.</param>
    /// <returns>Ends it when disposed of.</returns>
    public IDisposable Subscribe(Func<Task> read)
    {
        var reader = new Reader(this, read);
        lock (gate)
        {
            readers.Add(reader);
            subscription ??= news.Subscribe(Tell);
        }
        return reader;
    }

    public void Dispose()
    {
        ending.Cancel();
        subscription?.Dispose();
        ending.Dispose();
    }

    private void Tell()
    {
        lock (gate)
        {
            readers.Where(r => !r.IsWaiting).ToList().ForEach(r =>
            {
                r.IsWaiting = true;
                waiting.Enqueue(r);
            });
            if (isTelling || waiting.Count == 0)
            {
                return;
            }
            isTelling = true;
        }
        _ = Task.Run(TellAllAsync);
    }

    private async Task TellAllAsync()
    {
        while (Next() is { } reader)
        {
            var began = clock.GetTimestamp();
            try
            {
                await reader.Read().WaitAsync(Patience, clock, ending.Token);
                await Task.Delay(RestsForEach * clock.GetElapsedTime(began), clock, ending.Token);
            }
#pragma warning disable CA1031 // A page that is gone, or cannot be read, holds up no other.
            catch (Exception)
            {
                if (ending.IsCancellationRequested)
                {
                    return;
                }
            }
#pragma warning restore CA1031
        }
    }

    private Reader? Next()
    {
        lock (gate)
        {
            while (waiting.TryDequeue(out var reader))
            {
                reader.IsWaiting = false;
                if (readers.Contains(reader))
                {
                    return reader;
                }
            }
            isTelling = false;
            return null;
        }
    }

    private sealed class Reader(LiveNews owner, Func<Task> read) : IDisposable
    {
        public Func<Task> Read { get; } = read;

        public bool IsWaiting { get; set; }

        public void Dispose()
        {
            lock (owner.gate)
            {
                owner.readers.Remove(this);
                if (owner.readers.Count == 0)
                {
                    owner.subscription?.Dispose();
                    owner.subscription = null;
                }
            }
        }
    }
}
