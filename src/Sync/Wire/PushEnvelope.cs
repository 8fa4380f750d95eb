using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Bookmine.Sync.Journal;

namespace Bookmine.Sync.Wire;

/// <summary>
/// The body of a push: the synchronisation's id (16 bytes), the count (4), then for each entry n (8), id (16), format (4), sealed time
/// (8), hash (32), kind's length (2) and bytes, payload's length (4) and bytes, and the length (4) and JSON of the answer that the client
/// has had already, 0 for none. All numbers big-endian. A journal's refilling travels in the same form.
/// </summary>
public static class PushEnvelope
{
    private const int FixedLength = 8 + 16 + 4 + 8 + 32 + 2;
    private const int UsualAnswerBytes = 256;

    public static byte[] Write(Guid session, IReadOnlyList<JournalEntry> entries)
    {
        using var stream = new MemoryStream(RoomFor(entries));
        Span<byte> head = stackalloc byte[FixedLength];
        session.TryWriteBytes(head, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(head[16..], entries.Count);
        stream.Write(head[..20]);
        foreach (var entry in entries)
        {
            var kind = Encoding.UTF8.GetBytes(entry.Kind);
            BinaryPrimitives.WriteInt64BigEndian(head, entry.N);
            entry.Id.TryWriteBytes(head[8..], bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(head[24..], entry.Format);
            BinaryPrimitives.WriteInt64BigEndian(head[28..], entry.SealedAt);
            entry.Hash.CopyTo(head[36..]);
            BinaryPrimitives.WriteInt16BigEndian(head[68..], (short)kind.Length);
            stream.Write(head);
            stream.Write(kind);
            BinaryPrimitives.WriteInt32BigEndian(head, entry.Payload.Length);
            stream.Write(head[..4]);
            stream.Write(entry.Payload);
            var answer = entry.Result is null ? [] : JsonSerializer.SerializeToUtf8Bytes(entry.Result, WireJson.Default.EntryResult);
            BinaryPrimitives.WriteInt32BigEndian(head, answer.Length);
            stream.Write(head[..4]);
            stream.Write(answer);
        }
        return stream.ToArray();
    }

    private static int RoomFor(IReadOnlyList<JournalEntry> entries) => entries.Sum(e => FixedLength + UsualAnswerBytes + e.Payload.Length);

    /// <exception cref="WireFormatException">The bytes are not a push.</exception>
    public static (Guid Session, IReadOnlyList<PushedEntry> Entries) Read(ReadOnlySpan<byte> bytes)
    {
        var session = new Guid(Take(ref bytes, 16), bigEndian: true);
        var count = BinaryPrimitives.ReadInt32BigEndian(Take(ref bytes, 4));
        if (count is < 0 or > Protocol.MostEntriesPerPush)
        {
            throw new WireFormatException($"A push of {count} entries; {Protocol.MostEntriesPerPush} are the most.");
        }
        var entries = new List<PushedEntry>(count);
        for (var i = 0; i < count; i++)
        {
            var head = Take(ref bytes, FixedLength);
            var kind = Encoding.UTF8.GetString(Take(ref bytes, BinaryPrimitives.ReadUInt16BigEndian(head[68..])));
            var length = BinaryPrimitives.ReadInt32BigEndian(Take(ref bytes, 4));
            if (length is < 0 or > JournalEntry.MostPayloadBytes)
            {
                throw new WireFormatException($"An entry of {length} bytes; {JournalEntry.MostPayloadBytes} are the most.");
            }
            var payload = Take(ref bytes, length).ToArray();
            entries.Add(new PushedEntry(
                BinaryPrimitives.ReadInt64BigEndian(head), new Guid(head.Slice(8, 16), bigEndian: true), kind,
                BinaryPrimitives.ReadInt32BigEndian(head[24..]), BinaryPrimitives.ReadInt64BigEndian(head[28..]),
                head.Slice(36, 32).ToArray(), payload, ReadAnswer(ref bytes)));
        }
        return bytes.IsEmpty ? (session, entries) : throw new WireFormatException($"A push with {bytes.Length} bytes after its last entry.");
    }

    private static EntryResult? ReadAnswer(ref ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(Take(ref bytes, 4));
        if (length is < 0 or > JournalEntry.MostPayloadBytes)
        {
            throw new WireFormatException($"An answer of {length} bytes; {JournalEntry.MostPayloadBytes} are the most.");
        }
        try
        {
            return length == 0 ? null : JsonSerializer.Deserialize(Take(ref bytes, length), WireJson.Default.EntryResult);
        }
        catch (JsonException)
        {
            throw new WireFormatException("An entry's answer that cannot be read.");
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int length)
    {
        if (bytes.Length < length)
        {
            throw new WireFormatException("A push that ends in the middle of an entry.");
        }
        var taken = bytes[..length];
        bytes = bytes[length..];
        return taken;
    }
}
