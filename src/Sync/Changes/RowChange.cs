using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Changes;

/// <summary>What a client did to a row.</summary>
public enum ChangeOp
{
    /// <summary>Made it.</summary>
    Insert,

    /// <summary>Corrected a row that it had made itself and not yet had acknowledged.</summary>
    Amend,

    /// <summary>Changed a row that it had from the server.</summary>
    Update,

    /// <summary>Removed a row. Clients of this engine never do; one that keeps no journal may (<see cref="Orchestrators.Scribe"/>).</summary>
    Remove,
}

/// <summary>One row as a client changed it.</summary>
/// <param name="Values">For an insertion the whole row; for a removal its key; otherwise its key and the columns changed.</param>
/// <param name="Old">For a change, what the client saw in those columns before.</param>
public sealed record RowChange(ChangeOp Op, Row Values, Row? Old = null)
{
    public SyncTable Table => Values.Table;

    public RowKey Key => Values.Key;
}

/// <summary>Changes that belong together and are posted whole or not at all.</summary>
/// <param name="Kind">The client's word for what it did.</param>
/// <param name="Author">Who did it, if known.</param>
/// <param name="MadeAt">When, by the client's clock, in Unix milliseconds.</param>
public sealed record ChangeGroup(Guid Id, string Kind, string? Author, long MadeAt, IReadOnlyList<RowChange> Changes);
