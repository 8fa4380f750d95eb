namespace Bookmine.SyncServer.Posting;

/// <summary>The numbers and the moment of one unit, folded from entry to entry. Pure.</summary>
/// <param name="last">The last TransID given before the unit.</param>
/// <param name="postedAt">The moment of the unit, Unix milliseconds.</param>
/// <param name="posting">How many documents were posted before the unit.</param>
internal sealed class Numbering(long last, long postedAt, long posting = 0)
{
    private readonly HashSet<long> taken = [];
    private readonly List<Guid> documents = [];

    public long LastTransId { get; private set; } = last;

    public long PostedAt { get; private set; } = postedAt;

    /// <summary>The unit's documents, in the order of posting, whatever their numbers.</summary>
    public IReadOnlyList<Guid> Documents => documents;

    /// <summary>How many documents were posted by the end of the unit.</summary>
    public long LastPosting => posting + documents.Count;

    public void NotePosted(Guid document) => documents.Add(document);

    /// <summary>The number that comes next.</summary>
    public long Next => LastTransId + 1;

    /// <summary>A number that a document has already, on record or in this unit.</summary>
    public bool IsTaken(long transId) => taken.Contains(transId);

    /// <summary>Takes note of a number that a document on record has.</summary>
    public void NoteOnRecord(long transId) => taken.Add(transId);

    public long Take()
    {
        taken.Add(++LastTransId);
        return LastTransId;
    }

    /// <summary>Takes a number and a date given before a restore: what is posted from now on is no earlier.</summary>
    public long TakeGiven(long transId, long postedAt)
    {
        taken.Add(transId);
        (LastTransId, PostedAt) = (Math.Max(LastTransId, transId), Math.Max(PostedAt, postedAt));
        return transId;
    }
}
