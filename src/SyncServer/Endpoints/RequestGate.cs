namespace Bookmine.SyncServer.Endpoints;

/// <summary>
/// How many requests are worked on at a time; the others wait without a thread, in the order in which they came. Work on the database holds its thread: without a
/// bound, a thousand tills that come back at once would take every thread there is, and those who have a connection would have none to go on with.
/// </summary>
internal sealed class RequestGate : IDisposable
{
    /// <summary>Fewer than the connections to a database server, so that none waits for one.</summary>
    private const int Most = 16;

    private readonly SemaphoreSlim free = new(Most);

    /// <summary>Lets the runtime have the threads that it would otherwise make one by one, twice a second.</summary>
    public static void HaveThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 2 * Most), ports);
    }

    /// <summary>Waits for a place; disposing of it gives it back.</summary>
    public async ValueTask<Place> EnterAsync(CancellationToken cancel)
    {
        await free.WaitAsync(cancel);
        return new Place(free);
    }

    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
    {
        using var place = await EnterAsync(cancel);
        return work();
    }

    public void Dispose() => free.Dispose();

    public sealed class Place(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? held = free;

        public void Dispose() => Interlocked.Exchange(ref held, null)?.Release();
    }
}
