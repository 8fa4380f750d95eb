using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Interceptors;

namespace Bookmine.Sync.Orchestrators;

/// <summary>What the host adds to the posting of a client's entries, in the posting's own transaction.</summary>
public interface IPostingHost
{
    /// <summary>Begins a batch; called after the client's own row is locked.</summary>
    IPostingBatch Begin(Session session, long client);
}

/// <summary>One batch of a client's entries.</summary>
public interface IPostingBatch
{
    /// <summary>The moment of this batch's postings, Unix milliseconds.</summary>
    long PostedAt { get; }

    /// <summary>The host's facts for the group that comes next.</summary>
    object FactsFor(ChangeGroup group);

    /// <summary>Called when a group's rows have been written, for what follows from them.</summary>
    /// <param name="synchronisation">The id of the synchronisation that brought it.</param>
    /// <returns>The number that the host gave the group, if it gives one.</returns>
    long? Applied(ChangeGroup group, Ruling ruling, long n, Guid synchronisation);

    /// <summary>Called when an entry is kept in quarantine.</summary>
    void Quarantined(long n, Guid id, string reason);

    /// <summary>Called once, before the batch commits.</summary>
    void Complete();
}
