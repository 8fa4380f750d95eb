using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>What programs ask: nothing is skipped, nothing is told that is not theirs, and what is wrong is said.</summary>
public abstract class ApiTests(Engine engine) : ServerSuite(engine)
{
    private static readonly Actor Admin = Actor.AtTheMachine();

    [Fact]
    public async Task A_key_opens_what_it_is_for_and_of_its_branch_and_nothing_else()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("pier", branch: 2);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("pier", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("pier");
        using var stranger = new HttpClient { BaseAddress = new Uri(shop.Url + "/") };
        using var sales = Client(shop, null, "sales:read");
        using var harbour = Client(shop, 2, "sales:read", "stock:read", "accounts:read");
        using var tills = Client(shop, null, "tills:read");

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("api/v1/transactions", Cancel)).StatusCode);
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "bm_0000");
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("api/v1/transactions", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await sales.GetAsync("api/v1/contacts", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await sales.GetAsync("api/v1/tills", Cancel)).StatusCode);
        Assert.Equal(2, (await PullAsync(sales, "transactions")).Items.Count);
        Assert.Equal("D200001", Assert.Single((await PullAsync(harbour, "transactions")).Items).GetProperty("docket").GetString());
        Assert.Equal(HttpStatusCode.OK, (await harbour.GetAsync("api/v1/transactions/D200001", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await harbour.GetAsync("api/v1/transactions/D100001", Cancel)).StatusCode);
        Assert.All((await PullAsync(harbour, "on_hand")).Items, h => Assert.Equal(2, h.GetProperty("branch").GetInt64()));
        Assert.Equal(HttpStatusCode.Forbidden, (await harbour.GetAsync("api/v1/totals?branch=1&from=2026-11-01&to=2026-11-30", Cancel)).StatusCode);
        Assert.Contains("1795", await harbour.GetStringAsync("api/v1/totals?branch=2&from=2026-11-01&to=2026-11-30", Cancel), StringComparison.Ordinal);
        Assert.Contains("front", await tills.GetStringAsync("api/v1/tills", Cancel), StringComparison.Ordinal);
        shop.Get<ApiKeys>().Revoke(Admin, "key for tills:read");
        Assert.Equal(HttpStatusCode.Unauthorized, (await tills.GetAsync("api/v1/tills", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Transactions_come_in_the_order_of_posting_each_once_also_while_tills_post()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        using var http = Client(shop, null, "sales:read");
        var posting = Task.Run(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                foreach (var name in new[] { "front", "back" })
                {
                    using var till = shop.OpenTill(name, true);
                    await till.SellAsync(Sales.Of(Sales.Lighthouse));
                    await till.SellAsync(Sales.Of(Sales.Garden, price: 1250));
                    await shop.ResyncAsync(name);
                }
            }
        }, Cancel);
        var (pulled, next) = (new List<long>(), (string?)null);
        while (!posting.IsCompleted || pulled.Count < 16)
        {
            var some = await SliceAsync(http, "transactions", next, 3);
            pulled.AddRange(some.Items.Select(t => t.GetProperty("trans_id").GetInt64()));
            next = some.Next;
            Assert.True(pulled.Count <= 16);
        }
        await posting;

        Assert.Equal(pulled.Distinct().Order(), pulled);
        Assert.Equal(16, pulled.Count);
        Assert.Empty((await SliceAsync(http, "transactions", next, 100)).Items);
    }

    [Fact]
    public async Task After_a_restore_a_cursor_is_gone_and_a_pull_from_the_beginning_has_everything_once()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        var key = shop.Get<ApiKeys>().Add(Admin, "webshop", ["sales:read"], null);
        var copy = await shop.CopyRecordsAsync();
        await till.SellAsync(Sales.Of(Sales.Garden, price: 1250));
        await shop.ResyncAsync("front");
        string? next;
        using (var http = Client(shop, key))
        {
            next = (await PullAsync(http, "transactions")).Next;
        }
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        await shop.ResyncAsync("front");

        using var again = Client(shop, key);
        Assert.Equal(HttpStatusCode.Gone, (await again.GetAsync($"api/v1/transactions?after={next}", Cancel)).StatusCode);
        Assert.Equal(["D100001", "D100002"], (await PullAsync(again, "transactions")).Items.Select(t => t.GetProperty("docket").GetString()));
    }

    [Fact]
    public async Task Stock_comes_whole_and_then_as_it_changes_with_what_is_gone()
    {
        await using var shop = await OpenShopAsync();
        using var http = Client(shop, null, "stock:read", "contacts:read");
        var (all, next) = await PullAsync(http, "stock", 3);
        Assert.Equal(4, all.Count);
        Assert.Equal(4, all.Select(s => s.GetProperty("stock_id").GetString()).Distinct().Count());
        Assert.Empty((await PullAsync(http, "stock", after: next)).Items);
        var counts = (await PullAsync(http, "on_hand")).Next;

        var id = shop.Database.Reading(s => StockRecords.Find(s, Sales.Maps))[0].StockId;
        shop.Get<StockRecords>().Edit(Admin, id, new Dictionary<string, string?> { ["title"] = "Maps" });
        shop.Get<StockRecords>().Receive(Admin, id, 1, 4);
        shop.Write("DELETE FROM stock WHERE code = @code", Sales.Garden);

        var changed = await PullAsync(http, "stock", after: next);
        Assert.Equal(2, changed.Items.Count);
        Assert.Equal("Maps", changed.Items.Single(s => !s.GetProperty("removed").GetBoolean()).GetProperty("title").GetString());
        Assert.Equal(7, Assert.Single((await PullAsync(http, "on_hand", after: counts)).Items).GetProperty("on_hand").GetInt64());
        Assert.Equal("Rosa Finch", Assert.Single((await PullAsync(http, "contacts")).Items).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Who_waits_hears_of_a_sale_as_soon_as_it_is_posted()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var http = Client(shop, null, "sales:read");
        var next = (await PullAsync(http, "transactions")).Next;
        var waiting = SliceAsync(http, "transactions", next, 10, wait: 25);
        await Task.Delay(300, Cancel);
        Assert.False(waiting.IsCompleted);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        for (var i = 0; i < 60 && !waiting.IsCompleted; i++)
        {
            shop.Clock.Advance(TimeSpan.FromMilliseconds(300));
            await Task.Delay(50, Cancel);
        }
        Assert.Single((await waiting).Items);
    }

    [Fact]
    public async Task What_is_wrong_is_said_with_what_is_right()
    {
        await using var shop = await OpenShopAsync();
        using var http = Client(shop, null, "sales:read", "stock:read", "accounts:read");
        foreach (var (path, status, says) in ((string, HttpStatusCode, string)[])
        [
            ("transactions?after=nonsense", HttpStatusCode.BadRequest, "no cursor"), ($"transactions?after={new string('x', 4000)}", HttpStatusCode.BadRequest, "no cursor"),
            ($"stock?after={(await PullAsync(http, "transactions")).Next}", HttpStatusCode.BadRequest, "no cursor"), ("transactions?limit=0", HttpStatusCode.BadRequest, "1 to 1000"),
            ("transactions?limit=9999999", HttpStatusCode.BadRequest, "1 to 1000"), ("transactions?wait=-1", HttpStatusCode.BadRequest, "0 to 50"), ("transactions?limit=x", HttpStatusCode.BadRequest, ""),
            ("transactions/D999999999999999999999", HttpStatusCode.NotFound, "No posted transaction"), ("totals?branch=1&from=yesterday&to=2026-11-30", HttpStatusCode.BadRequest, "2026-11-23"),
            ("totals?branch=77&from=2026-11-01&to=2026-11-30", HttpStatusCode.BadRequest, "no branch 77"), ("nothing", HttpStatusCode.NotFound, ""),
        ])
        {
            var answer = await http.GetAsync("api/v1/" + path, Cancel);
            Assert.Equal((path, status), (path, answer.StatusCode));
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Contains(says, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_description_is_the_one_that_was_published()
    {
        await using var shop = await OpenShopAsync();
        using var http = new HttpClient();
        var description = Indented(await http.GetStringAsync(shop.Url + "/openapi/v1.json", Cancel));
        var golden = Path.Combine(AppContext.BaseDirectory, "Golden", "openapi-v1.json");
        if (Environment.GetEnvironmentVariable("BOOKMINE_WRITE_GOLDEN") is { } folder)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "openapi-v1.json"), description + "\n", Cancel);
        }
        Assert.Equal((await File.ReadAllTextAsync(golden, Cancel)).TrimEnd(), description);
    }

    private static string Indented(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, new JsonSerializerOptions { WriteIndented = true });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static HttpClient Client(Shop shop, long? branch, params string[] scopes) =>
        Client(shop, shop.Get<ApiKeys>().Add(Admin, $"key for {string.Join(' ', scopes)}", scopes, branch));

    private static HttpClient Client(Shop shop, string key)
    {
        var http = new HttpClient { BaseAddress = new Uri(shop.Url + "/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Everything after a cursor.</summary>
    private static async Task<(List<JsonElement> Items, string? Next)> PullAsync(HttpClient http, string list, int limit = 100, string? after = null)
    {
        var all = new List<JsonElement>();
        for (var (more, next) = (true, after); ;)
        {
            var slice = await SliceAsync(http, list, next, limit);
            all.AddRange(slice.Items);
            (more, next) = (slice.More, slice.Next);
            if (!more)
            {
                return (all, next);
            }
        }
    }

    private static async Task<(List<JsonElement> Items, string? Next, bool More)> SliceAsync(HttpClient http, string list, string? after, int limit, int wait = 0)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync($"api/v1/{list}?limit={limit}&wait={wait}{(after is null ? "" : "&after=" + after)}", Cancel));
        var root = document.RootElement;
        return ([.. root.GetProperty("items").EnumerateArray().Select(i => i.Clone())], root.GetProperty("next").GetString(), root.GetProperty("more").GetBoolean());
    }
}
