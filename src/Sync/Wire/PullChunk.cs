using System.Buffers.Binary;
using System.Text.Json;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;

namespace Bookmine.Sync.Wire;

/// <summary>A row of the feed as it travels.</summary>
/// <param name="Bucket">The place of its bucket in the chunk's head.</param>
/// <param name="Canonical">The row; empty when it left the bucket.</param>
public readonly record struct FeedRow(ushort Bucket, ushort Table, RowKey Key, bool Removed, ReadOnlyMemory<byte> Canonical);

/// <summary>
/// The answer to a pull: the head's length (4 bytes) and JSON, then for each row its bucket (2), table (2), 0 for put or 1 for remove
/// (1), key (8 and 16), length (4) and canonical bytes. All numbers big-endian.
/// </summary>
public sealed class PullChunk
{
    private const int FixedLength = 2 + 2 + 1 + 8 + 16 + 4;
    private readonly ReadOnlyMemory<byte> read;

    public PullChunk(ChunkHead head, IEnumerable<FeedRow> rows) => (Head, Rows) = (head, rows);

    private PullChunk(ChunkHead head, ReadOnlyMemory<byte> read, ReadOnlyMemory<byte> rows)
        : this(head, RowsIn(rows)) => this.read = read;

    public ChunkHead Head { get; }

    /// <summary>As many as the head says. Those of a chunk that was read are views of its bytes, made one at a time.</summary>
    public IEnumerable<FeedRow> Rows { get; }

    /// <summary>The chunk as it travels; of one that was read, the very bytes.</summary>
    public ReadOnlyMemory<byte> Write()
    {
        if (!read.IsEmpty)
        {
            return read;
        }
        var head = JsonSerializer.SerializeToUtf8Bytes(Head, WireJson.Default.ChunkHead);
        var bytes = new byte[4 + head.Length + Rows.Sum(r => FixedLength + r.Canonical.Length)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, head.Length);
        head.CopyTo(bytes, 4);
        var span = bytes.AsSpan(4 + head.Length);
        foreach (var row in Rows)
        {
            BinaryPrimitives.WriteUInt16BigEndian(span, row.Bucket);
            BinaryPrimitives.WriteUInt16BigEndian(span[2..], row.Table);
            span[4] = row.Removed ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteInt64BigEndian(span[5..], row.Key.Integer);
            row.Key.Guid.TryWriteBytes(span[13..], bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(span[29..], row.Canonical.Length);
            row.Canonical.Span.CopyTo(span[FixedLength..]);
            span = span[(FixedLength + row.Canonical.Length)..];
        }
        return bytes;
    }

    /// <exception cref="WireFormatException">The bytes are not a chunk.</exception>
    public static PullChunk Read(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes;
        var headLength = BinaryPrimitives.ReadInt32BigEndian(Take(ref rest, 4).Span);
        var head = ReadHead(Take(ref rest, headLength).Span);
        var rows = rest;
        for (var i = 0; i < head.Rows; i++)
        {
            TakeRow(ref rest);
        }
        return rest.IsEmpty ? new PullChunk(head, bytes, rows) : throw new WireFormatException("A chunk with bytes after its last row.");
    }

    private static IEnumerable<FeedRow> RowsIn(ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            yield return TakeRow(ref rest);
        }
    }

    private static FeedRow TakeRow(ref ReadOnlyMemory<byte> rest)
    {
        var span = Take(ref rest, FixedLength).Span;
        return new FeedRow(
            BinaryPrimitives.ReadUInt16BigEndian(span), BinaryPrimitives.ReadUInt16BigEndian(span[2..]),
            new RowKey(BinaryPrimitives.ReadInt64BigEndian(span[5..]), new Guid(span.Slice(13, 16), bigEndian: true)),
            span[4] == 1, Take(ref rest, BinaryPrimitives.ReadInt32BigEndian(span[29..])));
    }

    private static ChunkHead ReadHead(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Default.ChunkHead) is { Rows: >= 0 and <= Protocol.MostRowsPerPull } head
                ? head
                : throw new WireFormatException("A chunk without a head, or with more rows than one may have.");
        }
        catch (JsonException)
        {
            throw new WireFormatException("A chunk whose head cannot be read.");
        }
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int length)
    {
        if (length < 0 || bytes.Length < length)
        {
            throw new WireFormatException("A chunk that ends in the middle of a row.");
        }
        var taken = bytes[..length];
        bytes = bytes[length..];
        return taken;
    }
}
