using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Interceptors;

/// <summary>What was read for a group before it is judged: the live rows that its changes name, and what the host adds.</summary>
/// <param name="host">The host's own facts, a record that its interceptors know.</param>
/// <param name="live">The server's row for a table and key, read in the same transaction.</param>
public sealed class Facts(object host, Func<SyncTable, RowKey, Row?> live)
{
    /// <summary>The server's row, or null when it has none.</summary>
    public Row? Live(SyncTable table, RowKey key) => live(table, key);

    public T Host<T>() => (T)host;
}
