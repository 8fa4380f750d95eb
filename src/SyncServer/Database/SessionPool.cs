using System.Collections.Concurrent;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Database;

/// <summary>Keeps sessions open with their prepared statements; one that failed is closed, not kept.</summary>
internal sealed class SessionPool(Func<Session> open) : IDisposable
{
    private const int MostKept = 8;
    private readonly ConcurrentBag<Session> idle = [];

    public T Use<T>(Func<Session, T> work)
    {
        var session = idle.TryTake(out var kept) ? kept : open();
        try
        {
            var result = work(session);
            if (idle.Count < MostKept)
            {
                idle.Add(session);
                session = null;
            }
            return result;
        }
        finally
        {
            session?.Dispose();
        }
    }

    public void Dispose()
    {
        while (idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }
}
