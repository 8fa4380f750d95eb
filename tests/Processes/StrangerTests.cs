using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.Processes;

/// <summary>What strangers ask costs nobody anything: who asks is known before a body is read, unpacked or waited for.</summary>
[Collection(nameof(ProcessesAlone))]
public sealed class StrangerTests : IDisposable
{
    private const int Many = 200;
    private const int BombBytes = 40 * 1024 * 1024;
    private const long MostMegabytesMore = 50;
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(100);
    private readonly Programs programs = new();

    public void Dispose() => programs.Dispose();

    [Fact]
    public async Task Hundreds_of_strangers_who_trickle_and_hundreds_who_send_bombs_cost_a_tills_sale_nothing()
    {
        await programs.ServerAsync("branch", "add", "--name", "High Street");
        var server = await programs.ServeAsync();
        await programs.EnrolAsync("front");
        using var till = Till.Open(programs.TillFolder, false, TimeProvider.System);
        for (var warm = 0; warm < 20; warm++)
        {
            await SellAsync(till);
        }
        var before = Megabytes(server);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var trickling = Enumerable.Range(0, Many).Select(_ => TrickleAsync(new Uri(programs.Url).Port, ending.Token)).ToArray();
        var bombs = ThrowAsync(programs.Url);
        var (times, most) = (new List<TimeSpan>(), 0L);
        for (var sale = 0; sale < 20 || !bombs.IsCompleted; sale++)
        {
            times.Add(await SellAsync(till));
            most = Math.Max(most, Megabytes(server));
        }

        Assert.All(await bombs, status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        // Of the sales beside it: this machine has its own pauses.
        Assert.True(times.Order().ElementAt(times.Count / 2) < AtOnce, $"sales took {string.Join(", ", times.Select(t => (int)t.TotalMilliseconds))} ms");
        Assert.True(most - before < MostMegabytesMore, $"the server had {before} MB, and {most} MB");
        // A download finds its permits free.
        await till.ReprovisionAsync(cancel: Cancel);
        await ending.CancelAsync();
        await Task.WhenAll(trickling);
    }

    [Theory]
    [InlineData("/sync/hello")]
    [InlineData("/sync/pull")]
    [InlineData("/sync/news")]
    [InlineData("/sync/enrol")]
    public async Task A_body_larger_than_such_a_request_can_have_is_refused_packed_or_not(string path)
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        using var client = new HttpClient { BaseAddress = new Uri(shop.Url) };
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", $"{identity.Till}:{identity.Secret}");

        var plain = await client.PostAsync(path, Json(new ByteArrayContent(new byte[100_000])), Cancel);
        var packed = await client.PostAsync(path, Bomb(1_000_000), Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, plain.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, packed.StatusCode);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_body_that_is_none_of_the_protocols_is_answered_in_words(string body)
    {
        await using var shop = await Shop.OpenAsync();
        using var client = new HttpClient { BaseAddress = new Uri(shop.Url) };
        var answer = await client.PostAsync("/sync/enrol", Json(new ByteArrayContent(Encoding.UTF8.GetBytes(body))), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("not one of this protocol", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    /// <summary>Seals a sale in normal mode; until its TransID is there.</summary>
    private static async Task<TimeSpan> SellAsync(Till till)
    {
        var began = Stopwatch.GetTimestamp();
        var (_, number) = await till.SellAsync(
            new SaleDraft
            {
                Lines = [new LineDraft { Title = "Postcard", UnitPriceCents = 100 }],
                Payments = [new PaymentDraft { Method = "cash", AmountCents = 100 }],
            },
            Cancel);
        Assert.NotNull(number);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>A pull whose body never ends, with credentials that anybody can write.</summary>
    private static async Task TrickleAsync(int port, CancellationToken cancel)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancel);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                "POST /sync/pull HTTP/1.1\r\nHost: x\r\nAuthorization: Till 1:0\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"), cancel);
            while (true)
            {
                await stream.WriteAsync("{"u8.ToArray(), cancel);
                await Task.Delay(100, cancel);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The server has hung up, or it is over.
        }
    }

    private static async Task<HttpStatusCode[]> ThrowAsync(string url)
    {
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        var bomb = await Bomb(BombBytes).ReadAsByteArrayAsync(Cancel);
        return await Task.WhenAll(Enumerable.Range(0, Many).Select(async _ =>
        {
            var content = Json(new ByteArrayContent(bomb));
            content.Headers.ContentEncoding.Add("gzip");
            return (await client.PostAsync("/sync/hello", content, Cancel)).StatusCode;
        }));
    }

    private static ByteArrayContent Bomb(int bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(Encoding.ASCII.GetBytes(new string(' ', bytes)));
        }
        var content = Json(new ByteArrayContent(packed.ToArray()));
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private static ByteArrayContent Json(ByteArrayContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static long Megabytes(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 / 1024 / 1024;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
