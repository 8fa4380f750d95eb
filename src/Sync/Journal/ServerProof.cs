using System.Security.Cryptography;
using System.Text;

namespace Bookmine.Sync.Journal;

/// <summary>
/// Lets a server know its own words again after its records were restored from a backup: an HMAC-SHA256, by a key kept in its database, over
/// what it answered to an entry or leased to a client.
/// </summary>
public sealed class ServerProof(byte[] key)
{
    public EntryResult Sign(long client, byte[] hash, EntryResult answer) => answer with { Mac = MacOf(client, Convert.ToHexStringLower(hash), answer) };

    /// <summary>Whether this server gave the answer to the client's entry of that hash.</summary>
    /// <param name="hash">In hexadecimal, as the client tells it: never decoded, for it may be anything.</param>
    public bool Holds(long client, string hash, EntryResult answer) => Equal(answer.Mac, MacOf(client, hash, answer));

    public string MacOfBlock(long client, long first, long last) => Mac(FormattableString.Invariant($"block {client} {first} {last}"));

    public bool HoldsBlock(long client, long first, long last, string? mac) => Equal(mac, MacOfBlock(client, first, last));

    /// <summary>The server's word on any text of its own.</summary>
    public string MacOfText(string text) => Mac("text " + text);

    public bool HoldsText(string text, string? mac) => Equal(mac, MacOfText(text));

    private string MacOf(long client, string hash, EntryResult answer) => Mac(FormattableString.Invariant(
        $"answer {client} {answer.N} {hash} {answer.State} {answer.Number} {answer.PostedAt}"));

    private string Mac(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    private static bool Equal(string? given, string expected) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
