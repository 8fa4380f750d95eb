using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Bookmine.Schema;

namespace Bookmine.TillClient.Server;

/// <summary>
/// The keys by which a till knows its server on a TLS line: from the enrolment code, and from then on as the server announces them. With
/// none, the server is known by a certificate that the machine's authorities vouch for.
/// </summary>
/// <param name="pinned">Fingerprints, whole or short.</param>
/// <param name="keep">Keeps what the server has announced.</param>
public sealed class PinnedKeys(IReadOnlyList<string> pinned, Action<IReadOnlyList<string>> keep)
{
    private const int MostKeys = 4;
    private volatile IReadOnlyList<string> pinned = pinned;

    public bool Accepts(X509Certificate? certificate, SslPolicyErrors errors)
    {
        var keys = pinned;
        return keys.Count == 0 ? errors == SslPolicyErrors.None : certificate is X509Certificate2 shown && IsAmong(keys, shown);
    }

    /// <summary>Trusts from now on what the server announces, over a line on which it was known.</summary>
    public void Learn(IReadOnlyList<string>? announced)
    {
        if (announced is { Count: > 0 and <= MostKeys } && pinned.Count > 0 && announced.All(KeyFingerprint.IsOne) && !announced.SequenceEqual(pinned))
        {
            keep(announced);
            pinned = announced;
        }
    }

    private static bool IsAmong(IReadOnlyList<string> keys, X509Certificate2 shown)
    {
        var fingerprint = KeyFingerprint.Of(shown.PublicKey.ExportSubjectPublicKeyInfo());
        return keys.Any(key => fingerprint.StartsWith(key, StringComparison.Ordinal));
    }
}
