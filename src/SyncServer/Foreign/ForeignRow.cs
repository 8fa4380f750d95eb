using Bookmine.Sync.Journal;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Foreign;

/// <summary>A row as the client of another engine sent it, which knows rows and no entries.</summary>
/// <param name="Row">The whole row; of one that was removed at least the key.</param>
public sealed record ForeignRow(Row Row, bool IsRemoved = false)
{
    public SyncTable Table => Row.Table;

    public RowKey Key => Row.Key;
}

/// <summary>All that one exchange brings.</summary>
/// <param name="Occasion">
/// The same for an exchange that is repeated because its answer was lost, and another for the next: such as the client's name and its cursor.
/// </param>
/// <param name="Rows">In any order, doubled or not.</param>
public sealed record ForeignUpload(string Occasion, IReadOnlyList<ForeignRow> Rows);

/// <summary>What became of an upload.</summary>
/// <param name="Posted">Entries that were posted by it.</param>
/// <param name="Quarantined">Entries that went into quarantine by it.</param>
/// <param name="Dropped">What was dropped by it, and listed.</param>
/// <param name="Again">
/// Rows that go to this client as the server has them, beside what the feed brings: those that it changed or removed, and those of its own that are not kept.
/// </param>
public sealed record ForeignOutcome(int Posted, int Quarantined, IReadOnlyList<DroppedField> Dropped, ILookup<SyncTable, RowKey> Again)
{
    public static ForeignOutcome Nothing { get; } = new(0, 0, [], Array.Empty<(SyncTable Table, RowKey Key)>().ToLookup(k => k.Table, k => k.Key));
}
