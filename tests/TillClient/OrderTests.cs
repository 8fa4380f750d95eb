using Bookmine.Schema;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.TillClient;

/// <summary>Gift vouchers, orders and laybys: what is left and what is owing are sums over what was done, at every till and on the server.</summary>
public abstract class OrderTests(Engine engine) : ServerSuite(engine)
{
    private const string Voucher = "4", Order = "5", Layby = "6", OnOrder = "7";

    [Fact]
    public async Task A_gift_voucher_is_sold_scanned_to_pay_and_pays_no_more_than_is_left_on_it()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Contains("D100001  gift voucher of 20.00", (await pos.TypeAsync("/other", Voucher, "20", "", "card")).Message, StringComparison.Ordinal);
        Assert.Contains("V100001: 20.00 left", (await pos.TypeAsync("V100001")).Message, StringComparison.Ordinal);
        var docket = string.Join('\n', (await pos.TypeAsync("/docket")).Body);
        Assert.Contains("* V100001 *", docket, StringComparison.Ordinal);
        await pos.BackAndTypeAsync(Sales.Garden, "/pay");
        pos.Session.Enter("V100001", isFast: true);
        Assert.Contains("unposted 32.50", (await pos.TypeAsync()).Status, StringComparison.Ordinal);
        var picture = await pos.TypeAsync(Sales.Lighthouse, "/pay", "voucher", "v100001");
        Assert.Contains("paid 7.50   STILL 10.45", picture.Total, StringComparison.Ordinal);
        Assert.Contains("Nothing is left on gift voucher V100001", (await pos.TypeAsync("card", Sales.Lighthouse, "/pay", "V100001")).Message, StringComparison.Ordinal);
        await pos.Shop.ResyncAsync("front");
        var day = Assert.Single(pos.Shop.Totals());
        Assert.Equal((3_045, 2_000, 2_000), (day.SalesCents, day.OtherCents, day.ByMethod["voucher"]));
        Assert.Equal(0, pos.Shop.Number("SELECT sum(amount_cents) FROM voucher WHERE number = 'V100001'"));
        Assert.Empty(pos.Shop.BookFaults());
    }

    [Fact]
    public async Task A_voucher_spent_at_two_tills_without_the_server_is_posted_and_listed()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var card = new VoucherDraft { AmountCents = 2_000, Number = "gift-0001", Payments = [new PaymentDraft { Method = "cash", AmountCents = 2_000 }] };
        Assert.Null((await shop.OpenTill("front", false).SellVoucherAsync(card)).Outcome.Refused);
        await shop.EnrolAsync("back");
        var sale = Sales.Of(Sales.Lighthouse);
        sale.Payments = [new PaymentDraft { Method = "voucher", AmountCents = 1_795, Voucher = "GIFT-0001" }];
        Assert.Null((await shop.OpenTill("back", true).SellAsync(sale)).Outcome.Refused);
        Assert.Contains("has 2.05 left", (await shop.OpenTill("back", true).SellAsync(sale)).Outcome.Refused!.Reason, StringComparison.Ordinal);
        Assert.Null((await shop.OpenTill("front", true).SellAsync(sale)).Outcome.Refused);
        await shop.ResyncAsync("back");
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
        var report = await shop.ResyncAsync("front");
        Assert.Contains("GIFT-0001 stands at -15.90", shop.Text("SELECT text FROM finding WHERE kind = 'voucher overspent'"), StringComparison.Ordinal);
        // The cashier's report says it too.
        Assert.Contains("GIFT-0001 stands at -15.90", Assert.Single(report.Exceptions).Text, StringComparison.Ordinal);
        Assert.True(report.Agree);
    }

    [Fact]
    public async Task A_voucher_that_nobody_knows_is_refused_with_the_server_and_listed_without_until_its_sale_is_posted()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        var sale = Sales.Of(Sales.Lighthouse);
        sale.Payments = [new PaymentDraft { Method = "voucher", AmountCents = 1_795, Voucher = "V100001" }];
        using (var online = Bookmine.TillClient.Till.Open(shop.TillFolder("back"), false, shop.Clock))
        {
            await online.SynchroniseAsync();
            Assert.Contains("no gift voucher V100001", (await online.SellAsync(sale)).Outcome.Refused!.Reason, StringComparison.Ordinal);
        }
        await shop.OpenTill("front", true).SellVoucherAsync(new VoucherDraft { AmountCents = 5_000, Payments = [new PaymentDraft { Method = "card", AmountCents = 5_000 }] });
        await shop.OpenTill("back", true).SellAsync(sale);
        await shop.ResyncAsync("back");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'voucher overspent' AND resolved_at IS NULL"));
        await shop.ResyncAsync("front");
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding WHERE kind = 'voucher overspent' AND resolved_at IS NULL"));
        Assert.Equal(3_205, shop.Number("SELECT sum(amount_cents) FROM voucher"));
    }

    [Fact]
    public async Task A_layby_is_paid_in_parts_and_handed_over_when_it_is_paid()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync("2*" + Sales.Lighthouse, Sales.Garden, "/contact finch", "/other", Layby, "10", "");
        Assert.Contains("D100001  layby of Rosa Finch, 38.40 owing", picture.Message, StringComparison.Ordinal);
        Assert.Contains("0 copies", picture.Total, StringComparison.Ordinal);
        var docket = string.Join('\n', (await pos.TypeAsync("/docket")).Body);
        Assert.Matches("LAYBY +D100001", docket);
        Assert.Matches("STILL OWING +38.40", docket);
        Assert.Contains("for Rosa Finch", docket, StringComparison.Ordinal);
        Assert.Contains("not handed over yet", docket, StringComparison.Ordinal);
        Assert.Contains("20.00 paid on D100001, 18.40 still owing", (await pos.BackAndTypeAsync("/other", OnOrder, "finch", "2", "20", "50")).Message, StringComparison.Ordinal);
        Assert.Contains("Pay 5.90", (await pos.TypeAsync("/other", OnOrder, "D100001", "1", "1", "2")).Prompt, StringComparison.Ordinal);
        Assert.Contains("handed over on D100001", (await pos.TypeAsync("")).Message, StringComparison.Ordinal);
        Assert.Contains("Pay 12.50", (await pos.TypeAsync("/other", OnOrder, "D100001", "1", "")).Prompt, StringComparison.Ordinal);
        Assert.Contains("handed over", (await pos.TypeAsync("card")).Message, StringComparison.Ordinal);
        docket = string.Join('\n', (await pos.TypeAsync("/docket D100003")).Body);
        Assert.Contains("HANDED OVER", docket, StringComparison.Ordinal);
        Assert.Contains("2 x  9780000000019", docket, StringComparison.Ordinal);
        Assert.DoesNotContain("not handed over yet", string.Join('\n', (await pos.BackAndTypeAsync("/docket D100001")).Body), StringComparison.Ordinal);
        Assert.Contains("no order or layby that is still open", (await pos.BackAndTypeAsync("/other", OnOrder, "finch")).Message, StringComparison.Ordinal);

        await pos.Shop.ResyncAsync("front");
        var day = Assert.Single(pos.Shop.Totals());
        Assert.Equal((4_840, 0, 0), (day.SalesCents, day.OtherCents, day.ByMethod["owing"]));
        Assert.Equal((3_590, 1_250), (day.ByMethod["cash"], day.ByMethod["card"]));
        Assert.Equal((3, 4_840), (day.ShippedQuantity, day.ShippedCents));
        Assert.Empty(pos.Shop.BookFaults());
        var layby = pos.Shop.FindSale("D100001")!;
        Assert.Equal((EntryKinds.Layby, 0L, 3), (layby.Kind, layby.OwingCents, layby.Referring!.Count));
        Assert.All(layby.Lines, l => Assert.Equal(0, l.ToHandOver));
    }

    [Fact]
    public async Task Goods_of_an_order_that_are_handed_over_or_cancelled_one_by_one_add_up_to_the_order()
    {
        await using var pos = await Counter.OpenAsync();
        // Seven copies for 10.00: none of them has a price in whole cents.
        await pos.TypeAsync("7*" + Sales.Lighthouse, "/price 1 2", "/disc 1 4", "/contact finch", "/other", Order, "", "");
        for (var copy = 0; copy < 3; copy++)
        {
            Assert.Contains("handed over on D100001", (await pos.TypeAsync("/other", OnOrder, "D100001", "1", "1", "1")).Message, StringComparison.Ordinal);
        }
        foreach (var (copies, worth) in (IEnumerable<(string, string)>)[("1", "1.43"), ("2", "2.86")])
        {
            Assert.Contains($"GIVE BACK {worth} cash", (await pos.TypeAsync("/other", OnOrder, "D100001", "2", "1", copies, "1", "yes")).Message, StringComparison.Ordinal);
        }
        Assert.Contains("handed over on D100001", (await pos.TypeAsync("/other", OnOrder, "D100001", "1", "")).Message, StringComparison.Ordinal);
        await pos.Shop.ResyncAsync("front");
        var day = Assert.Single(pos.Shop.Totals());
        Assert.Equal((571, 4, 571), (day.ByMethod["cash"], day.ShippedQuantity, day.ShippedCents));
        Assert.Empty(pos.Shop.BookFaults());
    }

    [Fact]
    public async Task An_order_taken_at_one_till_is_handed_over_at_another_and_its_goods_come_back_as_any()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        var order = Sales.Of(Sales.Lighthouse, 2);
        (order.ShippedAt, order.ContactId) = (null, Shop.Rosa);
        order.Payments = [new PaymentDraft { Method = "cash", AmountCents = 1_000 }, new PaymentDraft { Method = "owing", AmountCents = 2_590 }];
        await shop.OpenTill("front", true).SellAsync(order);
        Assert.Contains("were picked up and 0 refunded", (await shop.OpenTill("front", true).RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1)] })).Outcome.Refused!.Reason, StringComparison.Ordinal);
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
        var back = shop.OpenTill("back", true);
        Assert.Contains("is due before", (await back.OnOrderAsync(EntryKinds.PickUp, "546789", new OrderDraft())).Outcome.Refused!.Reason, StringComparison.Ordinal);
        Assert.Null((await back.OnOrderAsync(EntryKinds.PickUp, "546789", new OrderDraft { Payments = [new PaymentDraft { Method = "card", AmountCents = 2_590 }] })).Outcome.Refused);
        Assert.Contains("nothing of D100001 is left", (await back.OnOrderAsync(EntryKinds.PickUp, "D100001", new OrderDraft())).Outcome.Refused!.Reason, StringComparison.Ordinal);
        Assert.Contains("order itself, 546789", (await back.RefundAsync("D200001", new RefundDraft())).Outcome.Refused!.Remedy, StringComparison.Ordinal);
        Assert.Null((await back.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1)] })).Outcome.Refused);
        await shop.ResyncAsync("back");
        Assert.Equal(9, shop.Number("SELECT on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000019 AND h.branch = 1"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
        // However old the order gets, what was done on it stays at hand with it.
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document WHERE kind IN ('sale', 'pick-up') AND month IS NOT NULL"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task An_order_paid_or_handed_over_at_two_tills_without_the_server_is_listed()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        var order = Sales.Of(Sales.Lighthouse);
        (order.ShippedAt, order.ContactId, order.Layby) = (null, Shop.Rosa, true);
        order.Payments = [new PaymentDraft { Method = "owing", AmountCents = 1_795 }];
        await shop.OpenTill("front", true).SellAsync(order);
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
        foreach (var name in (string[])["front", "back"])
        {
            Assert.Null((await shop.OpenTill(name, true).OnOrderAsync(
                EntryKinds.PickUp, "D100001", new OrderDraft { Payments = [new PaymentDraft { Method = "cash", AmountCents = 1_795 }] })).Outcome.Refused);
            await shop.ResyncAsync(name);
        }
        Assert.Contains("1 ordered, 2 handed over", shop.Text("SELECT text FROM finding WHERE kind = 'handed over twice'"), StringComparison.Ordinal);
        Assert.Contains("17.95 more was paid", shop.Text("SELECT text FROM finding WHERE kind = 'paid twice'"), StringComparison.Ordinal);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_layby_that_is_called_off_owes_nothing_and_gives_back_what_was_paid()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("3*" + Sales.Lighthouse, "/contact finch", "/other", Layby, "30", "");
        var picture = await pos.TypeAsync("/other", OnOrder, "finch", "3", "", "1");
        Assert.StartsWith("Cancel all of it?", picture.Prompt, StringComparison.Ordinal);
        Assert.Contains("D100002  cancelled on D100001", (await pos.TypeAsync("yes")).Message, StringComparison.Ordinal);
        await pos.Shop.ResyncAsync("front");
        var day = Assert.Single(pos.Shop.Totals());
        Assert.Equal((5_385, -5_385, 0, 0), (day.SalesCents, day.RefundsCents, day.ByMethod["cash"], day.ByMethod["owing"]));
        Assert.Equal((10, 0), (pos.Shop.Number("SELECT on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000019 AND h.branch = 1"), pos.Shop.Number("SELECT count(*) FROM finding")));
    }

    [Fact]
    public async Task Nothing_is_left_owing_on_goods_that_leave_the_shop()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var sale = Sales.Of(Sales.Lighthouse);
        (sale.ContactId, sale.Payments) = (Shop.Rosa, [new PaymentDraft { Method = "owing", AmountCents = 1_795 }]);
        Assert.Contains("cannot be left owing", (await till.SellAsync(sale)).Outcome.Refused!.Reason, StringComparison.Ordinal);
        (sale.ContactId, sale.ShippedAt) = (null, null);
        Assert.Contains("no contact who owes it", (await till.SellAsync(sale)).Outcome.Refused!.Reason, StringComparison.Ordinal);
        sale.Payments = [new PaymentDraft { Method = "cash", AmountCents = 2_000 }, new PaymentDraft { Method = "owing", AmountCents = -205 }];
        sale.ContactId = Shop.Rosa;
        Assert.Contains("no amount to owe", (await till.SellAsync(sale)).Outcome.Refused!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task General_Credit_pays_no_more_than_there_is()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/other", "3", "finch", "5", "1", Sales.Lighthouse, "/contact finch");
        Assert.Contains(pos.Session.Picture.Body, l => l.Contains("17.95", StringComparison.Ordinal));
        Assert.Contains((await pos.TypeAsync("/pay")).Body, l => l.Contains("credit  (5.00 of Rosa Finch)", StringComparison.Ordinal));
        Assert.Contains("paid 5.00   STILL 12.95", (await pos.TypeAsync("credit")).Total, StringComparison.Ordinal);
        Assert.Contains("no General Credit left", (await pos.TypeAsync("credit")).Message, StringComparison.Ordinal);
    }
}
