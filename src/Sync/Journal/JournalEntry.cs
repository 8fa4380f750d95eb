using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bookmine.Sync.Journal;

/// <summary>
/// One thing done on a client, sealed: numbered without gaps, hashed, and chained to the entry before.
/// </summary>
/// <param name="N">1, 2, 3 … within the journal.</param>
/// <param name="Number">The number printed for people, from the client's leased block; null when the entry has none.</param>
/// <param name="Amount">The entry's control amount in cents.</param>
/// <param name="Hash">SHA-256 over n, id, format, sealed time, kind and payload.</param>
/// <param name="Chain">SHA-256 over the chain before and this hash.</param>
/// <param name="SealedAt">By the client's clock, Unix milliseconds.</param>
/// <param name="Result">What the server answered, once it has.</param>
public sealed record JournalEntry(
    long N, Guid Id, string Kind, int Format, long? Number, long Amount,
    byte[] Payload, byte[] Hash, byte[] Chain, long SealedAt, EntryResult? Result = null)
{
    /// <summary>The chain before the first entry.</summary>
    public static readonly byte[] NoChain = new byte[SHA256.HashSizeInBytes];

    /// <summary>The most bytes that a payload may have.</summary>
    public const int MostPayloadBytes = 1024 * 1024;

    public static byte[] HashOf(long n, Guid id, string kind, int format, long sealedAt, ReadOnlySpan<byte> payload)
    {
        var kindBytes = Encoding.UTF8.GetBytes(kind);
        Span<byte> head = stackalloc byte[40];
        BinaryPrimitives.WriteInt64BigEndian(head, n);
        id.TryWriteBytes(head[8..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(head[24..], format);
        BinaryPrimitives.WriteInt64BigEndian(head[28..], sealedAt);
        BinaryPrimitives.WriteInt32BigEndian(head[36..], kindBytes.Length);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(head);
        sha.AppendData(kindBytes);
        sha.AppendData(payload);
        return sha.GetHashAndReset();
    }

    public static byte[] ChainOf(ReadOnlySpan<byte> before, ReadOnlySpan<byte> hash)
    {
        Span<byte> both = stackalloc byte[2 * SHA256.HashSizeInBytes];
        before.CopyTo(both);
        hash.CopyTo(both[SHA256.HashSizeInBytes..]);
        return SHA256.HashData(both);
    }
}
