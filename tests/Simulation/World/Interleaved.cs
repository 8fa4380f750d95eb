using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;

namespace Bookmine.Simulation.World;

/// <summary>The server's database as it is with other programs at work on it: between any two transactions another may have written.</summary>
internal sealed class Interleaved(IServerDatabase inner, Action<IServerDatabase> between) : IServerDatabase
{
    private bool isBetween;

    public string EngineTables => inner.EngineTables;

    public IEnumerable<string> Triggers(SyncTable table) => inner.Triggers(table);

    public bool ComesFromData(Exception failure) => inner.ComesFromData(failure);

    public T Writing<T>(Func<Session, T> work)
    {
        Between();
        return inner.Writing(work);
    }

    public bool TrySequencing(Action<Session> work)
    {
        Between();
        return inner.TrySequencing(work);
    }

    public IChangeWatch Watch() => inner.Watch();

    public T Reading<T>(Func<Session, T> work)
    {
        Between();
        return inner.Reading(work);
    }

    public void Dispose() => inner.Dispose();

    private void Between()
    {
        if (isBetween)
        {
            return;
        }
        isBetween = true;
        try
        {
            between(inner);
        }
        finally
        {
            isBetween = false;
        }
    }
}
