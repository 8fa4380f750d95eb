using System.Collections.Concurrent;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>
/// How many requests are worked on at a time; the others wait without a thread, in the order in which they came. Work on the database holds
/// its
/// thread: without a bound, a thousand tills that come back at once would take every thread there is, and those who have a connection would
/// have none to go on with.
/// </summary>
internal sealed class RequestGate : IDisposable
{
    // Together fewer than the connections to a database server, so that none waits for one.
    private const int MostPosting = 5;
    private const int MostOthers = 11;
    private const int MostForeign = 2;
    private const int MostPages = 3;

    private readonly ConcurrentDictionary<long, SemaphoreSlim> turns = [];

    /// <summary>For what tills post: a sale never waits for a download.</summary>
    public Lane Posting { get; } = new(MostPosting);

    public Lane Others { get; } = new(MostOthers);

    /// <summary>
    /// For tills of other engines, which bring and fetch much at once: neither a sale nor a download of the others waits for them.
    /// </summary>
    public Lane Foreign { get; } = new(MostForeign);

    /// <summary>For the pages of the back office: tills never wait for what somebody looks at.</summary>
    public Lane Pages { get; } = new(MostPages);

    /// <summary>A turn for each till of another engine, which is taken before a place, so that none holds several.</summary>
    public SemaphoreSlim TurnOf(long till) => turns.GetOrAdd(till, _ => new SemaphoreSlim(1));

    /// <summary>Lets the runtime have the threads that it would otherwise make one by one, twice a second.</summary>
    public static void HaveThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 2 * (MostPosting + MostOthers + MostForeign + MostPages)), ports);
    }

    public void Dispose()
    {
        Posting.Dispose();
        Others.Dispose();
        Foreign.Dispose();
        Pages.Dispose();
    }

    /// <summary>Places for one kind of request.</summary>
    public sealed class Lane(int places) : IDisposable
    {
        private readonly SemaphoreSlim free = new(places);

        /// <summary>Runs the work when there is a place.</summary>
        public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
        {
            await free.WaitAsync(cancel);
            try
            {
                return work();
            }
            finally
            {
                free.Release();
            }
        }

        /// <summary>The same for work that goes on elsewhere before it is done: the place is held that long.</summary>
        public async ValueTask<T> HoldAsync<T>(Func<ValueTask<T>> work, CancellationToken cancel)
        {
            await free.WaitAsync(cancel);
            try
            {
                return await work();
            }
            finally
            {
                free.Release();
            }
        }

        public void Dispose() => free.Dispose();
    }
}
