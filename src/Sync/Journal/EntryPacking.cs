using System.Buffers.Binary;
using System.IO.Compression;

namespace Bookmine.Sync.Journal;

/// <summary>
/// An entry's content as the journal's file keeps it: four bytes that no content begins with, then raw DEFLATE (RFC 1951) that may refer to a
/// vocabulary as if it stood before the content; or as it was sealed, where it is short or was kept by a program before. What is hashed, sent and
/// exported is the content and not this form.
/// </summary>
/// <remarks>
/// A small entry is mostly the names of columns. The server's inbox keeps content by <see cref="Posting.PackedContent"/>, which takes a fourth
/// of the time and knows no vocabulary; a till seals one entry at a time and has the smaller disk.
/// </remarks>
/// <param name="vocabulary">
/// What entries of this shop are likely to hold, the likeliest last; at most 32 KB. Whoever packs and whoever unpacks must have the same: one that was
/// released is kept for ever.
/// </param>
public sealed class EntryPacking(ReadOnlyMemory<byte> vocabulary)
{
    /// <summary>Keeps everything as it is, and reads only that.</summary>
    public static readonly EntryPacking None = new(default);

    private const int Shortest = 128;
    private readonly byte[] stored = StoredBlock(vocabulary.Span);

    private static ReadOnlySpan<byte> Mark => [0xB0, 0x0C, 0x4D, 0x02];

    public byte[] Pack(byte[] content)
    {
        if (vocabulary.IsEmpty || (content.Length < Shortest && !content.AsSpan().StartsWith(Mark)))
        {
            return content;
        }
        using var packed = new MemoryStream(content.Length);
        long before;
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(vocabulary.Span);
            // Ends a block on a byte: what comes after refers back to the text before it, and to nothing else of how that was written.
            deflate.Flush();
            before = packed.Length;
            deflate.Write(content);
        }
        return [.. Mark, .. packed.GetBuffer().AsSpan((int)before, (int)(packed.Length - before))];
    }

    /// <returns>
    /// The content; of what the disk has changed, as much as can be read, which has not the hash that was sealed and is held by the server for a person.
    /// </returns>
    public byte[] Unpack(byte[] kept)
    {
        if (vocabulary.IsEmpty || !kept.AsSpan().StartsWith(Mark))
        {
            return kept;
        }
        var input = new MemoryStream(stored.Length + kept.Length);
        input.Write(stored);
        input.Write(kept.AsSpan(Mark.Length));
        input.Position = 0;
        using var inflate = new DeflateStream(input, CompressionMode.Decompress);
        using var content = new MemoryStream(kept.Length * 4);
        var part = new byte[4096];
        try
        {
            inflate.ReadExactly(new byte[vocabulary.Length]);
            for (int read; content.Length <= JournalEntry.MostPayloadBytes && (read = inflate.Read(part)) > 0;)
            {
                content.Write(part.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            // What came before is all that there is.
        }
        return content.ToArray();
    }

    /// <summary>The vocabulary as DEFLATE that is not compressed, so that it is the same bytes with every version of every library.</summary>
    private static byte[] StoredBlock(ReadOnlySpan<byte> text)
    {
        const int head = 5;
        if (text.Length > 32 * 1024)
        {
            throw new ArgumentException("DEFLATE looks back 32 KB and no further.", nameof(text));
        }
        var block = new byte[head + text.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(1), (ushort)text.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(3), (ushort)~text.Length);
        text.CopyTo(block.AsSpan(head));
        return block;
    }
}
