using Bookmine.TillClient.Selling;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.TillClient;

/// <summary>Refunds refer to their original and never change it.</summary>
public abstract class RefundTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task A_posted_sale_is_refunded_by_its_D_number_per_line_and_amount()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse, 3));
        await shop.ResyncAsync("front");
        var before = shop.FindSale("D100001")!;
        var till = shop.OpenTill("front", true);
        var (outcome, _) = await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1, 2, 3001)] });
        await shop.ResyncAsync("front");

        var refund = shop.FindSale($"D{outcome.Entry!.Number}")!;
        Assert.Equal((-3001, "refund", -2), (refund.TotalCents, refund.Kind, refund.Lines[0].Qty));
        Assert.Equal([refund.TransId!.Value], shop.FindSale("546789")!.Refunds);
        Assert.Equal(Json(before), Json(Unrefunded(shop.FindSale("546789")!)));
        Assert.Equal(9, shop.Number("SELECT on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE isbn13 = 9780000000019 AND branch = 1"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_tills_own_unposted_sale_is_refunded_and_both_are_posted_in_order()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse, 2));
        Assert.NotNull((await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1, ToStock: false)] })).Outcome.Entry);
        Assert.True((await shop.ResyncAsync("front")).Agree);
        Assert.Equal([546_790], shop.FindSale("D100001")!.Refunds);
        Assert.Equal(8, shop.Number("SELECT on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE isbn13 = 9780000000019 AND branch = 1"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
    }

    [Fact]
    public async Task No_more_comes_back_than_was_sold_unless_two_tills_do_it_and_then_it_is_listed()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
        foreach (var name in (string[])["front", "back"])
        {
            var till = shop.OpenTill(name, true);
            Assert.NotNull((await till.RefundAsync("546789", new RefundDraft())).Outcome.Entry);
            Assert.Contains("nothing is left", (await till.RefundAsync("546789", new RefundDraft())).Outcome.Refused!.Reason, StringComparison.Ordinal);
        }
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
        Assert.Equal(2, shop.FindSale("D100001")!.Refunds.Count);
        Assert.Equal("refunded twice", shop.Text("SELECT kind FROM finding"));
    }

    [Fact]
    public async Task No_more_money_goes_back_than_was_paid_unless_two_tills_give_it_and_then_it_is_listed()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse, 3));
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
        // 53.85 was paid for three.
        var till = shop.OpenTill("front", true);
        Assert.Null((await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1, 1, 5_000)] })).Outcome.Refused);
        Assert.Contains("50.00 of it is given back already", (await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1, 1, 386)] })).Outcome.Refused!.Reason, StringComparison.Ordinal);
        Assert.Contains("53.85 was paid", (await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1, 1, 200), new RefundLineDraft(1, 1, 200)] })).Outcome.Refused!.Reason, StringComparison.Ordinal);
        // Where nothing is said, what is left.
        Assert.Equal(-385, (await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1)] })).Outcome.Entry!.Amount);
        await shop.ResyncAsync("front");
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
        Assert.Null((await shop.OpenTill("back", true).RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1, 1, 100)] })).Outcome.Refused);
        Assert.Equal("refunded too much", Assert.Single((await shop.ResyncAsync("back")).Exceptions).Kind);
        Assert.Contains("53.85 was paid, 54.85 given back", shop.Text("SELECT text FROM finding"), StringComparison.Ordinal);
        // What went too far on one line keeps nobody from the others, and comes back for nothing.
        await shop.ResyncAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden, 1, 3_500) with { Lines = [new LineDraft { Isbn = Sales.Garden, Qty = 3, UnitPriceCents = 1000 }, new LineDraft { Isbn = Sales.Maps, UnitPriceCents = 500 }] });
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
        foreach (var machine in (string[])["front", "back"])
        {
            Assert.Null((await shop.OpenTill(machine, true).RefundAsync("D100004", new RefundDraft { Lines = [new RefundLineDraft(1, 1, 2_000)] })).Outcome.Refused);
        }
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
        await shop.ResyncAsync("front");
        Assert.Equal(-500, (await shop.OpenTill("front", true).RefundAsync("D100004", new RefundDraft())).Outcome.Entry!.Amount);
    }

    [Fact]
    public async Task A_refund_raised_as_General_Credit_is_a_ledger_row_of_the_contact_and_pays_a_later_sale()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var sale = Sales.Of(Sales.Lighthouse);
        sale.ContactId = Shop.Rosa;
        await till.SellAsync(sale);
        Assert.Null((await till.RefundAsync("D100001", new RefundDraft { Method = "credit" })).Outcome.Refused);
        var paid = Sales.Of(Sales.Garden, price: 1250);
        (paid.ContactId, paid.Payments) = (Shop.Rosa, [new PaymentDraft { Method = "credit", AmountCents = 1250 }]);
        await till.SellAsync(paid);
        await shop.ResyncAsync("front");
        Assert.Equal(1795 - 1250, shop.Number("SELECT sum(amount_cents) FROM credit WHERE contact_id = @id", Shop.Rosa));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
    }

    [Fact]
    public async Task General_Credit_without_a_contact_is_refused()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.Contains("contact", (await till.RefundAsync("D100001", new RefundDraft { Method = "credit" })).Outcome.Refused!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_tills_unposted_docket_is_named_with_whose_it_is()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        var (outcome, _) = await shop.OpenTill("back", true).RefundAsync("D100001", new RefundDraft());
        Assert.Contains("till front of branch 1", outcome.Refused!.Reason, StringComparison.Ordinal);
    }

    private static global::Bookmine.Schema.Views.TransactionView Unrefunded(global::Bookmine.Schema.Views.TransactionView sale) =>
        sale with { Refunds = [], Referring = [], Lines = [.. sale.Lines.Select(l => l with { RefundedQty = 0, RefundedCents = 0 })] };

    private static string Json(global::Bookmine.Schema.Views.TransactionView transaction) => System.Text.Json.JsonSerializer.Serialize(transaction);
}
