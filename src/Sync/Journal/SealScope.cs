using Bookmine.Sync.Data;

namespace Bookmine.Sync.Journal;

/// <summary>What the composing of an entry may use, inside the transaction that seals it.</summary>
public sealed class SealScope
{
    private readonly Session session;

    internal SealScope(Session session, long n, Guid id, long sealedAt, long acknowledged) =>
        (this.session, N, Id, SealedAt, Acknowledged) = (session, n, id, sealedAt, acknowledged);

    public long N { get; }

    public Guid Id { get; }

    /// <summary>By this machine's clock, Unix milliseconds.</summary>
    public long SealedAt { get; }

    /// <summary>The last entry the server has answered, as known at this moment.</summary>
    public long Acknowledged { get; }

    /// <summary>Takes the next number of the leased blocks; taken for good when the seal commits.</summary>
    /// <exception cref="OutOfNumbersException">Every block is used up.</exception>
    public long TakeNumber() => NumberBlocks.Take(session);
}

/// <summary>What an entry is sealed with.</summary>
/// <param name="Number">The number printed for people, by which the entry is found; null for none.</param>
/// <param name="Amount">The control amount in cents.</param>
public sealed record SealContent(string Kind, int Format, byte[] Payload, long? Number = null, long Amount = 0);

/// <summary>The leased numbers are used up; a hello to the server brings a new block.</summary>
public sealed class OutOfNumbersException()
    : Exception("All numbers leased to this till are used up. Reach the server once: it leases new ones.");
