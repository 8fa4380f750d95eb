using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Database;

/// <summary>SQLite counts the commits of other connections (sqlite.org/pragma.html#pragma_data_version), and reading that count touches no page.</summary>
internal sealed class DataVersionWatch(Session session) : IChangeWatch
{
    private long? last;

    public TimeSpan Every => TimeSpan.FromMilliseconds(100);

    public bool HasChanged()
    {
        var now = session.Integer("PRAGMA data_version");
        var hasChanged = now != last;
        last = now;
        return hasChanged;
    }

    public void Dispose() => session.Dispose();
}
