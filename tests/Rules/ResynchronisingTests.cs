using Bookmine.SyncServer.Reports;
using Bookmine.Schema;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Rules;

/// <summary>The rules of resynchronising, one by one, through the real till, server and files.</summary>
public abstract class ResynchronisingTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task A_disconnected_sale_is_posted_once_with_a_new_TransID_and_both_sides_agree()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var (outcome, transId) = await shop.OpenTill("front", disconnected: true).SellAsync(Sales.Of(Sales.Lighthouse, 2));
        Assert.Equal(100_001, outcome.Entry!.Number);
        Assert.Null(transId);

        var report = await shop.ResyncAsync("front");

        Assert.True(report.Agree);
        Assert.Equal(3590, report.Server.TotalCents);
        Assert.Equal(("D100001", 546_789L), (report.Renumbered[0].Docket, report.Renumbered[0].TransId));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_sale_made_disconnected_keeps_its_start_and_shipping_dates_and_its_payments_are_dated_at_posting()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse, started: "2026-11-01T08:26:00Z", shipped: "2026-11-01T08:27:00Z"));
        shop.Clock.Advance(TimeSpan.FromDays(3));
        await shop.ResyncAsync("front");

        var sale = shop.FindSale("D100001")!;
        var posted = Instant.Format(shop.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal(("2026-11-01T08:26:00Z", "2026-11-01T08:27:00Z"), (sale.StartedAt, sale.ShippedAt));
        Assert.Equal((posted, "2026-11-01T08:27:00Z"), (sale.Payments[0].PaidAt, sale.Payments[0].TakenAt));
        Assert.Equal((posted, "2026-11-01T08:27:00Z"), (sale.Shipments[0].ShippedAt, sale.Shipments[0].TakenAt));
    }

    [Fact]
    public async Task Totals_of_a_finished_day_never_change_and_the_drawer_can_still_be_balanced_by_the_day_taken()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        using (var till = shop.OpenTill("front", false))
        {
            await till.SynchroniseAsync();
            await till.SellAsync(Sales.Of(Sales.Garden, price: 1250));
        }
        await shop.OpenTill("back", true).SellAsync(Sales.Of(Sales.Lighthouse));
        shop.Clock.Advance(TimeSpan.FromDays(1));
        var monday = Assert.Single(shop.Totals());
        await shop.ResyncAsync("back");

        var days = shop.Totals();
        Assert.Equal(["2026-11-02", "2026-11-03"], days.Select(d => d.Day));
        Assert.Equal((monday.SalesCents, monday.Documents, monday.ShippedCents), (days[0].SalesCents, days[0].Documents, days[0].ShippedCents));
        Assert.Equal((1795L, 1795L), (days[1].SalesCents, days[1].FromDisconnectedCents));
        var taken = Assert.Single(shop.Totals(byTaken: true));
        Assert.Equal(1795 + 1250, taken.ByMethod["cash"]);
    }

    [Fact]
    public async Task Typing_the_D_number_finds_the_posted_transaction_on_the_till_and_on_another_till()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.Null(Assert.IsType<FoundTransaction>(Assert.Single(await shop.OpenTill("front", true).FindAsync("D100001"))).Transaction.TransId);
        await shop.ResyncAsync("front");

        foreach (var till in (string[])["front", "back"])
        {
            await shop.ResyncAsync(till);
            foreach (var number in (string[])["D100001", "d 100001", "546789"])
            {
                var found = Assert.IsType<FoundTransaction>(Assert.Single(await shop.OpenTill(till, true).FindAsync(number)));
                Assert.Equal(546_789, found.Transaction.TransId);
            }
        }
    }

    [Fact]
    public async Task A_number_of_another_branch_is_asked_of_the_server_and_the_look_up_is_logged()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("pier", branch: 2);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        var away = shop.OpenTill("pier", true);
        Assert.Empty(await away.FindAsync("D100001"));
        Assert.Contains("till front of branch 1", away.WhyNotFound("D100001"), StringComparison.Ordinal);
        await shop.ResyncAsync("front");

        Assert.IsType<FoundTransaction>(Assert.Single(await shop.OpenTill("pier", false).FindAsync("D100001")));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM lookup WHERE found = 1"));
        Assert.Empty(await away.FindAsync("D100001"));
    }

    [Fact]
    public async Task An_edit_of_an_existing_record_is_dropped_listed_and_the_servers_value_shows_again()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var outcome = await till.EditStockAsync(new StockDraft { Isbn = Sales.Lighthouse, Title = "The Lighthouse", PriceCents = 999, Operator = "07" });
        Assert.Contains("drop", outcome.Warning, StringComparison.Ordinal);
        var seen = Assert.IsType<FoundStock>(Assert.Single(await till.FindAsync(Sales.Lighthouse)));
        Assert.Equal(("The Lighthouse", 999L), (seen.Title, seen.PriceCents));

        var report = await shop.ResyncAsync("front");

        Assert.Equal(["title", "price_cents"], report.Dropped.Select(d => d.Field));
        Assert.Equal(("The Lighthouse", "The Lighthouse Keeper"), (report.Dropped[0].TillValue, report.Dropped[0].ServerValue));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM dropped WHERE operator = '07' AND till = 1"));
        var again = Assert.IsType<FoundStock>(Assert.Single(await shop.OpenTill("front", true).FindAsync(Sales.Lighthouse)));
        Assert.Equal(("The Lighthouse Keeper", 1795L), (again.Title, again.PriceCents));
        Assert.Equal("The Lighthouse Keeper", shop.Text("SELECT title FROM stock WHERE isbn13 = 9780000000019"));
    }

    [Fact]
    public async Task An_email_made_disconnected_is_dropped_and_listed_and_one_made_in_normal_mode_is_recorded()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var email = new EmailDraft { Name = "Rosa Finch", Subject = "Your order", Body = "It is here." };
        Assert.NotNull((await shop.OpenTill("front", true).EmailAsync(email)).Warning);
        var report = await shop.ResyncAsync("front");
        Assert.Equal("email", Assert.Single(report.Dropped).Field);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM email"));

        Assert.Null((await shop.OpenTill("front", false).EmailAsync(email)).Refused);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM email"));
    }

    [Fact]
    public async Task A_correction_of_the_tills_own_unposted_record_is_kept()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.NewContactAsync(new ContactDraft { Name = "Bela Orban", Phone = "0177" });
        var corrected = await till.EditContactAsync(new ContactDraft { Name = "Bela Orban", Phone = "0178" });
        Assert.Null(corrected.Warning);
        await till.NewStockAsync(new StockDraft { Isbn = "9780000000040", Title = "Rivres", PriceCents = 800 });
        await till.EditStockAsync(new StockDraft { Isbn = "9780000000040", Title = "Rivers", PriceCents = 900 });

        var report = await shop.ResyncAsync("front");

        Assert.Empty(report.Dropped);
        Assert.Equal((1, 1), (report.Posted.Contacts, report.Posted.Stock));
        Assert.Equal("0178", shop.Text("SELECT phone FROM contact WHERE name = 'Bela Orban'"));
        Assert.Equal("Rivers", shop.Text("SELECT title FROM stock WHERE isbn13 = 9780000000040"));
        Assert.Equal(900, shop.Number("SELECT price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000040 AND h.branch = 1"));
    }

    [Fact]
    public async Task A_correction_is_dropped_where_the_server_has_changed_the_field_after_the_record_was_posted_by_an_unheard_answer()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.NewContactAsync(new ContactDraft { Name = "Bela Orban", Phone = "0177" });
        await using (var crash = new CrashingTill(shop, "front"))
        {
            await crash.PushAndLoseTheAnswerAsync();
        }
        shop.Write("UPDATE contact SET phone = '0199' WHERE name = 'Bela Orban'");
        await till.EditContactAsync(new ContactDraft { Name = "Bela Orban", Phone = "0178" });

        var report = await shop.ResyncAsync("front");

        Assert.Equal(("0178", "0199"), (report.Dropped[0].TillValue, report.Dropped[0].ServerValue));
        Assert.Equal("0199", shop.Text("SELECT phone FROM contact WHERE name = 'Bela Orban'"));
    }

    [Fact]
    public async Task On_hand_is_the_sum_of_movements_and_no_till_sends_a_count()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse, 3));
        await shop.OpenTill("back", true).SellAsync(Sales.Of(Sales.Lighthouse, 4));
        var seen = Assert.IsType<FoundStock>(Assert.Single(await shop.OpenTill("front", true).FindAsync(Sales.Lighthouse)));
        Assert.Equal(7, seen.OnHand);
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");

        Assert.Equal(3, shop.Number("SELECT on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000019 AND branch = 1"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task Goods_oversold_are_posted_and_listed_as_an_exception()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Maps, 5, 2400));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Maps, 5, 2400));
        var report = await shop.ResyncAsync("front");
        Assert.True(report.Agree);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'oversold'"));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM finding_occurrence"));
        Assert.Equal(("oversold", 2), (Assert.Single(report.Exceptions).Kind, report.Exceptions[0].N));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Maps, 1, 2400));
        Assert.Equal(3, Assert.Single((await shop.ResyncAsync("front")).Exceptions).N);
        Assert.Contains("on hand -8 in branch 1", Assert.Single(shop.Database.Reading(s => OpenFindings.Read(s, all: false))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_new_ISBN_made_on_two_tills_is_inserted_twice_and_listed_as_a_likely_duplicate()
    {
        await using var shop = await OpenShopAsync();
        foreach (var name in (string[])["front", "back"])
        {
            await shop.EnrolAsync(name);
            await shop.OpenTill(name, true).NewStockAsync(new StockDraft { Isbn = "9780000000040", Title = "Rivers", PriceCents = 800 });
        }
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
        Assert.Equal(2, shop.Number("SELECT count(*) FROM stock WHERE isbn13 = 9780000000040"));
        Assert.Equal("likely duplicate", shop.Text("SELECT kind FROM finding"));
    }

    [Fact]
    public async Task A_resynchronisation_over_midnight_never_dates_a_posting_earlier_than_the_one_before()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("back", true).SellAsync(Sales.Of(Sales.Lighthouse));
        shop.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 3, 0, 0, 5, TimeSpan.Zero));
        await shop.ResyncAsync("front");
        shop.Clock.AdjustTime(new DateTimeOffset(2026, 11, 2, 23, 59, 50, TimeSpan.Zero));
        await shop.ResyncAsync("back");
        Assert.Equal("2026-11-03", Assert.Single(shop.Totals()).Day);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_day_is_the_branchs_local_day()
    {
        await using var shop = await OpenShopAsync("Pacific/Auckland");
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", false);
        await till.SynchroniseAsync();
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.Equal("2026-11-03", Assert.Single(shop.Totals()).Day);
    }

    [Fact]
    public async Task An_order_begun_and_not_shipped_is_posted_active_and_moves_no_stock()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var order = Sales.Of(Sales.Lighthouse, started: "2026-11-01T08:26:00Z");
        order.ShippedAt = null;
        await shop.OpenTill("front", true).SellAsync(order);
        await shop.ResyncAsync("front");
        var posted = shop.FindSale("D100001")!;
        Assert.Equal(("2026-11-01T08:26:00Z", null), (posted.StartedAt, posted.ShippedAt));
        Assert.Empty(posted.Shipments);
        Assert.NotEmpty(await shop.OpenTill("front", true).FindAsync("D100001"));
    }

    [Fact]
    public async Task A_sale_at_a_price_edited_while_disconnected_keeps_its_price()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.EditStockAsync(new StockDraft { Isbn = Sales.Lighthouse, PriceCents = 1000 });
        var sale = Sales.Of(Sales.Lighthouse, price: 1000);
        sale.Lines = [new LineDraft { Isbn = Sales.Lighthouse }];
        await till.SellAsync(sale);
        await shop.ResyncAsync("front");
        Assert.Equal(1000, shop.FindSale("D100001")!.TotalCents);
        Assert.Equal(1795, shop.Number("SELECT price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000019 AND branch = 1"));
    }

    [Fact]
    public async Task A_sale_with_the_server_at_hand_gets_its_TransID_at_once()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", false);
        await till.SynchroniseAsync();
        var (_, transId) = await till.SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.Equal(546_789, transId);
        Assert.Contains("* 546789 *", (await till.DocketAsync("546789"))!.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_till_that_loses_the_server_sells_on_with_D_numbers_and_posts_them_when_it_is_back()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", false);
        await till.SynchroniseAsync();
        await shop.StopServerAsync();
        var (outcome, transId) = await till.SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.NotNull(outcome.Entry);
        Assert.Null(transId);
        Assert.Equal(global::Bookmine.TillClient.Server.ConnectionState.Away, till.Status().State);
        await shop.StartServerAsync();
        Assert.Null((await till.SellAsync(Sales.Of(Sales.Garden))).TransId);

        var report = await till.SynchroniseAsync();
        Assert.Equal(2, report.Posted.Sales);
        Assert.Equal(0, till.Status().Unposted);
    }
}
