using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Bookmine.Schema;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.Sync;

/// <summary>What changes on the server is known to the tills concerned at once, and to no other; whatever becomes of the news, nothing is lost.</summary>
public abstract class NewsTests(Engine engine) : ServerSuite(engine)
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_price_changed_by_SQL_is_heard_of_at_its_branch_and_at_no_other()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("harbour", 2);
        await shop.ResyncAsync("front");
        await using var harbour = new CrashingTill(shop, "harbour");
        var (front, elsewhere) = (shop.OpenTill("front", false).WaitForNewsAsync(Cancel), harbour.WaitForNewsAsync(3, Cancel));
        await Task.Delay(300, Cancel);
        Assert.False(front.IsCompleted);

        shop.Write("UPDATE holding SET price_cents = 4321 WHERE branch = 1 AND stock_id = (SELECT id FROM stock WHERE isbn13 = 9780000000019)");

        await front.WaitAsync(AtOnce, Cancel);
        await shop.ResyncAsync("front");
        Assert.Contains(await shop.OpenTill("front", true).FindAsync("9780000000019"), f => f.ToString()!.Contains("4321", StringComparison.Ordinal));
        Assert.False(await elsewhere);
    }

    [Fact]
    public async Task Another_tills_sale_is_heard_of_and_its_own_server_need_not_be_asked_twice()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await using var waiting = new CrashingTill(shop, "back");
        var heard = waiting.WaitForNewsAsync(25, Cancel);
        var front = shop.OpenTill("front", false);
        await front.SynchroniseAsync(cancel: Cancel);

        var (_, number) = await front.SellAsync(new SaleDraft
        {
            Lines = [new LineDraft { Code = "9780000000019" }],
            Payments = [new PaymentDraft { Method = "cash", AmountCents = 1795 }],
        }, Cancel);

        Assert.NotNull(number);
        Assert.True(await heard.WaitAsync(AtOnce, Cancel));
        await waiting.SynchroniseAsync();
        Replicas.AssertEqual(shop, "back");
        Assert.False(await waiting.WaitForNewsAsync(0, Cancel));
    }

    [Fact]
    public async Task What_changed_before_the_wait_began_is_news_and_what_is_known_is_none()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        Assert.False(await till.WaitForNewsAsync(1, Cancel));

        shop.Write("UPDATE stock SET title = 'Renamed' WHERE isbn13 = 9780000000019");

        Assert.True(await till.WaitForNewsAsync(25, Cancel).WaitAsync(AtOnce, Cancel));
    }

    [Fact]
    public async Task A_till_that_is_revoked_while_it_waits_is_told_by_the_hello_that_follows()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        var waiting = till.WaitForNewsAsync(25, Cancel);
        await Task.Delay(200, Cancel);

        shop.Write("UPDATE till SET state = 'revoked'");
        shop.Write("UPDATE stock SET title = 'Not for it' WHERE isbn13 = 9780000000019");

        Assert.True(await waiting.WaitAsync(AtOnce, Cancel));
        Assert.True(await till.WaitForNewsAsync(25, Cancel).WaitAsync(AtOnce, Cancel));
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(till.SynchroniseAsync);
        Assert.Contains("revoked", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_with_cursors_of_another_epoch_ends_at_once()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        var heard = till.WaitForNewsAsync(25, Cancel);
        await Task.Delay(200, Cancel);

        shop.Write("UPDATE sync_state SET epoch = 'another' WHERE id = 1");

        Assert.True(await heard.WaitAsync(AtOnce, Cancel));
    }

    [Fact]
    public async Task Of_one_till_the_last_wait_counts()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        var first = till.WaitForNewsAsync(25, Cancel);
        await Task.Delay(300, Cancel);

        var second = till.WaitForNewsAsync(1, Cancel);

        Assert.False(await first.WaitAsync(TimeSpan.FromSeconds(1), Cancel));
        Assert.False(await second);
    }

    [Fact]
    public async Task A_server_that_stops_lets_those_who_wait_go()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        var heard = till.WaitForNewsAsync(25, Cancel);
        await Task.Delay(300, Cancel);
        var started = Stopwatch.GetTimestamp();

        await shop.StopServerAsync();

        Assert.False(await heard.WaitAsync(AtOnce, Cancel));
        Assert.True(Stopwatch.GetElapsedTime(started) < AtOnce);
        await Assert.ThrowsAsync<ServerAwayException>(() => till.WaitForNewsAsync(25, Cancel));
        await shop.StartServerAsync();
        Assert.False(await till.WaitForNewsAsync(0, Cancel));
    }

    [Fact]
    public async Task A_transaction_held_open_by_another_program_delays_the_news_and_loses_none()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        var heard = till.WaitForNewsAsync(25, Cancel);
        using (var open = shop.Connect())
        {
            open.Begin();
            open.Execute("UPDATE stock SET title = 'Held open' WHERE isbn13 = 9780000000026");
            await Task.Delay(1_500, Cancel);
            open.Commit();
        }
        Assert.True(await heard.WaitAsync(AtOnce, Cancel));
        await till.SynchroniseAsync();
        Assert.NotEmpty(await shop.OpenTill("front", true).FindAsync("held open"));
    }

    [Fact]
    public async Task A_hello_tells_each_side_the_others_version()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        var reply = await till.Channel.HelloAsync(HelloRequest.ForSnapshot(BookmineSetup.SchemaVersion), Cancel);
        Assert.Equal(ProgramVersion.Own, reply.Program);
    }

    [Fact]
    public async Task Something_on_the_way_that_cuts_what_is_idle_costs_a_hello_once_and_no_news()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var ending = new CancellationTokenSource();
        using var relay = new TcpListener(IPAddress.Loopback, 0);
        relay.Start();
        var relaying = RelayAsync(relay, new Uri(shop.Url).Port, TimeSpan.FromSeconds(4), ending.Token);
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        (identity with { Server = $"http://127.0.0.1:{((IPEndPoint)relay.LocalEndpoint).Port}" }).Write(Disk.Files, shop.TillFolder("front"));
        using var till = Till.Open(shop.TillFolder("front"), false, TimeProvider.System);

        await till.WaitForNewsAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(8), Cancel);
        await till.SynchroniseAsync(cancel: Cancel);
        var second = till.WaitForNewsAsync(Cancel);
        await Task.Delay(TimeSpan.FromSeconds(9), Cancel);
        Assert.False(second.IsCompleted);
        shop.Write("UPDATE stock SET title = 'Behind a proxy' WHERE isbn13 = 9780000000026");
        await second.WaitAsync(AtOnce, Cancel);

        await ending.CancelAsync();
        await relaying;
    }

    /// <summary>Passes bytes on, and cuts a connection on which the server has said nothing for so long.</summary>
    private static async Task RelayAsync(TcpListener relay, int port, TimeSpan patience, CancellationToken cancel)
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(PassOnAsync(await relay.AcceptTcpClientAsync(cancel)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }

        async Task PassOnAsync(TcpClient near)
        {
            using var far = new TcpClient();
            using (near)
            {
                try
                {
                    await far.ConnectAsync(IPAddress.Loopback, port, cancel);
                    var sending = near.GetStream().CopyToAsync(far.GetStream(), cancel);
                    var buffer = new byte[64 * 1024];
                    int read;
                    while ((read = await far.GetStream().ReadAsync(buffer, cancel).AsTask().WaitAsync(patience, cancel)) > 0)
                    {
                        await near.GetStream().WriteAsync(buffer.AsMemory(0, read), cancel);
                    }
                }
                catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException or SocketException)
                {
                    // Cut.
                }
            }
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
