using Bookmine.Sync.Interceptors;

namespace Bookmine.Sync.Journal;

/// <summary>What became of an entry on the server. An acknowledged entry is durable there in either state.</summary>
public enum EntryState
{
    /// <summary>Entered in the server's tables, less what was dropped.</summary>
    Posted,

    /// <summary>Kept whole with a reason, for a person to mend or write off.</summary>
    Quarantined,
}

/// <summary>The server's answer to an entry, stored on both sides and given again when the entry comes again.</summary>
/// <param name="Number">The number the server gave, when the entry's kind takes one.</param>
/// <param name="PostedAt">The server's clock in the posting transaction, Unix milliseconds.</param>
/// <param name="Mac">The server's proof that the answer is its own, in hexadecimal: after its records were restored it believes no other.</param>
public sealed record EntryResult(
    long N, EntryState State, long? Number, long PostedAt, IReadOnlyList<DroppedField> Dropped, string? Reason, string? Mac = null);
