using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>
/// The certificate that goes with the server's key. It is made anew at each start and when the key changes: tills look at the key and at
/// nothing else of it.
/// </summary>
internal sealed class ServerCertificate(ServerKeys keys, TimeProvider clock) : IDisposable
{
    private const int YearsValid = 10;
    private readonly Lock gate = new();
    private (string Fingerprint, X509Certificate2 Certificate)? made;

    /// <summary>For a connection that begins now: of the key that the records name now.</summary>
    public X509Certificate2 Current()
    {
        var key = keys.Current();
        lock (gate)
        {
            if (made?.Fingerprint != key.Fingerprint)
            {
                // One that was replaced is left to the collector: connections that began with it may be reading it still.
                made = (key.Fingerprint, Make(key));
            }
            return made!.Value.Certificate;
        }
    }

    public void Dispose() => made?.Certificate.Dispose();

    private X509Certificate2 Make(ServerKey key)
    {
        using var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(key.PrivateKey, out _);
        var request = new CertificateRequest("CN=Bookmine branch server", pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName(Dns.GetHostName());
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        var now = clock.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(YearsValid));
        // Windows serves only with a key that came in with its certificate.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
