using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Bookmine.Sync.Journal;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Selling;

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
            ("transactions?after=nonsense", HttpStatusCode.BadRequest, "no cursor"),
                ($"transactions?after={new string('x', 4000)}", HttpStatusCode.BadRequest, "no cursor"),
            ($"stock?after={(await PullAsync(http, "transactions")).Next}", HttpStatusCode.BadRequest, "no cursor"),
                ("transactions?limit=0", HttpStatusCode.BadRequest, "1 to 1000"),
            ("transactions?limit=9999999", HttpStatusCode.BadRequest, "1 to 1000"),
                ("transactions?wait=-1", HttpStatusCode.BadRequest, "0 to 50"), ("transactions?limit=x", HttpStatusCode.BadRequest, ""),
            ("transactions/D999999999999999999999", HttpStatusCode.NotFound, "No posted transaction"),
                ("totals?branch=1&from=yesterday&to=2026-11-30", HttpStatusCode.BadRequest, "2026-11-23"),
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

    [Fact]
    public async Task A_program_keeps_records_by_names_of_its_own_and_what_it_leaves_out_stays()
    {
        await using var shop = await OpenShopAsync();
        using var http = Client(shop, 1, "stock:write", "stock:read", "contacts:write", "contacts:read");

        var made = await PatchAsync(http, "stock/webshop/sku-1", """{"title":"Rivers","isbn":"978-0-00-000004-0","price_cents":900,"category":"Travel"}""");
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.True(made.Body.GetProperty("is_new").GetBoolean());
        var changed = await PatchAsync(http, "stock/webshop/sku-1", """{"price_cents":950,"category":null}""", made.Tag);
        Assert.False(changed.Body.GetProperty("is_new").GetBoolean());
        Assert.Equal("Rivers", shop.Text("SELECT title FROM stock WHERE isbn13 = 9780000000040 AND category IS NULL"));
        Assert.Equal(950, shop.Number(
            "SELECT h.price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE h.branch = 1 AND s.isbn13 = 9780000000040"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await PatchAsync(http, "stock/webshop/sku-1", """{"title":"Lakes"}""", made.Tag)).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await PatchAsync(http, "stock/webshop/sku-2", """{"title":"Lakes"}""", made.Tag)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PatchAsync(http, "stock/webshop/sku-2", """{"isbn":"123","title":"Lakes"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PatchAsync(http, "stock/webshop/sku-2", """{"made_by":7,"title":"Lakes"}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PatchAsync(http, "stock/webshop/sku-1", """{"price_cents":1,"branch":2}""")).Status);
        // What is on record already by its number is that record.
        Assert.True((await PatchAsync(http, "stock/other/9", """{"isbn":"9780000000019"}""")).Body.GetProperty("is_new").GetBoolean());
        Assert.Equal(1, shop.Number("SELECT count(*) FROM stock WHERE isbn13 = 9780000000019"));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("api/v1/stock/webshop/none", Cancel)).StatusCode);
        Assert.Contains("Rivers", await http.GetStringAsync("api/v1/stock/webshop/sku-1", Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(http, "contacts/webshop/77", """{"name":"Ada","email":"ada@example.com"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PatchAsync(http, "contacts/webshop/77", """{"email":"none"}""")).Status);
        Assert.Contains("ada@example.com", await http.GetStringAsync("api/v1/contacts/webshop/77", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_asked_for_twice_under_one_name_is_done_once()
    {
        await using var shop = await OpenShopAsync();
        using var http = Client(shop, 1, "stock:write", "stock:read", "accounts:write");
        var id = shop.Database.Reading(s => StockRecords.Find(s, Sales.Lighthouse)).Single().StockId;
        var receipt = $$"""{"stock_id":"{{id}}","branch":1,"copies":4}""";
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, "receipts", receipt, null)).Status);
        for (var i = 0; i < 2; i++)
        {
            var done = await PostAsync(http, "receipts", receipt, "delivery 1");
            Assert.Equal((HttpStatusCode.OK, 14), (done.Status, done.Body.GetProperty("copies").GetInt64()));
        }
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(
            http, "receipts", receipt.Replace(":4", ":5", StringComparison.Ordinal), "delivery 1")).Status);
        Assert.Equal(18, (await PostAsync(http, "receipts", receipt, "delivery 2")).Body.GetProperty("copies").GetInt64());
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(http, "receipts",
            receipt.Replace("\"branch\":1", "\"branch\":2", StringComparison.Ordinal), "delivery 3")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, "closed_days", """{"branch":1,"day":"2026-11-01"}""", "close")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, "closed_days", """{"branch":1,"day":"2026-11-01"}""", "close")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, "closed_days", """{"branch":1,"day":"2026-11-01"}""", "close again")).Status);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM day_closing"));
        Assert.Equal(2, shop.Number(
            "SELECT count(*) FROM audit WHERE actor = 'key key for stock:write stock:read accounts:write' AND deed = 'stock receive' AND done = 1"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_file_is_previewed_imported_in_the_background_and_taken_back()
    {
        await using var shop = await OpenShopAsync();
        using var http = Client(shop, 1, "stock:write", "stock:read");
        const string text = "isbn,title,price,qty\n9780000000040,Rivers,9.00,3\nx,Bad,1,1\n";
        var seen = await PostAsync(http, "imports?kind=stock&branch=1&dry_run=true&name=web.csv", text, null);
        Assert.True(seen.Status == HttpStatusCode.OK, seen.Body.ToString());
        Assert.Equal((HttpStatusCode.OK, 1, 1), (seen.Status, seen.Body.GetProperty("new").GetInt64(), seen.Body.GetProperty("rejected").GetInt64()));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, "imports?kind=stock&branch=1", "Title,Worth\nA,£3\n", "bad")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(http, "imports?kind=stock&branch=2", text, "other")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(http, "imports?kind=contacts", "name\nAda\n", "people")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(http, "merges", $$"""{"kind":"contact","from":"{{Guid.NewGuid()}}","into":"{{Shop.Rosa}}"}""", "two people")).Status);

        var taken = await PostAsync(http, "imports?kind=stock&branch=1&name=web.csv", text, "file 1");
        Assert.Equal(HttpStatusCode.Accepted, taken.Status);
        var number = taken.Body.GetProperty("import").GetInt64();
        Assert.Equal(number, (await PostAsync(http, "imports?kind=stock&branch=1&name=web.csv", text, "file 1")).Body.GetProperty("import").GetInt64());
        await UntilAsync(http, number, "done");
        Assert.Equal(3, shop.Number("SELECT h.on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000040"));
        Assert.Contains("Bad", await http.GetStringAsync($"api/v1/imports/{number}/rejected", Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(http, $"imports/{number}/undo", "", null)).Status);
        await UntilAsync(http, number, "taken back");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM stock WHERE isbn13 = 9780000000040 AND withdrawn = 1"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM import_part WHERE part >= 0"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_days_accounts_add_up_to_its_figures_with_vouchers_laybys_credit_and_what_was_taken_on_another_day()
    {
        await using var shop = await OpenShopAsync();
        shop.Write("UPDATE stock SET tax_rate_bp = 500 WHERE isbn13 = 9780000000026");
        await shop.EnrolAsync("front");
        using (var till = shop.OpenTill("front", true))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse, qty: 2));
            await till.SellAsync(Sales.Of(Sales.Garden, price: 1250));
            await till.MoveCashAsync("pay-in", new CashDraft { AmountCents = 5000, Reason = "float" });
            await till.SellVoucherAsync(new VoucherDraft { AmountCents = 2000, Payments = [new PaymentDraft { Method = "card", AmountCents = 2000 }] });
            await till.MoveCashAsync("deposit", new CashDraft { AmountCents = 700, ContactId = Shop.Rosa, Reason = "deposit" });
            await till.SellAsync(new SaleDraft
            {
                Layby = true, ShippedAt = null, ContactId = Shop.Rosa, Lines = [new LineDraft { Isbn = Sales.Maps, Qty = 1, UnitPriceCents = 2400 }],
                Payments = [new PaymentDraft { Method = "cash", AmountCents = 400 }, new PaymentDraft { Method = "credit", AmountCents = 500 },
                    new PaymentDraft { Method = "owing", AmountCents = 1500 }],
            });
        }
        shop.Clock.Advance(TimeSpan.FromDays(1));
        using (var till = shop.OpenTill("front", true))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
        }
        await shop.ResyncAsync("front");
        Assert.Empty(shop.Texts("SELECT text FROM finding"));
        using var http = Client(shop, 1, "accounts:read");

        var rows = JsonDocument.Parse(await http.GetStringAsync("api/v1/accounts/2026-11-03?branch=1", Cancel)).RootElement.GetProperty(
            "items").EnumerateArray().ToList();

        long Sum(string what, Func<JsonElement, bool> which) => rows.Where(which).Sum(r => r.GetProperty(what).GetInt64());
        long Net(string purpose) => Sum("debit_cents", r => r.GetProperty("purpose").GetString() == purpose) - Sum(
            "credit_cents", r => r.GetProperty("purpose").GetString() == purpose);
        var totals = Assert.Single(shop.Totals());
        Assert.Equal(Sum("debit_cents", _ => true), Sum("credit_cents", _ => true));
        Assert.Equal(-totals.SalesCents, rows.Where(r => r.GetProperty("purpose").GetString()!.StartsWith("sales", StringComparison.Ordinal)
            || r.GetProperty("purpose").GetString()!.StartsWith("tax", StringComparison.Ordinal))
            .Sum(r => r.GetProperty("debit_cents").GetInt64() - r.GetProperty("credit_cents").GetInt64()));
        Assert.Equal((1795, totals.ByMethod["cash"] - 1795, 2000), (Net("cash"), Net("clearing cash"), Net("clearing card")));
        Assert.Equal((-2000, 500 - 700, 1500, -5000), (Net("voucher"), Net("credit"), Net("owing"), Net("drawer")));
        Assert.Equal(-60, Net("tax 5"));
        var csv = await http.GetStringAsync("api/v1/accounts/2026-11-03?branch=1&format=csv", Cancel);
        Assert.Contains("Taken on other days, card", csv, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("api/v1/accounts/2026-11-03?branch=2", Cancel)).StatusCode);
        shop.Get<Accounts>().Name(Admin, "sales 5", "4005", "Books");
        Assert.Contains("4005,Books", await http.GetStringAsync("api/v1/accounts/2026-11-03?branch=1&format=csv", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_person_should_look_at_is_read_and_settled_by_a_program()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using (var till = shop.OpenTill("front", true))
        {
            await till.EditStockAsync(new StockDraft { Isbn = Sales.Lighthouse, Title = "Another Title", Operator = "ada" });
            await till.EditContactAsync(new ContactDraft { ContactId = Shop.Rosa, Phone = "0200", Operator = "ada" });
            await till.SellAsync(Sales.Of(Sales.Lighthouse, qty: 40));
        }
        await using (var crash = new CrashingTill(shop, "front"))
        {
            crash.Journal.Seal(_ => new SealContent("sale", 1, [1, 2, 3]));
            await crash.SynchroniseAsync();
        }
        using var http = Client(shop, 1, "sales:read", "sales:write");
        using var reader = Client(shop, 1, "sales:read");
        using var elsewhere = Client(shop, 2, "sales:read", "sales:write");
        var (dropped, findings, kept) = (await ItemsAsync(http, "dropped"), await ItemsAsync(http, "findings"), await ItemsAsync(http, "quarantine"));
        Assert.Equal(["contact phone", "stock title"], dropped.Select(d => $"{d.GetProperty("table").GetString()} {d.GetProperty("field").GetString()}").Order(StringComparer.Ordinal));
        foreach (var list in new[] { "dropped", "findings", "quarantine" })
        {
            Assert.Empty(await ItemsAsync(elsewhere, list));
        }
        string Ids(IEnumerable<JsonElement> of) => string.Join(',', of.Select(o => o.GetProperty("id").GetInt64()));
        var title = dropped.Where(d => d.GetProperty("field").GetString() == "title").ToList();

        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(reader, "dropped/apply", $$"""{"ids":[{{Ids(title)}}]}""", "a")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(elsewhere, "dropped/apply", $$"""{"ids":[{{Ids(title)}}]}""", "a")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, "dropped/apply", $$"""{"ids":[{{Ids(title)}}]}""", "a")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, "dropped/apply", $$"""{"ids":[{{Ids(title)}}]}""", "a")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, "dropped/apply", $$"""{"ids":[{{Ids(title)}}]}""", "b")).Status);
        Assert.Equal("Another Title", shop.Text("SELECT title FROM stock WHERE code = @code", Sales.Lighthouse));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, "dropped/leave", $$"""{"ids":[{{Ids(dropped.Except(title))}}],"note":"old"}""", "c")).Status);
        Assert.Empty(await ItemsAsync(http, "dropped"));
        Assert.Contains(findings, f => f.GetProperty("kind").GetString() == "oversold");
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, "findings/resolve", $$"""{"ids":[{{Ids(findings)}}],"note":"counted"}""", "d")).Status);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding WHERE resolved_at IS NULL AND kind = 'oversold'"));
        var entry = Assert.Single(kept).GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, $"quarantine/{entry}/eat", "{}", null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, $"quarantine/{entry}/post", "{}", null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(elsewhere, $"quarantine/{entry}/write_off", """{"why":"noise"}""", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, $"quarantine/{entry}/write_off", """{"why":"noise"}""", null)).Status);
        Assert.Empty(await ItemsAsync(http, "quarantine"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task Tills_are_enrolled_named_moved_revoked_and_let_in_again_several_at_once()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        using var http = Client(shop, null, "tills:read", "tills:write");
        using var high = Client(shop, 1, "tills:write", "tills:read");
        using var reader = Client(shop, null, "tills:read");

        var codes = (await PostAsync(high, "tills/codes", """{"branch":1,"names":["left","right"]}""", null)).Body.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["left", "right"], codes.Select(c => c.GetProperty("till").GetString()));
        await global::Bookmine.TillClient.TillSetUp.EnrolAsync(shop.TillFolder("left"), shop.Url, codes[0].GetProperty("code").GetString()!, shop.Clock, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(high, "tills/codes", """{"branch":2,"names":["x"]}""", null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(reader, "tills/codes", """{"branch":1,"names":["x"]}""", null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(high, "tills/revoke", """{"tills":[]}""", null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(high, "tills/revoke", """{"tills":["front","nobody"]}""", null)).Status);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM till WHERE state = 'revoked'"));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(high, "tills/revoke", """{"tills":["front","2"]}""", null)).Status);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM till WHERE state = 'revoked'"));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(high, "tills/let_in", """{"tills":["front","back"]}""", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(high, "tills/rename", """{"till":"front","name":"door"}""", null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(high, "tills/rename", """{"till":"back","name":"door"}""", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(high, "tills/reprovision", """{"tills":["door","back"]}""", null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(high, "tills/admit", """{"tills":["back"]}""", null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(high, "tills/move", """{"tills":["back"],"branch":2}""", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, "tills/move", """{"tills":["back","left"],"branch":2}""", null)).Status);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM till WHERE branch = 2"));
        Assert.Equal(["door"], (await ItemsAsync(high, "tills")).Select(t => t.GetProperty("name").GetString()));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM audit WHERE deed = 'till rename' AND actor LIKE 'key %' AND done = 1"));
    }

    private static async Task<List<JsonElement>> ItemsAsync(HttpClient http, string list) =>
        [.. JsonDocument.Parse(await http.GetStringAsync("api/v1/" + list, Cancel)).RootElement.GetProperty("items").EnumerateArray()];

    private static async Task UntilAsync(HttpClient http, long import, string state)
    {
        for (var i = 0; ; i++)
        {
            var now = JsonDocument.Parse(await http.GetStringAsync($"api/v1/imports/{import}", Cancel)).RootElement.GetProperty("state").GetString();
            if (now == state)
            {
                return;
            }
            Assert.True(i < 100, $"import {import} is {now}");
            await Task.Delay(100, Cancel);
        }
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body, string? Tag)> PatchAsync(
        HttpClient http, string path, string json, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, "api/v1/" + path) { Content = new StringContent(json, null, "application/json") };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }
        using var answer = await http.SendAsync(request, Cancel);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement, answer.Headers.ETag?.ToString());
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient http, string path, string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/" + path) { Content = new StringContent(
            body, null, path.StartsWith("imports", StringComparison.Ordinal) ? "text/csv" : "application/json") };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }
        using var answer = await http.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    private static HttpClient Client(Shop shop, long? branch, params string[] scopes) =>
        Client(shop, shop.Get<ApiKeys>().Add(Admin, $"key for {string.Join(' ', scopes)}{(branch is { } of and > 1 ? $" of {of}" : "")}", scopes, branch));

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

    private static async Task<(List<JsonElement> Items, string? Next, bool More)> SliceAsync(
        HttpClient http, string list, string? after, int limit, int wait = 0)
    {
        using var document = JsonDocument.Parse(await http.GetStringAsync(
            $"api/v1/{list}?limit={limit}&wait={wait}{(after is null ? "" : "&after=" + after)}", Cancel));
        var root = document.RootElement;
        return ([.. root.GetProperty("items").EnumerateArray().Select(i => i.Clone())], root.GetProperty("next").GetString(),
            root.GetProperty("more").GetBoolean());
    }
}
