using System.Collections.Frozen;

namespace Bookmine.Sync.Setup;

/// <summary>All that is replicated: the tables, and the one among them that records how far each client's journal is included.</summary>
public sealed class SyncSetup
{
    private readonly FrozenDictionary<string, SyncTable> byName;
    private readonly FrozenDictionary<int, SyncTable> byNumber;

    /// <param name="schemaVersion">Raised when a change is more than a new nullable column.</param>
    /// <param name="headTable">A table of <paramref name="tables"/> with the client's number as its key and a column <c>n</c>.</param>
    /// <param name="snapshotBucket">The bucket that all clients share and that ready snapshots hold.</param>
    public SyncSetup(int schemaVersion, IReadOnlyList<SyncTable> tables, string headTable, string snapshotBucket)
    {
        SnapshotBucket = snapshotBucket;
        SchemaVersion = schemaVersion;
        Tables = tables;
        byName = tables.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        byNumber = tables.ToFrozenDictionary(t => t.Number);
        HeadTable = byName[headTable];
    }

    public int SchemaVersion { get; }

    public IReadOnlyList<SyncTable> Tables { get; }

    public SyncTable HeadTable { get; }

    public string SnapshotBucket { get; }

    public SyncTable this[string name] => byName[name];

    public SyncTable? Find(string name) => byName.GetValueOrDefault(name);

    public SyncTable? Find(int number) => byNumber.GetValueOrDefault(number);
}
