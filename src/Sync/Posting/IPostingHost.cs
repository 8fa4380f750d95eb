using Bookmine.Sync.Data;

namespace Bookmine.Sync.Posting;

/// <summary>What the host of the engine adds to posting, and what it does when a client shows that records are not what they were.</summary>
public interface IPostingHost
{
    /// <summary>Locks the client's own row, and opens the ledger of one unit in the session's transaction.</summary>
    /// <param name="byPerson">Whether a person brings the entries and answers for them, whatever the client's standing.</param>
    ILedger Open(Session session, long client, bool byPerson);

    /// <summary>
    /// Whether a reason that an entry was kept for is the client's standing then, which says nothing of the entry: brought again, it is judged by
    /// the standing now.
    /// </summary>
    bool IsStanding(string reason);

    /// <summary>Called when a person has dealt with an entry in quarantine, in the same transaction.</summary>
    /// <param name="isPosted">Whether it was posted; otherwise it was written off.</param>
    void Released(Session session, Guid id, bool isPosted);

    /// <summary>
    /// Called when the server's records turn out to be older than what it has told a client: they were restored. Raises whatever counts up
    /// past anything that can have been given since, in the transaction that begins the new epoch.
    /// </summary>
    /// <param name="highestNumber">The highest number that this client knows of.</param>
    /// <param name="isNews">Whether nobody had noticed before.</param>
    void Restored(Session session, long client, long highestNumber, bool isNews);

    /// <summary>Called when a client's journal turns out to have gone another way than what is held of it.</summary>
    void Forked(Session session, long client);

    /// <summary>Called when a client's replica, with nothing left to send it, amounts to other rows than the feed; it is being replaced.</summary>
    void Diverged(Session session, long client);
}
