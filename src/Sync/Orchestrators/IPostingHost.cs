using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Journal;

namespace Bookmine.Sync.Orchestrators;

/// <summary>What the host adds to the posting of a client's entries, in the posting's own transaction.</summary>
public interface IPostingHost
{
    /// <summary>Begins a batch; called after the client's own row is locked.</summary>
    IPostingBatch Begin(Session session, long client);

    /// <summary>
    /// Called when the server's records turn out to be older than what it has told a client: they were restored. Raises whatever counts up
    /// past anything that can have been given since, in the transaction that begins the new epoch.
    /// </summary>
    /// <param name="highestNumber">The highest number that this client knows of.</param>
    /// <param name="isNews">Whether nobody had noticed before.</param>
    void Restored(Session session, long client, long highestNumber, bool isNews);

    /// <summary>Called when a client's replica, with nothing left to send it, amounts to other rows than the feed; it is being replaced.</summary>
    void Diverged(Session session, long client);
}

/// <summary>One batch of a client's entries.</summary>
public interface IPostingBatch
{
    /// <summary>The moment of the posting at hand, Unix milliseconds.</summary>
    long PostedAt { get; }

    /// <summary>The host's facts for the group that comes next.</summary>
    /// <param name="answer">The answer this very server gave before its records were restored: the group gets the number and date it had. Null otherwise.</param>
    object FactsFor(ChangeGroup group, EntryResult? answer);

    /// <summary>Called when a group's rows have been written, for what follows from them.</summary>
    /// <param name="synchronisation">The id of the synchronisation that brought it.</param>
    /// <returns>The number that the host gave the group, if it gives one.</returns>
    long? Applied(ChangeGroup group, Ruling ruling, long n, Guid synchronisation);

    /// <summary>Called when an entry is kept in quarantine.</summary>
    void Quarantined(long n, Guid id, string reason);

    /// <summary>Called when a person has dealt with an entry in quarantine.</summary>
    /// <param name="isPosted">Whether it was posted; otherwise it was written off.</param>
    void Released(Guid id, bool isPosted);

    /// <summary>Called once, before the batch commits.</summary>
    void Complete();
}
