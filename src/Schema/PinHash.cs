using System.Globalization;
using System.Security.Cryptography;

namespace Bookmine.Schema;

/// <summary>How an operator's PIN is kept: <c>pbkdf2-sha256:ITERATIONS:SALT:HASH</c>, both in hexadecimal.</summary>
public static class PinHash
{
    private const string Scheme = "pbkdf2-sha256";
    private const int Iterations = 50_000;
    private const int MostIterations = 1_000_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    public static string Of(string pin)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}:{Iterations}:{Convert.ToHexStringLower(salt)}:{Convert.ToHexStringLower(Derive(pin, salt, Iterations))}");
    }

    /// <summary>Whether the PIN has this hash; false also for a hash that cannot be read.</summary>
    public static bool Matches(string stored, string pin)
    {
        if (stored.Split(':') is not [Scheme, var times, var salt, var hash]
            || !int.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < 1 or > MostIterations)
        {
            return false;
        }
        try
        {
            return CryptographicOperations.FixedTimeEquals(Convert.FromHexString(hash), Derive(pin, Convert.FromHexString(salt), iterations));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static byte[] Derive(string pin, byte[] salt, int iterations) => Rfc2898DeriveBytes.Pbkdf2(pin, salt, iterations, HashAlgorithmName.SHA256, HashBytes);
}
