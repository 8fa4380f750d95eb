using System.Net;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Pages.Shell;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Selling;
using Microsoft.Extensions.DependencyInjection;

namespace Bookmine.Tests.Pages;

/// <summary>The pages as people use them: a real browser on the real server.</summary>
public sealed class PageTests(Browser browser) : IClassFixture<Browser>
{
    private const string Password = "four plain old words";
    private static readonly string[] Admins = ["/shop/people", "/shop/server", "/shop/audit"];
    private const string Script = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";

    [Fact]
    public async Task Every_page_is_whole_asks_nobody_else_and_keeps_nobody_out_for_admins_and_for_managers()
    {
        await using var shop = await BusyShopAsync();
        var paths = PathsOf(shop);
        foreach (var who in new[] { "Alice", "Mara" })
        {
            await using var window = await browser.OpenAsync(shop.Url);
            await window.SignInAsync(who, Password);
            foreach (var path in paths)
            {
                await window.GoAsync(path);
                var isForbidden = (await window.TextAsync()).Contains("not yours to see", StringComparison.Ordinal);
                Assert.Equal(who == "Mara" && Admins.Contains(path), isForbidden);
                // What a manager sees is drawn by the same parts.
                if (who == "Alice")
                {
                    await Browser.NoBarriersAsync(window.Page);
                }
            }
            Assert.Empty(window.Complaints);
        }
    }

    [Fact]
    public async Task A_phone_in_the_dark_shows_the_same_and_nothing_wider_than_itself()
    {
        await using var shop = await BusyShopAsync();
        await using var window = await browser.OpenAsync(shop.Url, isPhone: true, isDark: true);
        await window.SignInAsync("Mara", Password);
        foreach (var path in PathsOf(shop))
        {
            await window.GoAsync(path);
            Assert.True(await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 390,
                path + " " + await window.Page.EvaluateAsync<string>(
                "() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 391 && !e.closest('.scroll, .tabs')).map(e => `${e.tagName}.${e.className}#${e.id}`).slice(0, 5).join(' ')"));
            if (path is "/" or "/attention" or "/sales" or "/shop" or "/sales/reports" or "/stock")
            {
                await Browser.NoBarriersAsync(window.Page);
            }
        }
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task In_the_morning_a_manager_settles_what_the_night_has_brought_and_in_the_evening_she_closes_the_day()
    {
        await using var shop = await BusyShopAsync();
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        var page = window.Page;

        await window.GoAsync("/attention");
        await page.Locator("tbody input[type=checkbox]").First.CheckAsync();
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Resolve" }).ClickAsync();
        await page.FillAsync("#dialog-text", "counted");
        await Browser.NoBarriersAsync(page);
        await page.Locator(".mud-dialog button.main").ClickAsync();
        await window.SaysAsync("1 finding resolved");
        Assert.Equal("counted", shop.Text("SELECT note FROM finding WHERE resolved_by = 'Mara'"));

        await window.GoAsync("/attention/dropped");
        await page.Locator("tbody input[type=checkbox]").First.CheckAsync();
        await page.GetByText("Take the till's value").ClickAsync();
        await page.Locator(".mud-dialog button.main").ClickAsync();
        await window.SaysAsync("1 field changed");
        Assert.Equal("applied", shop.Text("SELECT settled_as FROM dropped WHERE settled_by = 'Mara'"));

        await window.GoAsync("/attention/quarantine");
        await page.Locator("tbody a").First.ClickAsync();
        await page.GetByText("Write off…").ClickAsync();
        await page.FillAsync("#dialog-text", "a fault of the till");
        await page.Locator(".mud-dialog button.main").ClickAsync();
        await window.SaysAsync("Written off.");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM audit WHERE deed = 'quarantine write-off' AND actor = 'Mara' AND face = 'page' AND done = 1"));

        await window.GoAsync("/");
        await page.FillAsync("#note", "rain all day");
        await page.GetByText("Close Mon 2 Nov at").ClickAsync();
        await page.Locator(".mud-dialog button.main").ClickAsync();
        await window.SaysAsync("by Mara");
        Assert.Equal("rain all day", shop.Text("SELECT note FROM day_closing"));
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_file_is_looked_at_before_it_is_imported_and_can_be_taken_back()
    {
        await using var shop = await BusyShopAsync();
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        var page = window.Page;
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.csv");
        await File.WriteAllTextAsync(
            file, "Titel,ISBN,Worth,Qty\nRivers,9780000000040,£9.00,3\nHills,x,£1.00,1\n<img src=x onerror=\"window.pwned=1\">,9780000000057,£2.00,1\n");

        await window.GoAsync("/stock/import");
        await window.ChooseAsync("#file", file, "has no column title");
        await page.GetByLabel("Titel").SelectOptionAsync("title");
        await window.SaysAsync("looks like one that prices items");
        await Browser.NoBarriersAsync(page);
        await page.GetByLabel("Worth").SelectOptionAsync("price");
        await window.SaysAsync("is not an ISBN");
        await Browser.NoBarriersAsync(page);
        await page.GetByText("Import 2 rows").ClickAsync();
        await window.SaysAsync("is being done");
        // Those that made the shop can be taken back as well: it is this one's row that says when it is done.
        var import = page.Locator("tr", new() { HasText = Path.GetFileName(file) });
        await LiveAsync(shop, import.GetByText("Take back"));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM stock WHERE isbn13 IN (9780000000040, 9780000000057)"));
        Assert.Equal(900, shop.Number(
            "SELECT h.price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000040 AND h.branch = 1"));
        Assert.False(await page.EvaluateAsync<bool>("() => window.pwned === 1"));

        await import.GetByText("Take back").ClickAsync();
        await page.Locator(".mud-dialog button.main, .mud-dialog button.danger").First.ClickAsync();
        await LiveAsync(shop, import.GetByText("Taken back"));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM stock WHERE withdrawn = 1"));
        Assert.Empty(window.Complaints);
    }

    /// <summary>Waits for what a live page shows by itself: its news come by the shop's clock, which stands still else.</summary>
    private static async Task LiveAsync(Shop shop, Microsoft.Playwright.ILocator shown)
    {
        for (var i = 0; i < 200 && !await shown.IsVisibleAsync(); i++)
        {
            shop.Clock.Advance(TimeSpan.FromSeconds(3));
            await Task.Delay(150);
        }
        await shown.WaitForAsync();
    }

    [Fact]
    public async Task Two_records_that_are_one_are_merged_on_their_page_and_parted_again()
    {
        await using var shop = await BusyShopAsync();
        shop.ImportStock("code,isbn13,title\nx1,9780000000019,The Lighthouse Keeper\n");
        var (one, other) = (shop.Text("SELECT code FROM stock WHERE code = 'x1'"), shop.Database.Reading(s => StockRecords.Find(s, "x1"))[0].StockId);
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Alice", Password);
        await window.GoAsync($"/stock/{other}");
        await window.SaysAsync("Perhaps the same");
        await Browser.NoBarriersAsync(window.Page);
        await window.Page.GetByText("This is that one").First.ClickAsync();
        await window.Page.Locator(".mud-dialog button.main").ClickAsync();
        await window.SaysAsync("turned out to be");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM stock WHERE code = @code AND merged_into IS NOT NULL", one));
        await window.Page.GetByText("They are two after all").ClickAsync();
        await window.SaysAsync("a record of its own again");
        await window.Page.GetByText("They are two", new() { Exact = true }).First.ClickAsync();
        await window.SaysAsync("that is remembered");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM not_duplicate"));
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Another_branchs_addresses_show_a_manager_nothing_of_it()
    {
        await using var shop = await BusyShopAsync();
        var sale = shop.FindSale("D300001")!;
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        foreach (var path in new[] { $"/sales/{sale.TransId}", "/sales/D300001", "/shop/tills/3",
            $"/attention/quarantine/{shop.Get<QuarantineRoom>().List(Actor.AtTheMachine(), 2, all: true)[0].Id}" })
        {
            await window.GoAsync(path);
            await window.SaysAsync("not yours to see");
        }
        await window.GoAsync("/?branch=2");
        Assert.DoesNotContain("Harbour", await window.Page.InnerTextAsync("body"), StringComparison.Ordinal);
        await window.GoAsync($"/find?q={sale.TransId}");
        Assert.DoesNotContain("D300001", await window.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_ends_in_the_middle_of_a_form_loses_nothing_that_was_typed()
    {
        await using var shop = await BusyShopAsync();
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        await window.GoAsync("/");
        await window.Page.FillAsync("#note", "half a day's work");
        shop.Clock.Advance(TimeSpan.FromHours(13));

        await window.Page.GetByText("Close Mon 2 Nov at").ClickAsync();
        await window.Page.Locator(".mud-dialog button.main").ClickAsync();
        await window.SaysAsync("Your session has ended");
        await window.Page.FillAsync("#again-password", "not the password");
        await window.Page.Locator(".notice button.main").ClickAsync();
        await window.SaysAsync("That is not the password.");
        await window.Page.FillAsync("#again-password", Password);
        await window.Page.Locator(".notice button.main").ClickAsync();
        await window.Page.Locator("#again").WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Detached });

        Assert.Equal("half a day's work", await window.Page.InputValueAsync("#note"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM day_closing"));
        // The browser's own session is another as well.
        await window.GoAsync("/sales");
        await window.SaysAsync("Transactions");
    }

    [Fact]
    public async Task Who_is_disabled_does_nothing_more_at_a_page_that_is_open()
    {
        await using var shop = await BusyShopAsync();
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        await window.GoAsync("/");
        shop.Get<Persons>().Disable(Actor.AtTheMachine(), "Mara");

        await window.Page.GetByText("Close Mon 2 Nov at").ClickAsync();
        await window.Page.Locator(".mud-dialog button.main").ClickAsync();
        await window.SaysAsync("Your session has ended");

        Assert.Equal(0, shop.Number("SELECT count(*) FROM day_closing"));
        await window.Page.GotoAsync(shop.Url + "/sales");
        Assert.Contains("/sign-in?next=%2Fsales", window.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_that_somebody_has_typed_wrongly_show_a_page_all_the_same()
    {
        await using var shop = await BusyShopAsync();
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        foreach (var path in new[]
        {
            "/?day=0001-01-01", "/?day=9999-12-31", "/?branch=x&day=tomorrow", "/sales?skip=x&from=9999-99-99&to=0001-01-01",
                "/sales?skip=-5&from=9999-12-31&to=9999-12-31",
            "/sales/reports?by=nothing&from=2026-12-31&to=2026-01-01", "/sales/reports?by=99", "/stock?skip=99999999999999999999&q=%00",
                "/attention/resyncs?from=9999-12-31&to=9999-12-31",
            "/shop/events?kind=nothing", "/stock/00000000-0000-0000-0000-000000000000", $"/find?q={new string('x', 2000)}", "/find",
                "/shop/tills/999999999999", "/sales/days?from=9999-12-31",
        })
        {
            await window.GoAsync(path);
            Assert.DoesNotContain("cannot be shown", await window.TextAsync(), StringComparison.Ordinal);
        }
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Records_that_cannot_be_read_are_told_in_words_and_come_back_by_themselves()
    {
        await using var shop = await BusyShopAsync();
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        await window.GoAsync("/sales");
        shop.Write("INSERT INTO sync_move (id, what) VALUES (1, 'carried elsewhere')");

        await window.Page.GotoAsync(shop.Url + "/sales");
        await window.SaysAsync("carried to another database");
        shop.Write("DELETE FROM sync_move");
        await window.GoAsync("/sales");
        await window.SaysAsync("Transactions");
    }

    [Fact]
    public async Task Script_in_any_field_is_shown_and_never_run()
    {
        await using var shop = await BusyShopAsync();
        foreach (var (table, column) in new[] { ("stock", "title"), ("stock", "authors"), ("contact", "name"), ("contact", "email"),
            ("contact", "notes"), ("branch", "name"), ("branch", "header"), ("till", "name"), ("finding", "text"), ("dropped", "till_value"),
                ("document", "reference"), ("document", "operator"), ("document", "note"), ("document_line", "title"), ("till_event", "text"),
                    ("audit", "detail") })
        {
            shop.Write($"UPDATE {table} SET {column} = @text", Script);
        }
        shop.Write("UPDATE document SET reference = reference || docket");
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Alice", Password);
        foreach (var path in PathsOf(shop).Append($"/find?q={Uri.EscapeDataString(Script)}").Append(
            $"/sales/{Uri.EscapeDataString(Script.Replace('/', ' '))}"))
        {
            await window.GoAsync(path);
            Assert.False(await window.Page.EvaluateAsync<bool>("() => 'pwned' in window"), path);
        }
        Assert.DoesNotContain(window.Complaints, c => c.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_posted_while_Today_is_open_is_seen_without_loading_it_again()
    {
        await using var shop = await BusyShopAsync();
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        await window.GoAsync("/");
        var before = await window.Page.Locator(".figure .value").First.InnerTextAsync();
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse, 1, 100_000));
        await shop.ResyncAsync("front");

        for (var i = 0; i < 50 && await window.Page.Locator(".figure .value").First.InnerTextAsync() == before; i++)
        {
            shop.Clock.Advance(TimeSpan.FromSeconds(3));
            await Task.Delay(200);
        }

        Assert.NotEqual(before, await window.Page.Locator(".figure .value").First.InnerTextAsync());
    }

    [Fact]
    public async Task A_file_for_a_spreadsheet_holds_no_formula()
    {
        await using var shop = await BusyShopAsync();
        shop.Write("UPDATE stock SET title = '=cmd|calc', authors = '-2+3' WHERE code = @code", Sales.Maps);
        await using var window = await browser.OpenAsync(shop.Url);
        await window.SignInAsync("Mara", Password);
        await window.GoAsync("/stock");

        var download = await window.Page.RunAndWaitForDownloadAsync(() => window.Page.GetByText("CSV").First.ClickAsync());
        using var reader = new StreamReader(await download.CreateReadStreamAsync());
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains("\"'=cmd|calc\",\"'-2+3\"", text, StringComparison.Ordinal);
        Assert.Contains("The Lighthouse Keeper", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_sites_sign_nobody_in_or_out_and_pages_are_shown_in_no_other()
    {
        await using var shop = await BusyShopAsync();
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(shop.Url + "/") };
        async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(
                new Dictionary<string, string> { ["name"] = "Mara", ["password"] = Password, ["next"] = "//evil.example/" }) };
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
            return await http.SendAsync(request, TestContext.Current.CancellationToken);
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("sign-in", ("Sec-Fetch-Site", "cross-site"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("sign-in", ("Origin", "http://evil.example"))).StatusCode);
        var signedIn = await SendAsync("sign-in", ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal((HttpStatusCode.Redirect, "/"), (signedIn.StatusCode, signedIn.Headers.Location?.ToString()));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("sign-out", ("Sec-Fetch-Site", "cross-site"))).StatusCode);

        var page = await http.GetAsync("sales", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", page.Headers.CacheControl!.ToString());
        // Strangers get no line of a page's.
        using var stranger = new HttpClient { BaseAddress = http.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsync(
            "_blazor/negotiate?negotiateVersion=1", null, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Who_comes_when_as_many_pages_are_open_as_the_server_draws_is_told()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Get<Persons>().Add(Actor.AtTheMachine(), "Alice", Password, Person.Admin, []);
        using var http = new HttpClient { BaseAddress = new Uri(shop.Url) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = "Alice", ["password"] = Password });
        await http.PostAsync("/sign-in", form, TestContext.Current.CancellationToken);
        var counter = new OpenPages.Counter(shop.Get<OpenPages>());
        for (var i = 0; i < OpenPages.Most; i++)
        {
            await counter.OnCircuitOpenedAsync(null!, default);
        }
        var full = await http.GetAsync("/sales", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, full.StatusCode);
        Assert.Contains("100 pages are open", await full.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await counter.OnCircuitClosedAsync(null!, default);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/sales", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_full_disk_is_told_behind_a_page_and_what_was_typed_is_saved_when_there_is_room()
    {
        Assert.SkipWhen(Browser.Program is null, "needs Chromium: apt-get install chromium");
        using var disk = SmallDisk.Mount(12);
        Assert.SkipWhen(disk is null, "needs a disk of its own: root may mount one");
        await using var server = ServerHost.Build(new ServerOptions("sqlite:" + Path.Combine(disk!.Folder, "shop.db"), disk.Folder, "http://127.0.0.1:0"), TimeProvider.System);
        await server.StartAsync(TestContext.Current.CancellationToken);
        server.Services.GetRequiredService<Branches>().Add(Actor.AtTheMachine(), "High Street", "UTC");
        server.Services.GetRequiredService<Persons>().Add(Actor.AtTheMachine(), "Alice", Password, Person.Admin, []);
        await using var window = await browser.OpenAsync(server.Urls.First());
        await window.SignInAsync("Alice", Password);
        await window.GoAsync("/shop/branches");
        await window.Page.GetByText("Edit").First.ClickAsync();
        await window.Page.GetByLabel("Foot of the docket").FillAsync(new string('x', 400));
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(disk.Folder, "shop.db")};Pooling=False"))
        {
            // The log gives back the room that it had, and would else write over itself.
            connection.Open();
            using var checkpoint = connection.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            checkpoint.ExecuteNonQuery();
        }
        disk.Fill();
        await window.Page.GetByText("Save").ClickAsync();
        await window.SaysAsync("Nothing is lost");
        Assert.Contains("disk is full", await window.Page.InnerTextAsync("body"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(400, (await window.Page.GetByLabel("Foot of the docket").InputValueAsync()).Length);
        disk.MakeRoom();
        await window.Page.GetByText("Save").ClickAsync();
        await window.SaysAsync("is changed");
        Assert.Equal(400, (server.Services.GetRequiredService<IServerDatabase>().Reading(s => s.Scalar("SELECT footer FROM branch")) as string)?.Length);
    }

    /// <summary>Two branches, three tills, and something of everything that a page shows.</summary>
    private static async Task<Shop> BusyShopAsync()
    {
        Assert.SkipWhen(Browser.Program is null, "needs Chromium: apt-get install chromium");
        var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.EnrolAsync("pier", branch: 2);
        var front = shop.OpenTill("front", true);
        await front.SellAsync(Sales.Of(Sales.Lighthouse) with { ContactId = Shop.Rosa, Reference = "WEB-1", Note = "wrap it" });
        await front.SellAsync(Sales.Of(Sales.Maps, 5, 2400));
        await front.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1)], Method = "cash" });
        await front.SellVoucherAsync(new VoucherDraft { AmountCents = 2500, Payments = [new PaymentDraft { Method = "cash", AmountCents = 2500 }] });
        await front.MoveCashAsync(EntryKinds.Deposit, new CashDraft { ContactId = Shop.Rosa, AmountCents = 1000, Method = "cash", Reason = "for books" });
        await front.NoteAsync(TillEvents.NoSale, "change for the bus", 0, "ada");
        await front.NoteAsync(TillEvents.ZReading, $"Z READING\n{DrawerSlip.Expected}   25.00\n{DrawerSlip.Counted}   24.50\nSHORT   0.50", -50, "ada");
        await front.EditStockAsync(new StockDraft { Isbn = Sales.Garden, Title = "A Winter Garden, revised", Operator = "ada" });
        await shop.ResyncAsync("front");
        await using (var crash = new CrashingTill(shop, "back"))
        {
            crash.Journal.Seal(_ => new SealContent("sale", 1, [1, 2, 3]));
            await crash.SynchroniseAsync();
        }
        await shop.OpenTill("pier", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("pier");
        await using (var crash = new CrashingTill(shop, "pier"))
        {
            crash.Journal.Seal(_ => new SealContent("sale", 1, [4, 5, 6]));
            await crash.SynchroniseAsync();
        }
        shop.Get<Persons>().Add(Actor.AtTheMachine(), "Alice", Password, Person.Admin, []);
        shop.Get<Persons>().Add(Actor.AtTheMachine(), "Mara", Password, Person.Manager, [1]);
        shop.Get<Operators>().Add(Actor.AtTheMachine(), "ada", "1234", OperatorRoles.Cashier, [1]);
        return shop;
    }

    private static List<string> PathsOf(Shop shop)
    {
        var stock = shop.Database.Reading(s => StockRecords.Find(s, Sales.Maps))[0].StockId;
        var quarantined = shop.Get<QuarantineRoom>().List(Actor.AtTheMachine(), 1, all: true)[0].Id;
        var resync = shop.Database.Reading(s => Resynchronisations.OfTill(s, 1, 0))[0];
        return
        [
            "/", "/?day=2026-11-01", "/attention", "/attention/quarantine", $"/attention/quarantine/{quarantined}", "/attention/dropped",
                "/attention/duplicates",
            "/attention/resyncs", $"/attention/resyncs/1/{resync.Resync}", "/sales", "/sales?q=rosa", "/sales/D100001", "/sales/D100001/docket", "/sales/nothing/docket?gift=1", "/sales/nothing", "/sales/reports",
            "/sales/reports?by=tender", "/sales/reports?by=category", "/sales/reports?by=hour", "/sales/owed", "/sales/days", "/stock", $"/stock/{stock}",
            $"/stock/{Guid.NewGuid()}", "/stock/best", "/stock/negative", "/stock/unsold", "/stock/import", "/sales/accounts", "/contacts",
                $"/contacts/{Shop.Rosa}", "/shop", "/shop/tills/1",
            "/shop/branches", "/shop/operators", "/shop/people", "/shop/events", "/shop/server", "/shop/audit", "/find?q=rosa", "/find?q=nobody",
                "/no/such/page",
        ];
    }
}
