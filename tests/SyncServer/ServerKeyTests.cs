using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bookmine.Schema;
using Bookmine.Sync.Orchestrators;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Database;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Server;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>How a till knows its server on a TLS line: by the server's own key, from the enrolment code on.</summary>
public abstract class ServerKeyTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task A_till_that_was_enrolled_over_https_knows_the_servers_key_and_posts()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.True((await shop.ResyncAsync("front")).Agree);
        Assert.Equal([shop.Keys.Current().Fingerprint], Keys(shop, "front"));
    }

    [Fact]
    public async Task The_key_is_made_at_the_first_start_and_kept_through_the_next()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        await shop.EnrolAsync("front");
        var before = shop.Keys.Current().Fingerprint;
        await shop.StopServerAsync();
        await shop.StartServerAsync();
        Assert.Equal(before, shop.Keys.Current().Fingerprint);
        Assert.True((await shop.ResyncAsync("front")).Agree);
    }

    [Fact]
    public async Task A_server_with_another_key_is_told_nothing_and_the_till_sells_on()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        await shop.EnrolAsync("front");
        using var stranger = new Stranger();
        TillSetUp.SetServer(Disk.Files, shop.TillFolder("front"), stranger.Url, null);
        using var till = shop.OpenTill("front", false);
        var fault = await Assert.ThrowsAsync<UnknownServerException>(() => till.SynchroniseAsync());
        Assert.Contains("another key", fault.Message, StringComparison.Ordinal);
        var (outcome, transId) = await till.SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.NotNull(outcome.Entry);
        Assert.Null(transId);
        Assert.Equal(ConnectionState.Away, till.Status().State);
        Assert.Equal(0, stranger.BytesHeard);
    }

    [Fact]
    public async Task A_code_tells_the_server_apart_from_a_stranger_before_it_is_sent()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        using var stranger = new Stranger();
        var code = shop.NewCode("front");
        var fault = await Assert.ThrowsAsync<TillException>(() => Enrol(shop, stranger.Url, code));
        Assert.Contains("not the server that made this code", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, stranger.BytesHeard);
        await Enrol(shop, shop.Url, code);
    }

    [Fact]
    public async Task Without_the_key_in_the_code_only_a_certificate_of_the_usual_authorities_will_do()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        var code = EnrolmentCode.Read(shop.NewCode("front")).Secret;
        var fault = await Assert.ThrowsAsync<TillException>(() => Enrol(shop, shop.Url, code));
        Assert.Contains("--no-key", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_typed_in_small_letters_and_without_hyphens_as_well_and_a_short_one_is_told()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        var code = shop.NewCode("front");
        var fault = await Assert.ThrowsAsync<TillException>(() => Enrol(shop, shop.Url, code[..^3]));
        Assert.Contains("five groups", fault.Message, StringComparison.Ordinal);
        await Enrol(shop, shop.Url, code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_successor_is_announced_then_shown_and_no_till_notices()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        shop.Clock.Advance(TimeSpan.FromMinutes(5));
        await shop.ResyncAsync("front");
        var next = shop.Keys.Announce();
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        await shop.ResyncAsync("front");
        var early = Assert.Throws<ShopException>(() => shop.Keys.Switch(force: false));
        Assert.Contains("back", early.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("front", early.Message, StringComparison.Ordinal);
        await shop.ResyncAsync("back");

        using var open = shop.OpenTill("front", false);
        await open.SynchroniseAsync();
        shop.Keys.Switch(force: false);
        await open.SynchroniseAsync();
        Assert.True((await shop.ResyncAsync("back")).Agree);

        Assert.Equal([next.Fingerprint], Keys(shop, "front"));
        Assert.Equal([next.Fingerprint], Keys(shop, "back"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM server_key"));
    }

    [Fact]
    public async Task A_till_that_missed_the_successor_is_told_the_new_key_by_hand()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        await shop.EnrolAsync("front");
        shop.Keys.Announce();
        var key = shop.Keys.Switch(force: true).Fingerprint;
        await Assert.ThrowsAsync<UnknownServerException>(() => shop.ResyncAsync("front"));
        var shown = KeyFingerprint.Grouped(key[..KeyFingerprint.ShortLength]);
        TillSetUp.SetServer(Disk.Files, shop.TillFolder("front"), null, shown.ToLowerInvariant());
        Assert.True((await shop.ResyncAsync("front")).Agree);
        Assert.Equal([key], Keys(shop, "front"));
    }

    [Fact]
    public async Task A_successor_that_is_taken_back_is_trusted_no_longer()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        await shop.EnrolAsync("front");
        shop.Keys.Announce();
        Assert.Throws<ShopException>(() => shop.Keys.Announce());
        await shop.ResyncAsync("front");
        Assert.Equal(2, Keys(shop, "front").Count);
        shop.Keys.DropNext();
        Assert.Throws<ShopException>(() => shop.Keys.DropNext());
        Assert.Throws<ShopException>(() => shop.Keys.Switch(force: true));
        await shop.ResyncAsync("front");
        Assert.Equal([shop.Keys.Current().Fingerprint], Keys(shop, "front"));
    }

    [Fact]
    public async Task A_restored_server_shows_the_key_that_the_tills_know_by_now()
    {
        await using var shop = await OpenShopAsync(scheme: "https");
        await shop.EnrolAsync("front");
        var backup = shop.TillFolder("backup.db");
        ShopBackup.Write(shop.DatabaseFile, backup);
        shop.Clock.Advance(TimeSpan.FromMinutes(5));
        shop.Keys.Announce();
        shop.Clock.Advance(TimeSpan.FromMinutes(5));
        await shop.ResyncAsync("front");
        var key = shop.Keys.Switch(force: false).Fingerprint;
        await shop.ResyncAsync("front");
        await shop.StopServerAsync();
        ShopBackup.Restore(backup, shop.DatabaseFile, shop.Clock);
        await shop.StartServerAsync();
        Assert.Equal(key, shop.Keys.Current().Fingerprint);
        Assert.True((await shop.ResyncAsync("front")).Agree);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not letters of it")]
    [InlineData("ABCDE")]
    public async Task What_is_no_key_is_not_taken_for_one(string announced)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        IReadOnlyList<string>? kept = null;
        new PinnedKeys(["ABCDEFGHJKLMNPQ"], keys => kept = keys).Learn([announced]);
        Assert.Null(kept);
        if (announced.Length > 0)
        {
            Assert.Throws<TillException>(() => TillSetUp.SetServer(Disk.Files, shop.TillFolder("front"), null, announced));
        }
    }

    [Fact]
    public void A_fingerprint_is_the_hash_of_the_public_key_five_bits_a_letter()
    {
        // SHA-256 of nothing begins with e3b0c44298fc1c14: 11100 01110 11000 01100 …
        Assert.StartsWith("6Q2N", KeyFingerprint.Of([]), StringComparison.Ordinal);
        Assert.Equal(KeyFingerprint.Length, KeyFingerprint.Of([]).Length);
    }

    private static IReadOnlyList<string> Keys(Shop shop, string till) => TillIdentity.Read(Disk.Files, shop.TillFolder(till)).ServerKeys!;

    private static Task<TillIdentity> Enrol(Shop shop, string url, string code) =>
        TillSetUp.EnrolAsync(shop.TillFolder("fresh"), url, code, shop.Clock, CancellationToken.None);

    /// <summary>A TLS server with a key of its own, which counts what it hears after the handshake.</summary>
    private sealed class Stranger : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2 certificate;
        private int heard;

        public Stranger()
        {
            using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            certificate = new CertificateRequest("CN=stranger", pair, HashAlgorithmName.SHA256)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            listener.Start();
            _ = AnswerAsync();
        }

        public string Url => $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

        public int BytesHeard => Volatile.Read(ref heard);

        public void Dispose()
        {
            listener.Stop();
            certificate.Dispose();
        }

        private async Task AnswerAsync()
        {
            var buffer = new byte[4096];
            while (true)
            {
                try
                {
                    using var socket = await listener.AcceptTcpClientAsync();
                    await using var stream = new SslStream(socket.GetStream());
                    await stream.AuthenticateAsServerAsync(certificate);
                    for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
                    {
                        Interlocked.Add(ref heard, read);
                    }
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
