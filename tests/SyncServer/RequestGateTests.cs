using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Files;

namespace Bookmine.Tests.SyncServer;

/// <summary>Many tills at once are worked on in turn, and slow ones hold up nobody.</summary>
public sealed class RequestGateTests
{
    [Theory]
    [InlineData("sync/push")]
    [InlineData("sync/fork")]
    [InlineData("shop/edit/01930000-0000-7000-8000-000000000001")]
    public async Task Requests_whose_bodies_come_slowly_or_never_hold_up_no_other_till(string path)
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("slow");
        var slow = TillIdentity.Read(Disk.Files, shop.TillFolder("slow"));
        var lines = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 60; i++)
            {
                var line = new TcpClient();
                lines.Add(line);
                await line.ConnectAsync(IPAddress.Loopback, new Uri(shop.Url).Port, TestContext.Current.CancellationToken);
                var head = string.Create(
                    CultureInfo.InvariantCulture, $"POST /{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Till {slow.Till}:{slow.Secret}\r\nContent-Length: 5000\r\n\r\nhalf of it");
                await line.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
            }
            await Task.Delay(200, TestContext.Current.CancellationToken);

            Assert.True((await shop.ResyncAsync("front").WaitAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken)).Agree);
        }
        finally
        {
            lines.ForEach(l => l.Dispose());
        }
    }

    [Fact]
    public async Task Three_hundred_requests_at_once_are_all_served()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        using var http = new HttpClient();
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        var hellos = Enumerable.Range(0, 300).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{shop.Url}/sync/totals?from=1&through=2");
            request.Headers.TryAddWithoutValidation("Authorization", $"Till {identity.Till}:{identity.Secret}");
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        });
        Assert.All(await Task.WhenAll(hellos).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken), s => Assert.Equal(HttpStatusCode.OK, s));
        Assert.False(await till.WaitForNewsAsync(0, TestContext.Current.CancellationToken));
    }
}
