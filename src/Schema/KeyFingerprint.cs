using System.Security.Cryptography;

namespace Bookmine.Schema;

/// <summary>
/// How a public key is written down: its SHA-256 in letters and digits that are not taken for one another. The first
/// <see cref="ShortLength"/> of them, 75 bits, are what a person copies.
/// </summary>
public static class KeyFingerprint
{
    /// <summary>Without I, O, 0 and 1.</summary>
    public const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>The length of what a person copies.</summary>
    public const int ShortLength = 15;

    /// <summary>The length of the whole.</summary>
    public const int Length = 52;
    private const int BitsPerLetter = 5;
    private const int GroupLength = 5;

    /// <param name="publicKey">The key's SubjectPublicKeyInfo, as a certificate carries it.</param>
    public static string Of(ReadOnlySpan<byte> publicKey)
    {
        var hash = SHA256.HashData(publicKey);
        return string.Create(Length, hash, static (letters, hash) =>
        {
            for (var i = 0; i < letters.Length; i++)
            {
                var value = 0;
                for (var bit = i * BitsPerLetter; bit < (i + 1) * BitsPerLetter; bit++)
                {
                    value = (value << 1) | (bit / 8 < hash.Length ? (hash[bit / 8] >> (7 - (bit % 8))) & 1 : 0);
                }
                letters[i] = Alphabet[value];
            }
        });
    }

    /// <summary>Whether a text can be a fingerprint, whole or short.</summary>
    public static bool IsOne(string text) => text.Length is >= ShortLength and <= Length && text.All(c => Alphabet.Contains(c, StringComparison.Ordinal));

    /// <summary>As a person typed it: capitals, without hyphens and spaces.</summary>
    public static string Plain(string typed) => string.Concat(typed.Where(c => c != '-' && !char.IsWhiteSpace(c))).ToUpperInvariant();

    /// <summary>In groups of five, as it is shown.</summary>
    public static string Grouped(string plain) => string.Join('-', plain.Chunk(GroupLength).Select(group => new string(group)));
}
