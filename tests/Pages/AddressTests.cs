using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Endpoints;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Pages;

/// <summary>Where the pages are: with all else, or at an address of their own, with a certificate that browsers take.</summary>
public sealed class AddressTests(Browser browser) : IClassFixture<Browser>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task At_an_address_of_their_own_the_pages_are_answered_and_nothing_else_and_nowhere_else()
    {
        await using var shop = await Shop.OpenAsync();
        var pem = Path.Combine(shop.ServerFolder, "office.pem");
        await File.WriteAllTextAsync(pem, Certificate("office.example"), Cancel);
        await shop.StopServerAsync();
        shop.Serving = options => options with { Pages = "https://127.0.0.1:0", PagesCertificate = pem };
        await shop.StartServerAsync();
        await shop.EnrolAsync("front");
        var seen = new List<string>();
        using var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
            {
                seen.Add(certificate!.Subject);
                return true;
            },
        };
        using var http = new HttpClient(handler);
        var pages = shop.Get<PagesAddress>().Url!;
        async Task<HttpStatusCode> At(string url, string path) => (await http.GetAsync(url + path, Cancel)).StatusCode;

        foreach (var path in new[] { "/sign-in", "/assets/1/office.css" })
        {
            Assert.Equal((path, HttpStatusCode.OK), (path, await At(pages, path)));
            Assert.Equal((path, HttpStatusCode.NotFound), (path, await At(shop.Url, path)));
        }
        foreach (var path in new[] { "/", "/me", "/_blazor/negotiate" })
        {
            Assert.NotEqual((path, HttpStatusCode.NotFound), (path, await At(pages, path)));
            Assert.Equal((path, HttpStatusCode.NotFound), (path, await At(shop.Url, path)));
        }
        foreach (var path in new[] { "/api/v1/tills", "/openapi/v1.json", "/api/reference/", "/sync/totals" })
        {
            Assert.Equal((path, HttpStatusCode.NotFound), (path, await At(pages, path)));
            Assert.NotEqual((path, HttpStatusCode.NotFound), (path, await At(shop.Url, path)));
        }
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await At(pages, "/health/ready"), await At(shop.Url, "/health/ready")));
        Assert.Equal(["CN=office.example"], seen.Distinct());
        // One that was renewed is taken with the next connection.
        await File.WriteAllTextAsync(pem, Certificate("renewed.example"), Cancel);
        File.SetLastWriteTimeUtc(pem, DateTime.UtcNow.AddMinutes(1));
        seen.Clear();
        using var later = new HttpClientHandler { ServerCertificateCustomValidationCallback = handler.ServerCertificateCustomValidationCallback };
        using var again = new HttpClient(later);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync(pages + "/sign-in", Cancel)).StatusCode);
        Assert.Equal(["CN=renewed.example"], seen.Distinct());
    }

    [Theory]
    [InlineData("nonsense", null, "no address for the pages")]
    [InlineData("http://127.0.0.1:1;http://127.0.0.1:2", null, "no address for the pages")]
    [InlineData(null, "x.pem", "Give both")]
    [InlineData("http://127.0.0.1:1", "x.pem", "plain HTTP")]
    [InlineData("https://127.0.0.1:1", "/no/such.pem", "cannot be used for the pages")]
    public void What_is_no_address_and_no_certificate_is_told(string? pages, string? pem, string says) => Assert.Contains(
        says, Assert.Throws<ShopException>(() => PagesAddress.Require(new ServerOptions("", "", "", Pages: pages, PagesCertificate: pem))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task The_API_is_described_for_people_out_of_the_program_itself()
    {
        Assert.SkipWhen(Browser.Program is null, "needs Chromium: apt-get install chromium");
        await using var shop = await Shop.OpenAsync();
        await using var window = await browser.OpenAsync(shop.Url);
        await window.Page.GotoAsync(shop.Url + "/api/reference");
        await window.SaysAsync("Posted transactions in the order of posting");
        Assert.Empty(window.Complaints);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Certificate(string name)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest($"CN={name}", pair, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return made.ExportCertificatePem() + "\n" + pair.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
