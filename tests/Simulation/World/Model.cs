namespace Bookmine.Simulation.World;

/// <summary>What is known of something that was tried at a counter.</summary>
internal enum Known
{
    /// <summary>The till said that it is sealed: it must be there.</summary>
    Sealed,

    /// <summary>The till died or failed over it: it may be there, once.</summary>
    Perhaps,

    /// <summary>The till refused it: it must not be there.</summary>
    Refused,
}

/// <summary>Something that was tried at a counter: as long as nobody has said what became of it, it may be there or not.</summary>
internal abstract record Tried
{
    public Known Known { get; private set; } = Known.Perhaps;

    /// <summary>What allows it to be lacking, where that is not known.</summary>
    public Excuse Doubt { get; private set; } = Excuse.FailedOverIt;

    /// <summary>The till has said what became of it.</summary>
    public void Conclude(bool isSealed) => Known = isSealed ? Known.Sealed : Known.Refused;

    /// <summary>From now on it may be lacking.</summary>
    public void DoubtFor(Excuse reason) => (Known, Doubt) = (Known.Perhaps, reason);
}

/// <summary>A sale or refund as the cashier made it, told apart by its reference.</summary>
internal sealed record Attempt(string Reference, SimTill Till, string Kind, long TotalCents, long Copies, string? StartedAt, string? ShippedAt) : Tried
{
    public required IReadOnlyDictionary<string, long> ByMethod { get; init; }

    public IReadOnlyDictionary<Guid, long> Shipped { get; init; } = new Dictionary<Guid, long>();

    /// <summary>Of its total, what goods that came back without a docket came to; 0 or less.</summary>
    public long ReturnedCents { get; init; }

    public DateTimeOffset MadeAt { get; set; }

    /// <summary>Whether it was made on a machine whose journal has forked since; the machine is another till now.</summary>
    public bool IsOfFork { get; set; }

    /// <summary>Whether it was made on a replica that the medium had changed.</summary>
    public bool ItemsDoubtful { get; set; }

    /// <summary>The D-number, once the till has told it.</summary>
    public string? Docket { get; set; }

    /// <summary>The TransID, once anybody has told it; it never changes after that.</summary>
    public long? TransId { get; set; }

    /// <summary>Its payments' date, once anybody has told it; it never changes after that.</summary>
    public string? PostedAt { get; set; }
}

/// <summary>An edit, email or new record, told apart by a word that is in it and nowhere else.</summary>
internal sealed record Record(string Word, SimTill Till, string Kind) : Tried
{
    /// <summary>Whether the journal it was sealed in is no longer at the till.</summary>
    public bool IsOfFork { get; set; }
}

/// <summary>
/// The independent model: what the people of the shop know. It shares no code with the product; it is told what was done at the counters
/// and what the programs answered, and compares that with what is found in the end.
/// </summary>
internal sealed class Model
{
    public List<Attempt> Attempts { get; } = [];

    public List<Record> Records { get; } = [];

    /// <summary>What a finished day's report of a branch said when it was first read.</summary>
    public Dictionary<(long Branch, string Day), string> FinishedDays { get; } = [];

    /// <summary>The stock at the beginning and what an importer or administrator has added, per branch and item.</summary>
    public Dictionary<(long Branch, Guid Stock), long> Received { get; } = [];

    public List<string> Faults { get; } = [];

    /// <summary>Notes a number that a program told; another than before is a fault.</summary>
    public void Told(Attempt attempt, long? transId, string? postedAt)
    {
        if (transId is { } number)
        {
            Require(attempt.TransId is null || attempt.TransId == number, $"{attempt.Reference} was {attempt.TransId} and is {number}");
            attempt.TransId = number;
        }
        if (postedAt is not null)
        {
            Require(attempt.PostedAt is null || attempt.PostedAt == postedAt, $"{attempt.Reference} was dated {attempt.PostedAt} and is {postedAt}");
            attempt.PostedAt = postedAt;
        }
    }

    /// <param name="excuses">Cases that let it pass where they apply.</param>
    public void Require(bool holds, string fault, params ReadOnlySpan<(Excuse Excuse, bool Applies)> excuses)
    {
        if (holds)
        {
            return;
        }
        foreach (var (excuse, applies) in excuses)
        {
            if (applies)
            {
                excuse.Use();
                return;
            }
        }
        Faults.Add(fault);
    }
}
