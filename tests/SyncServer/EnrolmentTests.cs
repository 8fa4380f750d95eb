using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Tills;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>Enrolment and identity: codes, secrets, versions, and what strangers may not do.</summary>
public abstract class EnrolmentTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task A_code_is_good_once()
    {
        await using var shop = await OpenShopAsync();
        var code = shop.NewCode("front");
        await Enrol(shop, "a", code);
        var fault = await Assert.ThrowsAsync<ServerRefusedException>(() => Enrol(shop, "b", code));
        Assert.Contains("used already", fault.Message, StringComparison.Ordinal);
        Assert.False(TillIdentity.Exists(Disk.Files, shop.TillFolder("b")));
    }

    [Fact]
    public async Task A_code_that_several_machines_type_at_the_same_moment_is_good_for_one()
    {
        await using var shop = await OpenShopAsync();
        for (var round = 0; round < 10; round++)
        {
            var enrolment = new Enrolment(shop.Database, shop.Clock, new SystemSecrets(), new EntityIds(shop.Clock));
            var (code, _) = enrolment.NewCode(1, $"till {round}");
            var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() =>
            {
                try
                {
                    return enrolment.Enrol(code).Till;
                }
                catch (ShopException e) when (e.Message.Contains("used already", StringComparison.Ordinal))
                {
                    return 0;
                }
            })));
            Assert.Single(replies, r => r != 0);
        }
        Assert.Equal((10, 10), (shop.Number("SELECT count(*) FROM till"), shop.Number("SELECT count(DISTINCT first) FROM number_block")));
    }

    [Fact]
    public async Task A_code_expires_after_ten_minutes_and_an_unknown_one_is_told_apart()
    {
        await using var shop = await OpenShopAsync();
        var code = shop.NewCode("front");
        shop.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Contains("expired", (await Assert.ThrowsAsync<ServerRefusedException>(() => Enrol(shop, "a", code))).Message, StringComparison.Ordinal);
        Assert.Contains("no such", (await Assert.ThrowsAsync<ServerRefusedException>(() => Enrol(shop, "a", "NONSENSE22"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_enrolled_tills_folder_is_not_enrolled_over()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var code = shop.NewCode("other");
        await Assert.ThrowsAsync<TillException>(() => Enrol(shop, "front", code));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM enrol_code WHERE used_at IS NOT NULL AND till_name = 'other'"));
    }

    [Fact]
    public async Task A_till_enrolled_afresh_gets_numbers_of_its_own()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var code = shop.NewCode("front");
        await Enrol(shop, "replacement", code);
        Assert.Equal(2, shop.Number("SELECT count(DISTINCT first) FROM number_block"));
        Assert.Equal("superseded", shop.Text("SELECT state FROM till WHERE id = 1"));
    }

    [Fact]
    public async Task A_block_of_numbers_is_proved_from_the_enrolment_on_also_to_a_server_that_was_restored_to_before_it()
    {
        await using var shop = await OpenShopAsync();
        var backup = shop.TillFolder("backup.db");
        Bookmine.SyncServer.Database.ShopBackup.Write(shop.DatabaseFile, backup);
        var code = shop.NewCode("front");
        await Enrol(shop, "front", code);
        await shop.StopServerAsync();
        Bookmine.SyncServer.Database.ShopBackup.Restore(backup, shop.DatabaseFile, shop.Clock);
        await shop.StartServerAsync();
        using var till = shop.OpenTill("front", false);
        await Assert.ThrowsAsync<ServerRefusedException>(async () => await till.ReprovisionAsync());
        shop.Admit();
        await till.ReprovisionAsync();
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await till.SynchroniseAsync();
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task A_server_of_another_version_says_so_and_burns_no_code()
    {
        await using var shop = await OpenShopAsync();
        var code = shop.NewCode("front");
        using var http = new HttpClient();
        var reply = await http.PostAsJsonAsync(shop.Url + "/sync/enrol", new { code, protocol = 2, schema = 1 });
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Contains("same version", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Enrol(shop, "a", code);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1:0000")]
    [InlineData("x:y")]
    [InlineData("99999999999999999999:y")]
    public async Task Without_a_tills_secret_nothing_is_answered(string? credentials)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = credentials is null ? null : new AuthenticationHeaderValue("Till", credentials);
        foreach (var path in (string[])["sync/totals?from=1&through=2", "shop/transaction/D1", "sync/snapshot/x"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync($"{shop.Url}/{path}")).StatusCode);
        }
    }

    [Fact]
    public async Task Malformed_and_hostile_bodies_get_a_problem_answer_that_leaks_nothing()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", $"{identity.Till}:{identity.Secret}");
        var random = new Random(7);
        foreach (var path in (string[])["sync/push", "sync/pull", "sync/hello", "shop/edit/01930000-0000-7000-8000-000000000001"])
        {
            for (var i = 0; i < 25; i++)
            {
                var body = new byte[random.Next(200)];
                random.NextBytes(body);
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                var reply = await http.PostAsync($"{shop.Url}/{path}", content);
                var text = await reply.Content.ReadAsStringAsync();
                Assert.InRange((int)reply.StatusCode, 400, 499);
                Assert.DoesNotContain("/work", text, StringComparison.Ordinal);
                Assert.DoesNotContain("SELECT", text, StringComparison.Ordinal);
                Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Who_sends_nothing_keeps_nobody_waiting_and_while_one_does_not_read_sales_are_posted_and_downloads_wait_their_turn()
    {
        await using var shop = await OpenShopAsync(mostDownloads: 1);
        shop.AddTitles(60_000);
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        var header = $"HTTP/1.1\r\nHost: x\r\nAuthorization: Till {identity.Till}:{identity.Secret}\r\n";
        using var silent = await AskAsync($"POST /sync/pull {header}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", $"{identity.Till}:{identity.Secret}");
        async Task<HttpResponseMessage> PullAsync() =>
            await http.PostAsJsonAsync(shop.Url + "/sync/pull", new { epoch = "", cursors = new Dictionary<string, long>() });
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, (await PullAsync()).StatusCode);

        using var hello = await http.PostAsJsonAsync(shop.Url + "/sync/hello", HelloRequest.ForSnapshot(BookmineSetup.SchemaVersion), WireJson.Default.HelloRequest);
        var snapshot = (await hello.Content.ReadFromJsonAsync(WireJson.Default.HelloReply))!.Snapshot!.Name;
        var slow = await AskAsync($"GET /sync/snapshot/{snapshot} {header}\r\n");
        HttpResponseMessage told;
        var (began, asked) = (System.Diagnostics.Stopwatch.StartNew(), System.Diagnostics.Stopwatch.StartNew());
        do
        {
            Assert.True(began.Elapsed < TimeSpan.FromMinutes(1), "no download was told to wait");
            if (asked.Elapsed > TimeSpan.FromSeconds(5))
            {
                // It was itself told to wait: a pull's permit is given back a moment after its answer.
                slow.Dispose();
                slow = await AskAsync($"GET /sync/snapshot/{snapshot} {header}\r\n");
                asked.Restart();
            }
            told = await PullAsync();
        }
        while (told.StatusCode != HttpStatusCode.ServiceUnavailable);
        Assert.InRange(told.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);

        using var till = shop.OpenTill("front", false);
        var resync = till.SynchroniseAsync();
        while (shop.Number("SELECT count(*) FROM document") == 0)
        {
            Assert.False(resync.IsCompleted);
            await Task.Delay(10);
        }
        slow.Dispose();

        Assert.True((await resync).Agree);
        Replicas.AssertEqual(shop, "front");

        async Task<System.Net.Sockets.TcpClient> AskAsync(string request)
        {
            // A small window: what the two systems take by themselves would otherwise be the whole file.
            var client = new System.Net.Sockets.TcpClient { ReceiveBufferSize = 4096 };
            await client.ConnectAsync("127.0.0.1", new Uri(shop.Url).Port);
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
            return client;
        }
    }

    [Fact]
    public async Task A_decompression_bomb_is_refused()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", $"{identity.Till}:{identity.Secret}");
        using var bomb = new MemoryStream();
        using (var brotli = new System.IO.Compression.BrotliStream(bomb, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(new byte[64 * 1024 * 1024]);
        }
        using var content = new ByteArrayContent(bomb.ToArray());
        content.Headers.ContentEncoding.Add("br");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.PostAsync($"{shop.Url}/sync/push", content)).StatusCode);
    }

    [Fact]
    public async Task A_tills_secret_lies_in_a_file_that_only_its_owner_reads_and_on_the_server_only_as_a_hash()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var file = Path.Combine(shop.TillFolder("front"), "till.json");
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var till = shop.OpenTill("front", true);
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
            foreach (var records in (string[])[.. Directory.GetFiles(Path.GetDirectoryName(shop.DatabaseFile)!, "shop.db*"), .. Directory.GetFiles(shop.TillFolder("front"))])
            {
                Assert.Equal(owners, File.GetUnixFileMode(records));
            }
            Assert.Equal(owners | UnixFileMode.UserExecute, File.GetUnixFileMode(shop.TillFolder("front")));
        }
        var secret = TillIdentity.Read(Disk.Files, shop.TillFolder("front")).Secret;
        await using var stream = new FileStream(shop.DatabaseFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var database = new MemoryStream();
        await stream.CopyToAsync(database);
        Assert.Equal(-1, database.ToArray().AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)));
    }

    [Fact]
    public async Task Plain_HTTP_to_another_machine_is_refused()
    {
        var fault = await Assert.ThrowsAsync<TillException>(() => TillSetUp.EnrolAsync(
            Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("n")), "http://192.0.2.1:5080", "X", TimeProvider.System, default));
        Assert.Contains("https", fault.Message, StringComparison.Ordinal);
    }

    private static Task<TillIdentity> Enrol(Shop shop, string folder, string code) =>
        TillSetUp.EnrolAsync(shop.TillFolder(folder), shop.Url, code, shop.Clock, CancellationToken.None);
}
