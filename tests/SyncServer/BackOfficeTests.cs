using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Reports;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.SyncServer;

/// <summary>What people do in the back office: each deed whole or not at all, on record, and theirs to do.</summary>
public abstract class BackOfficeTests(Engine engine) : ServerSuite(engine)
{
    private const string Password = "four plain old words";
    private const int Monday = 20261102;
    private static readonly Actor Admin = Actor.AtTheMachine();

    [Fact]
    public async Task A_closed_day_keeps_its_figures_and_shows_what_a_till_posts_to_it_in_the_evening_apart()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("back", true).SellAsync(Sales.Of(Sales.Garden, price: 1250));
        await shop.ResyncAsync("front");
        var closings = shop.Get<DayClosings>();

        var closed = closings.Close(Admin, 1, Monday, "quiet");
        shop.Clock.Advance(TimeSpan.FromHours(1));
        await shop.ResyncAsync("back");

        Assert.Equal((1795, 1), (closed.Figures.SalesCents, closed.Figures.Documents));
        var kept = shop.Database.Reading(s => DayClosings.Find(s, 1, Monday))!;
        Assert.True(kept.IsSound);
        Assert.Equal((1795, "quiet", Admin.Name), (kept.Figures.SalesCents, kept.Note, kept.ClosedBy));
        Assert.Equal(kept.Figures.ByMethod, closed.Figures.ByMethod);
        Assert.Equal(1795 + 1250, Assert.Single(shop.Totals()).SalesCents);
        Assert.Equal([shop.FindSale("D200001")!.TransId!.Value], shop.Database.Reading(s => DayClosings.PostedSince(s, kept)));
        Assert.Contains("closed already", Assert.Throws<ShopException>(() => closings.Close(Admin, 1, Monday, null)).Message, StringComparison.Ordinal);
        Assert.Contains("has not come", Assert.Throws<ShopException>(() => closings.Close(Admin, 1, Monday + 1, null)).Message, StringComparison.Ordinal);
        Assert.Throws<ShopException>(() => closings.Close(Admin, 99, Monday, null));
        // Who changes them in the database is seen.
        shop.Write("UPDATE day_closing SET figures = @figures", "{\"day\":\"2026-11-02\",\"documents\":1,\"sales_cents\":1,\"by_method\":{}}");
        Assert.False(shop.Database.Reading(s => DayClosings.Find(s, 1, Monday))!.IsSound);
        Assert.Equal(4, shop.Number("SELECT count(*) FROM audit WHERE deed = 'day close'"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM audit WHERE deed = 'day close' AND done = 1"));
    }

    [Fact]
    public async Task A_day_that_is_closed_while_tills_post_has_each_sale_in_its_figures_or_since()
    {
        await using var shop = await OpenShopAsync();
        string[] names = ["front", "back", "third"];
        foreach (var name in names)
        {
            await shop.EnrolAsync(name);
            using var till = shop.OpenTill(name, true);
            for (var i = 0; i < 30; i++)
            {
                await till.SellAsync(Sales.Of(Sales.Lighthouse));
            }
        }
        var posting = names.Select(name => shop.ResyncAsync(name)).ToList();
        var closing = Task.Run(async () =>
        {
            while (shop.Number("SELECT count(*) FROM document") < 20)
            {
                await Task.Delay(1);
            }
            return shop.Get<DayClosings>().Close(Admin, 1, Monday, null);
        });
        await Task.WhenAll(posting);
        var closed = await closing;

        var since = shop.Database.Reading(s => DayClosings.PostedSince(s, DayClosings.Find(s, 1, Monday)!));
        Assert.InRange(closed.Figures.Documents, 20, 90);
        Assert.Equal(90, closed.Figures.Documents + since.Count);
        Assert.Equal(1795 * 90, closed.Figures.SalesCents + (since.Count * 1795));
        Assert.Equal(closed.Figures.SalesCents, closed.Figures.ByMethod["cash"]);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task The_order_of_posting_skips_nothing_also_where_records_were_put_back_and_a_sale_comes_again_with_its_old_number()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        var copy = await shop.CopyRecordsAsync();
        for (var i = 0; i < 3; i++)
        {
            await till.SellAsync(Sales.Of(Sales.Maps, price: 2400));
        }
        await shop.ResyncAsync("front");
        var before = shop.FindSale("D100003")!;
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        Assert.Equal(1, shop.Number("SELECT posting FROM counter"));

        await shop.ResyncAsync("front");
        await till.SellAsync(Sales.Of(Sales.Garden, price: 1250));
        await shop.ResyncAsync("front");

        Assert.Equal(before.TransId, shop.FindSale("D100003")!.TransId);
        Assert.Equal(["1", "2", "3", "4", "5"], shop.Texts("SELECT CAST(seq AS varchar(20)) FROM posting ORDER BY seq"));
        Assert.Equal(5, shop.Number("SELECT posting FROM counter"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document d WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.document_id = d.id)"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM posting p WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.id = p.document_id)"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_dropped_edit_is_applied_after_all_or_left_and_never_twice()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.EditStockAsync(new StockDraft { Isbn = Sales.Lighthouse, Title = "The Lighthouse Keeper's Wife", PriceCents = 1895, Operator = "ada" });
        await till.EditContactAsync(new ContactDraft { ContactId = Shop.Rosa, Phone = "0200", Operator = "ada" });
        await shop.ResyncAsync("front");
        var deeds = shop.Get<DroppedEdits>();
        var dropped = List(shop);
        Assert.Equal(["contact phone", "holding price_cents", "stock title"], dropped.Select(d => $"{d.Table} {d.Field}").Order(StringComparer.Ordinal));
        Assert.All(dropped, d => Assert.Equal(("ada", "front"), (d.Operator, d.TillName)));
        Assert.Equal("Rosa Finch", dropped.Single(d => d.Table == "contact").What);
        var (title, price, phone) = (Id(dropped, "title"), Id(dropped, "price_cents"), Id(dropped, "phone"));

        // Somebody else has meanwhile decided on the title: nothing of the two is applied.
        shop.Write("UPDATE stock SET title = 'A Third Title' WHERE code = @code", Sales.Lighthouse);
        Assert.Contains("changed by somebody else", Assert.Throws<ShopException>(() => deeds.Apply(Admin, [price, title])).Message, StringComparison.Ordinal);
        Assert.Equal(1795, shop.Number("SELECT price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE h.branch = 1 AND s.code = @code", Sales.Lighthouse));
        deeds.Apply(Admin, [price]);
        deeds.Apply(Admin, [title], evenIfChanged: true);
        Assert.Equal(1, deeds.Leave(Admin, [phone], "she has moved"));

        Assert.Equal("The Lighthouse Keeper's Wife", shop.Text("SELECT title FROM stock WHERE code = @code", Sales.Lighthouse));
        Assert.Equal(1895, shop.Number("SELECT price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE h.branch = 1 AND s.code = @code", Sales.Lighthouse));
        Assert.Equal("0100", shop.Text("SELECT phone FROM contact WHERE id = @id", Shop.Rosa));
        Assert.Empty(List(shop));
        Assert.Equal(3, shop.Database.Reading(s => DroppedEdits.List(s, null, all: true)).Count);
        Assert.Contains("already", Assert.Throws<ShopException>(() => deeds.Apply(Admin, [price])).Message, StringComparison.Ordinal);
        Assert.Throws<ShopException>(() => deeds.Apply(Admin, [9999]));
        // The tills have it.
        await shop.ResyncAsync("front");
        Assert.Equal("The Lighthouse Keeper's Wife", Assert.IsType<Bookmine.TillClient.Finding.FoundStock>(Assert.Single(await till.FindAsync(Sales.Lighthouse))).Title);
    }

    [Fact]
    public async Task A_manager_sees_and_does_what_is_of_her_branches_and_state_decides_in_each_transaction()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("pier", branch: 2);
        await shop.OpenTill("pier", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("pier", true).EditStockAsync(new StockDraft { Isbn = Sales.Maps, Title = "Maps", Operator = "x" });
        await shop.ResyncAsync("pier");
        var sale = shop.FindSale("D200001")!;
        var mara = SignedIn(shop, "Mara", Person.Manager, 1);
        var dropped = Assert.Single(shop.Database.Reading(s => DroppedEdits.List(s, null, all: false))).Id;

        Assert.Empty(shop.Database.Asking(mara, (s, r) => DroppedEdits.List(s, r.Branches, all: true)));
        Assert.Empty(shop.Database.Asking(mara, (s, r) => SalesRecords.Find(s, r, new SaleSearch("D200001", 0, 99999999), null).Rows));
        Assert.Equal(["front"], shop.Database.Asking(mara, (s, r) => Machines.All(s, r.Branches)).Select(t => t.Name));
        Assert.Throws<ForbiddenException>(() => shop.Database.Asking(mara, (s, r) => SalesRecords.Find(s, r, sale.Id)));
        Assert.Throws<ForbiddenException>(() => shop.Database.Asking(mara, (s, r) => SalesRecords.Find(s, r, new SaleSearch(null, 0, 99999999), 2)));
        Assert.Throws<ForbiddenException>(() => shop.Get<DayClosings>().Close(mara, 2, Monday, null));
        Assert.Throws<ForbiddenException>(() => shop.Get<DroppedEdits>().Apply(mara, [dropped]));
        Assert.Throws<ForbiddenException>(() => shop.Get<Machines>().Revoke(mara, _ => [1, 2]));
        Assert.Throws<ForbiddenException>(() => shop.Get<Machines>().NewCodes(mara, 2, ["third"]));
        Assert.Throws<ForbiddenException>(() => shop.Get<Machines>().Move(mara, _ => [1], 2));
        Assert.Throws<ForbiddenException>(() => shop.Get<Branches>().Set(mara, 2, new BranchChange("Head")));
        Assert.Throws<ForbiddenException>(() => shop.Get<Branches>().Add(mara, "Third", "UTC"));
        Assert.Throws<ForbiddenException>(() => shop.Get<Persons>().Add(mara, "Eve", Password, Person.Admin, []));
        Assert.Throws<ForbiddenException>(() => shop.Get<ApiKeys>().Add(mara, "x", ["sales:read"], null));
        Assert.Throws<ForbiddenException>(() => shop.Get<Operators>().Add(mara, "eve", "1234", OperatorRoles.Cashier, null));
        Assert.Throws<ForbiddenException>(() => shop.Get<StockRecords>().Receive(mara, StockOf(shop, Sales.Maps), 2, 1));
        Assert.Throws<ForbiddenException>(() => shop.Get<StockRecords>().Edit(
            mara, StockOf(shop, Sales.Maps), new Dictionary<string, string?>(), null, (2, 100, null)));
        Assert.Equal("enrolled", Assert.Single(shop.Texts("SELECT DISTINCT state FROM till")));

        // What is hers she does.
        shop.Get<DayClosings>().Close(mara, 1, Monday, null);
        shop.Get<Operators>().Add(mara, "ada", "1234", OperatorRoles.Cashier, [1]);
        Assert.Single(shop.Get<Machines>().NewCodes(mara, 1, ["second"]));
        Assert.Equal([1], shop.Get<Machines>().Reprovision(mara, _ => [1]));
        // And no more when she is disabled, or the records are others.
        shop.Get<Persons>().Disable(Admin, "Mara");
        Assert.Throws<SignedOutException>(() => shop.Get<Operators>().SetPin(mara, "ada", "4321"));
        Assert.Throws<SignedOutException>(() => shop.Database.Asking(mara, (_, _) => 1));
        shop.Get<Persons>().Enable(Admin, "Mara");
        Assert.Throws<SignedOutException>(() => shop.Database.Asking(mara with { Session = mara.Session! with { Epoch = "another" } }, (_, _) => 1));
        Assert.Contains("Mara", shop.Texts("SELECT actor FROM audit WHERE deed = 'operator add' AND done = 1"));
    }

    [Fact]
    public async Task A_finding_is_resolved_with_a_note_by_whoever_it_concerns()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Maps, qty: 5, price: 2400));
        await shop.ResyncAsync("front");
        var (mara, nora) = (SignedIn(shop, "Mara", Person.Manager, 1), SignedIn(shop, "Nora", Person.Manager, 2));
        var found = Assert.Single(shop.Database.Asking(mara, (s, r) => Findings.List(s, r.Branches, all: false)));
        Assert.Equal(("oversold", "front", "D100001", "07"), (found.Kind, found.Till, found.Docket, found.Operator));
        Assert.Empty(shop.Database.Asking(nora, (s, r) => Findings.List(s, r.Branches, all: false)));
        Assert.Throws<ForbiddenException>(() => shop.Get<Findings>().Resolve(nora, [found.Id]));

        shop.Get<Findings>().Resolve(mara, [found.Id], "two were behind the shelf");

        Assert.Empty(shop.Database.Asking(mara, (s, r) => Findings.List(s, r.Branches, all: false)));
        var done = Assert.Single(shop.Database.Asking(mara, (s, r) => Findings.List(s, r.Branches, all: true)));
        Assert.Equal(("Mara", "two were behind the shelf"), (done.ResolvedBy, done.Note));
        Assert.Throws<ShopException>(() => shop.Get<Findings>().Resolve(mara, [found.Id]));
        Assert.Equal(0, shop.Database.Reading(s => AttentionCount.Of(s, null)).All);
    }

    [Fact]
    public async Task Stock_is_edited_by_whoever_has_seen_it_as_it_is_and_received_as_movements()
    {
        await using var shop = await OpenShopAsync();
        var (deeds, id) = (shop.Get<StockRecords>(), StockOf(shop, Sales.Maps));
        var (before, after) = (new Dictionary<string, string?> { ["title"] = "Maps of the North" }, new Dictionary<string, string?> { ["title"] = "Maps" });

        Assert.Contains("Maps", deeds.Edit(Admin, id, after, before, (1, 2500, 2400)), StringComparison.Ordinal);
        Assert.Contains("by somebody else", Assert.Throws<ShopException>(() => deeds.Edit(Admin, id, new Dictionary<string, string?> { ["title"] = "x" }, before)).Message, StringComparison.Ordinal);
        Assert.Equal(8, deeds.Receive(Admin, id, 1, 5));
        Assert.Equal(2, deeds.Receive(Admin, id, 2, 2));
        Assert.Equal(6, deeds.Receive(Admin, id, 1, -2));
        foreach (var (field, value, why) in ((string, string?, string)[])
            [("title", "", "emptied"), ("title", new string('x', 1_001), "1,000"), ("year", "soon", "whole number"), ("made_by", "1", "no field"), ("id", "1", "no field"), ("nonsense", "1", "no field"), ("title", "a\0b", "U+0000")])
        {
            Assert.Contains(why, Assert.Throws<ShopException>(() => deeds.Edit(Admin, id, new Dictionary<string, string?> { [field] = value })).Message, StringComparison.Ordinal);
        }
        Assert.Throws<ShopException>(() => deeds.Edit(Admin, id, new Dictionary<string, string?>(), null, (1, -5, null)));
        Assert.Throws<ShopException>(() => deeds.Edit(Admin, Guid.NewGuid(), after));
        Assert.Throws<ShopException>(() => deeds.Receive(Admin, id, 1, 0));
        Assert.Throws<ShopException>(() => deeds.Receive(Admin, id, 99, 1));

        var record = Assert.Single(shop.Database.Reading(s => StockRecords.Find(s, Sales.Maps)));
        Assert.Equal(("Maps", 2500, 6), (record.Title, record.Holdings[0].PriceCents, record.Holdings[0].OnHand));
        Assert.Equal(2, record.Holdings[1].OnHand);
        Assert.Equal([-2, 2, 3, 5], shop.Database.Reading(s => StockRecords.Movements(s, id, null)).Select(m => m.Qty).Order());
        Assert.Empty(shop.BookFaults());
        Assert.Single(shop.Database.Reading(s => StockRecords.Search(s, "maps calder", 1, 0)).Rows);
        Assert.Empty(shop.Database.Reading(s => StockRecords.Search(s, "100%", 1, 0)).Rows);
        Assert.Empty(shop.Database.Reading(s => StockRecords.Search(s, "_", 1, 0)).Rows);
    }

    [Fact]
    public async Task Contacts_are_made_and_edited_and_the_log_names_their_fields_and_not_what_they_held()
    {
        await using var shop = await OpenShopAsync();
        var deeds = shop.Get<Contacts>();

        var id = deeds.Add(Admin, new Dictionary<string, string?> { ["name"] = "Emil Lind", ["email"] = "emil@example.com" });
        deeds.Edit(Admin, id, new Dictionary<string, string?> { ["phone"] = "0300", ["email"] = null }, new Dictionary<string, string?> { ["phone"] = null, ["email"] = "emil@example.com" });

        var found = Assert.Single(shop.Database.Reading(s => Contacts.Search(s, "emil 0300", 0)).Rows);
        Assert.Equal((id, null, "0300"), (found.Id, found.Email, found.Phone));
        Assert.Throws<ShopException>(() => deeds.Add(Admin, new Dictionary<string, string?> { ["name"] = " " }));
        Assert.Throws<ShopException>(() => deeds.Add(Admin, new Dictionary<string, string?> { ["name"] = "X", ["email"] = "no address" }));
        Assert.Throws<ShopException>(() => deeds.Edit(Admin, id, new Dictionary<string, string?> { ["phone"] = "1" }, new Dictionary<string, string?> { ["phone"] = "0301" }));
        Assert.Equal(["phone, email"], shop.Texts("SELECT detail FROM audit WHERE deed = 'contact edit' AND done = 1"));
    }

    [Fact]
    public async Task Tills_get_codes_names_and_branches_several_at_once()
    {
        await using var shop = await OpenShopAsync();
        var deeds = shop.Get<Machines>();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");

        Assert.Throws<ShopException>(() => deeds.NewCodes(Admin, 1, ["a", "A"]));
        Assert.Throws<ShopException>(() => deeds.NewCodes(Admin, 1, [" "]));
        Assert.Throws<ShopException>(() => deeds.NewCodes(Admin, 9, ["a"]));
        Assert.Equal(2, deeds.NewCodes(Admin, 1, ["third", "fourth"]).Select(c => c.Code).Distinct().Count());
        Assert.Contains("already", Assert.Throws<ShopException>(() => deeds.Rename(Admin, _ => 1, "back")).Message, StringComparison.Ordinal);
        deeds.Rename(Admin, _ => 1, "window");
        Assert.Equal(["back", "window"], shop.Texts("SELECT till_name FROM number_block ORDER BY till_name"));
        Assert.Equal([1, 2], deeds.Move(Admin, _ => [1, 2], 2));
        Assert.Equal([2, 2], shop.Database.Reading(s => Machines.All(s)).Select(t => t.Branch));
    }

    [Fact]
    public async Task What_a_till_says_of_itself_is_seen_as_last_heard()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse, started: "2026-11-02T10:00:00Z"));
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        var posted = Assert.Single(shop.Database.Reading(s => Machines.All(s)));
        Assert.Equal((0, null, null), (posted.Unposted, posted.UnpostedCents, posted.UnpostedSince));
        Assert.Equal(99_900, posted.DNumbersLeft);

        // It says hello, and cannot post.
        await till.SellAsync(Sales.Of(Sales.Garden, price: 1250));
        await using (var crash = new CrashingTill(shop, "front"))
        {
            crash.Channel.LosesPushes = true;
            await Assert.ThrowsAsync<ServerAwayException>(() => crash.SynchroniseAsync());
        }

        var heard = Assert.Single(shop.Database.Reading(s => Machines.All(s)));
        Assert.Equal((1, 1250), (heard.Unposted, heard.UnpostedCents));
        Assert.Equal("2026-11-02T12:00:00Z", heard.UnpostedSince);
    }

    [Fact]
    public async Task A_transaction_is_found_by_anything_and_shows_all_that_belongs_to_it()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse) with { ContactId = Shop.Rosa, Reference = "WEB-77" });
        await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1)], Method = "cash" });
        await shop.ResyncAsync("front");
        var sale = shop.FindSale("D100001")!;
        IReadOnlyList<SaleRow> Find(string? text, string? kind = null) =>
            shop.Database.Reading(s => SalesRecords.Find(s, Rights.All, new SaleSearch(text, Monday, Monday, kind), null)).Rows;

        foreach (var text in new[] { "D100001", sale.TransId!.Value.ToString(null as IFormatProvider), "WEB-77" })
        {
            Assert.Equal(sale.Id, Assert.Single(Find(text)).Id);
        }
        Assert.Equal(sale.Id, Assert.Single(Find("17.95")).Id);
        Assert.Equal(["refund", "sale"], Find("rosa").Select(t => t.Kind));
        Assert.Equal(2, Find("lighthouse keeper").Count);
        Assert.Equal(2, Find(null).Count);
        Assert.Equal("refund", Assert.Single(Find(null, "refund")).Kind);
        Assert.Empty(Find("nobody has this"));
        Assert.Equal(["sale", "refund"], shop.Database.Reading(s => SalesRecords.Chain(s, shop.FindSale("D100002")!.Id)).Select(t => t.Kind));
    }

    [Fact]
    public async Task A_title_is_found_with_its_signs_or_without_on_the_server_and_on_a_till_and_a_repeated_reference_is_told_on_both()
    {
        await using var shop = await OpenShopAsync();
        shop.ImportStock("title,price_cents,on_hand\n\"Œuvre & Fils: the Keeper’s Tale\",700,1\n\"O'Brien, collected\",800,1\n");
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        foreach (var text in new[] { "oeuvre and fils", "ŒUVRE fils", "keepers tale", "keeper's", "obrien", "O’Brien" })
        {
            Assert.Single(shop.Database.Reading(s => StockRecords.Search(s, text, 1, 0)).Rows);
            Assert.Single(await till.FindAsync(text));
        }

        Assert.Null((await till.SellAsync(Sales.Of(Sales.Lighthouse) with { Reference = "WEB-77" })).Outcome.Warning);
        Assert.Contains("“WEB-77” is that of D100001 too", (await till.SellAsync(Sales.Of(Sales.Garden, price: 1250) with { Reference = "WEB-77" })).Outcome.Warning, StringComparison.Ordinal);
        await shop.ResyncAsync("front");
        Assert.StartsWith("the reference “WEB-77” is that of 546789 (D100001) too", Assert.Single(shop.Texts("SELECT text FROM finding WHERE kind = 'repeated reference'")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_of_a_day_add_up_by_hour_till_operator_and_tender()
    {
        await using var shop = await OpenShopAsync("America/New_York");
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        shop.Clock.Advance(TimeSpan.FromDays(7));
        await shop.OpenTill("back", true).SellAsync(Sales.Of(Sales.Garden, price: 1250) with { Operator = "ada" });
        await shop.ResyncAsync("back");
        shop.Clock.Advance(TimeSpan.FromHours(2));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse, 2));
        await shop.ResyncAsync("front");

        var day = shop.Database.Reading(s => Takings.Of(s, 1, Monday + 7, shop.Clock.GetUtcNow().ToUnixTimeMilliseconds()));

        Assert.Equal(1250 + 3590, day.Posted.SalesCents);
        Assert.Equal(day.Posted.SalesCents + day.Posted.RefundsCents, day.ByHour.Sum());
        // Noon in Greenwich is seven in New York.
        Assert.Equal((1250, 3590, 1795), (day.ByHour[7], day.ByHour[9], day.WeekBefore[7]));
        Assert.Equal(1795, day.WeekBeforeSoFarCents);
        Assert.Equal([("front", 3590), ("back", 1250)], day.ByTill.Select(t => (t.Name, t.NetCents)));
        Assert.Equal([("07", 3590), ("ada", 1250)], day.ByOperator.Select(t => (t.Name, t.NetCents)));
        foreach (var by in Enum.GetValues<ReportBy>().Where(b => b != ReportBy.Category))
        {
            var rows = shop.Database.Reading(s => SalesReports.Read(s, by, [1], Monday, Monday + 7));
            Assert.Equal(1795 + 1250 + 3590, rows.Sum(r => r.NetCents));
        }
        Assert.Equal(1795 + 1250 + 3590, shop.Database.Reading(s => SalesReports.Read(s, ReportBy.Category, [1], Monday, Monday + 7)).Sum(r => r.NetCents));
    }

    [Fact]
    public async Task What_is_owed_is_what_the_ledgers_say()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellVoucherAsync(new VoucherDraft { AmountCents = 2500, Payments = [new PaymentDraft { Method = "cash", AmountCents = 2500 }] });
        Assert.Null((await till.MoveCashAsync(EntryKinds.Deposit, new CashDraft { ContactId = Shop.Rosa, AmountCents = 1000, Method = "cash", Reason = "for books" })).Outcome.Refused);
        await shop.ResyncAsync("front");

        var (vouchers, credit, orders) = shop.Database.Reading(s => (MoneyOwed.Vouchers(s), MoneyOwed.Credit(s), MoneyOwed.Orders(s, null)));

        Assert.Equal(2500, Assert.Single(vouchers).Cents);
        Assert.Equal(("Rosa Finch", 1000), (Assert.Single(credit).Name, credit[0].Cents));
        Assert.Empty(orders);
    }

    private static List<DroppedEdit> List(Shop shop) => shop.Database.Reading(s => DroppedEdits.List(s, null, all: false));

    private static long Id(List<DroppedEdit> dropped, string field) => dropped.Single(d => d.Field == field).Id;

    private static Guid StockOf(Shop shop, string code) => Assert.Single(shop.Database.Reading(s => StockRecords.Find(s, code))).StockId;

    private static Actor SignedIn(Shop shop, string name, string role, params long[] branches)
    {
        var id = shop.Get<Persons>().Add(Admin, name, Password, role, branches);
        return new Actor(name, "page", null, new PersonSession(id, shop.Database.Reading(s => FeedState.Read(s).Epoch)));
    }
}
