using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;

namespace Bookmine.Tests.Support;

/// <summary>A host that dies between two transactions: from then on it writes nothing.</summary>
internal sealed class DyingDatabase(IServerDatabase database) : IServerDatabase
{
    private int written;

    /// <summary>So many transactions are done yet; null for as many as there are.</summary>
    public int? DiesAfter { get; set; }

    public string EngineTables => database.EngineTables;

    public T Writing<T>(Func<Session, T> work) => DiesAfter is { } most && written++ >= most ? throw new IOException("This host is dead.")
        : database.Writing(work);

    public bool TrySequencing(Action<Session> work) => database.TrySequencing(work);

    public bool ComesFromData(Exception failure) => database.ComesFromData(failure);

    public T Reading<T>(Func<Session, T> work) => database.Reading(work);

    public IChangeWatch Watch() => database.Watch();

    public IEnumerable<string> Triggers(SyncTable table) => database.Triggers(table);

    public void Dispose()
    {
    }
}
