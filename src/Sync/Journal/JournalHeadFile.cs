using System.Buffers.Binary;
using System.Security.Cryptography;
using Bookmine.Sync.Files;

namespace Bookmine.Sync.Journal;

/// <summary>
/// A small second file that remembers how far the journal had come, so that a journal that lost its end is noticed at start. Written in
/// place after each seal without a sync of its own: after a power cut it may be behind the journal, which says nothing, never ahead.
/// </summary>
internal sealed class JournalHeadFile(IFileStore files, string path)
{
    public const string Name = "journal.head";
    private const int Length = 80;

    /// <param name="N">The last entry sealed.</param>
    /// <param name="Number">The highest number taken.</param>
    public sealed record Head(long N, long Number, byte[] Chain);

    public void Write(Head head)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, head.N);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], head.Number);
        head.Chain.CopyTo(bytes[16..]);
        SHA256.HashData(bytes[..48], bytes[48..]);
        try
        {
            files.WriteAt(path, 0, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The entry is sealed: a head that lags behind says nothing, and must not make it look as if it were not.
        }
    }

    /// <summary>Makes it durable, which is done at the start and not with each seal.</summary>
    public void Sync()
    {
        try
        {
            files.Sync(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    /// <summary>What was written last; null when there is no whole record.</summary>
    public Head? Read()
    {
        return files.Read(path) is { Length: Length } bytes && SHA256.HashData(bytes.AsSpan(0, 48)).AsSpan().SequenceEqual(bytes.AsSpan(48))
            ? new Head(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(8)), bytes[16..48])
            : null;
    }
}
