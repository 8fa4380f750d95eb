using System.Text;
using System.Text.Json;

namespace Bookmine.Sync.Journal;

/// <summary>The first line of an exported journal; later ones may follow, as blocks are leased.</summary>
/// <param name="Journal">The version of the file's form; 1.</param>
/// <param name="Client">Whose journal it is.</param>
/// <param name="Blocks">The blocks of printed numbers leased to it, with the server's proofs, for records that do not know them any more.</param>
public sealed record ExportHead(int Journal, long Client, IReadOnlyList<NumberBlock>? Blocks = null);

/// <summary>An exported entry.</summary>
/// <param name="Hash">In hexadecimal.</param>
/// <param name="Payload">The content as text; null when it is no UTF-8.</param>
/// <param name="PayloadBytes">The content in base64, when it is no UTF-8.</param>
public sealed record ExportedEntry(
    long N, Guid Id, string Kind, int Format, long SealedAt, string Hash, string? Payload, string? PayloadBytes, EntryResult? Result);

/// <summary>A line of an exported journal as read back: an entry, or what is wrong with the line.</summary>
public sealed record ImportedLine(int Line, PushedEntry? Entry, string? Fault);

/// <summary>
/// A journal as lines of JSON, to be carried to the server by hand: a head, then an entry a line. Lines are independent of one another, so
/// that a file that is cut short or damaged loses only what is damaged.
/// </summary>
public static class JournalLines
{
    /// <summary>The version that is written; every version once released is read for ever.</summary>
    public const int Version = 1;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Head(long client, IReadOnlyList<NumberBlock>? blocks = null) =>
        Line(JsonSerializer.SerializeToUtf8Bytes(new ExportHead(Version, client, blocks), JournalJson.Default.ExportHead));

    public static byte[] Of(JournalEntry entry)
    {
        var text = AsText(entry.Payload);
        return Line(JsonSerializer.SerializeToUtf8Bytes(
            new ExportedEntry(
                entry.N, entry.Id, entry.Kind, entry.Format, entry.SealedAt, Convert.ToHexStringLower(entry.Hash),
                text, text is null ? Convert.ToBase64String(entry.Payload) : null, entry.Result),
            JournalJson.Default.ExportedEntry));
    }

    /// <summary>Whose journal a file's first line says it is.</summary>
    /// <exception cref="WireFormatException">It is no exported journal.</exception>
    public static ExportHead ReadHead(string? line)
    {
        try
        {
            return line is not null && JsonSerializer.Deserialize(line, JournalJson.Default.ExportHead) is { Journal: Version } head
                ? head
                : throw new WireFormatException("It does not begin as an exported journal of a version this program knows.");
        }
        catch (JsonException)
        {
            throw new WireFormatException("It does not begin as an exported journal.");
        }
    }

    /// <summary>Whether a line is a head of this client's journal.</summary>
    public static bool IsHead(string? line, long client)
    {
        try
        {
            return ReadHead(line).Client == client;
        }
        catch (WireFormatException)
        {
            return false;
        }
    }

    public static ImportedLine ReadEntry(int number, string line)
    {
        try
        {
            var e = JsonSerializer.Deserialize(line, JournalJson.Default.ExportedEntry) ?? throw new JsonException();
            var payload = e.Payload is { } text ? Encoding.UTF8.GetBytes(text) : Convert.FromBase64String(e.PayloadBytes ?? "");
            var hash = Convert.FromHexString(e.Hash);
            return payload.Length > JournalEntry.MostPayloadBytes ? new ImportedLine(number, null, $"its content is {payload.Length} bytes, and {JournalEntry.MostPayloadBytes} are the most")
                : hash.Length != JournalEntry.NoChain.Length || e.N < 1 ? new ImportedLine(number, null, "it has no proper number or hash")
                : new ImportedLine(number, new PushedEntry(e.N, e.Id, e.Kind, e.Format, e.SealedAt, hash, payload, e.Result), null);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return new ImportedLine(number, null, "it is no entry of an exported journal: cut short or changed");
        }
    }

    private static string? AsText(byte[] payload)
    {
        try
        {
            return Strict.GetString(payload);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] Line(byte[] json) => [.. json, (byte)'\n'];
}
