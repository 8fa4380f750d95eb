using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.TillClient;

/// <summary>What a docket says: each rate's tax, what it adds up to, whose it is, what is left on a voucher, and what a gift receipt keeps to itself.</summary>
public sealed class DocketTests
{
    private static readonly Actor Admin = Actor.AtTheMachine();

    [Fact]
    public async Task Books_are_taxed_at_their_rate_and_other_goods_at_theirs_and_docket_days_and_accounts_agree_to_the_cent()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Get<Branches>().Set(Admin, 1, new BranchChange(
            TaxRate: "5", CategoryRates: "Stationery=20; stamps=0", TaxNumber: "VAT GB 123", Footer: "Thank you.\nOpen on Sundays."));
        shop.ImportStock("code,title,price_cents,on_hand,category\npen,A Pen,333,50,stationery\nstamp,A Stamp,110,50,Stamps\n");
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        // Three lines of 3.33 at 20 %: 0.56 each by itself, and 1.67 of 9.99 together.
        await till.SellAsync(SaleOf(("pen", 333), ("pen", 333), ("pen", 333), ("stamp", 110), (Sales.Lighthouse, 1795)));

        var docket = (await till.DocketAsync("D100001"))!.ToText();
        AssertLine(docket, "VAT GB 123");
        AssertLine(docket, "0% 1.10 0.00");
        AssertLine(docket, "5% 17.95 0.85");
        AssertLine(docket, "20% 9.99 1.67");
        Assert.EndsWith("Open on Sundays.", docket.TrimEnd(), StringComparison.Ordinal);
        await shop.ResyncAsync("front");
        var sale = shop.FindSale("D100001")!;
        Assert.Equal(85 + 167, sale.TaxCents);
        Assert.Equal([(0L, 110L, 0L), (500L, 1795L, 85L), (2000L, 999L, 167L)], sale.Taxes!.Select(t => (t.RateBp, t.GrossCents, t.TaxCents)));
        var accounts = Accounts(shop);
        Assert.Equal((85, 167), (accounts["tax 5"], accounts["tax 20"]));
        // The office prints the same, marked as a copy.
        var copy = shop.Database.Reading(s => ShopDockets.Find(s, Rights.All, "D100001", 42, isGift: false))!.ToText();
        Assert.Equal("COPY", copy.Split('\n')[0].Trim());
        AssertLine(copy, "20% 9.99 1.67");

        // One of before 1.6 keeps what its docket said, each line by itself.
        shop.Write("UPDATE document SET tax_rule = NULL");
        Assert.Equal(85 + (3 * 56), shop.FindSale("D100001")!.TaxCents);
        Assert.Equal(3 * 56, Accounts(shop)["tax 20"]);
    }

    [Fact]
    public async Task A_gift_voucher_is_out_of_the_taxs_scope_and_its_use_says_what_is_left()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        await till.SellVoucherAsync(new VoucherDraft { AmountCents = 2_500, Payments = [new PaymentDraft { Method = "cash", AmountCents = 2_500 }] });
        await till.SellAsync(SaleOf([(Sales.Lighthouse, 1795)], new PaymentDraft { Method = "voucher", AmountCents = 1795, Voucher = "V100001" }));

        Assert.DoesNotContain("tax", (await till.DocketAsync("D100001"))!.ToText(), StringComparison.OrdinalIgnoreCase);
        var docket = (await till.DocketAsync("D100002"))!.ToText();
        AssertLine(docket, "by voucher V100001");
        AssertLine(docket, "left on it 7.05");
        await shop.ResyncAsync("front");
        Assert.Empty(shop.FindSale("D100001")!.Taxes!);
        Assert.Equal([("V100001", -1795L)], shop.FindSale("D100002")!.Vouchers!.Select(v => (v.Number, v.AmountCents)));
        AssertLine(shop.Database.Reading(s => ShopDockets.Find(s, Rights.All, "D100002", 42, isGift: false))!.ToText(), "left on it 7.05");
    }

    [Fact]
    public async Task A_cancelled_layby_adds_up_and_names_the_customer()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        await till.SellAsync(new SaleDraft
        {
            Layby = true, ShippedAt = null, ContactId = Shop.Rosa, Lines = [new LineDraft { Isbn = Sales.Lighthouse, UnitPriceCents = 899 }],
            Payments = [new PaymentDraft { Method = "cash", AmountCents = 400 }, new PaymentDraft { Method = "owing", AmountCents = 499 }],
        });
        var (cancelled, _) = await till.OnOrderAsync(EntryKinds.Cancellation, "D100001", new OrderDraft());
        Assert.Null(cancelled.Refused);

        var docket = (await till.DocketAsync("D100002"))!.ToText();
        AssertLine(docket, "for Rosa Finch");
        AssertLine(docket, "TOTAL GBP -8.99");
        AssertLine(docket, "Cash -4.00");
        AssertLine(docket, "Owing no more -4.99");
    }

    [Fact]
    public async Task A_gift_receipt_says_what_it_is_and_its_number_and_no_price()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        await till.SellAsync(SaleOf((Sales.Lighthouse, 1795)));
        var gift = (await till.DocketAsync("D100001", isGift: true))!;
        Assert.Contains("The Lighthouse Keeper", gift.ToText(), StringComparison.Ordinal);
        Assert.Contains("* D100001 *", gift.ToText(), StringComparison.Ordinal);
        Assert.DoesNotContain("17", gift.ToText().Replace("9780000000019", "", StringComparison.Ordinal).Replace("2026", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(gift.OpensDrawer);
    }

    [Theory]
    [InlineData("Stationery", "no category with its rate")]
    [InlineData("=20", "no category with its rate")]
    [InlineData("Stationery=twenty", "Stationery: “twenty”")]
    [InlineData("Stationery=9.975", "more than two decimals")]
    [InlineData("Cards=20; cards=5", "twice")]
    public void What_is_no_rate_of_a_category_is_told(string text, string says)
    {
        Assert.False(CategoryRates.TryParse(text, out _, out var fault));
        Assert.Contains(says, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Rates_of_categories_are_kept_as_they_are_written()
    {
        Assert.True(CategoryRates.TryParse("Stationery=20\nMaps = Old & New=5,5;", out var rates, out _));
        Assert.Equal("Maps = Old & New=5.5; Stationery=20", CategoryRates.Read(rates.Kept).ToString());
        Assert.Equal((2000, 550, null), (CategoryRates.Read(rates.Kept).Of(" STATIONERY"), rates.Of("Maps = Old & New"), rates.Of("Books")));
        Assert.Null(CategoryRates.Read(null).Kept);
    }

    private static SaleDraft SaleOf(params (string Code, long Cents)[] lines) =>
        SaleOf(lines, new PaymentDraft { Method = "cash", AmountCents = lines.Sum(l => l.Cents) });

    private static SaleDraft SaleOf((string Code, long Cents)[] lines, PaymentDraft payment) => new()
    {
        Lines = [.. lines.Select(l => new LineDraft { Code = l.Code, UnitPriceCents = l.Cents })], Payments = [payment],
    };

    private static Dictionary<string, long> Accounts(Shop shop)
    {
        var day = BranchDay.TryParse(shop.Totals()[^1].Day, out var read) ? read : 0;
        return shop.Get<Accounts>().Of(Admin, 1, day).GroupBy(r => r.Purpose).ToDictionary(g => g.Key, g => g.Sum(r => r.CreditCents - r.DebitCents));
    }

    private static void AssertLine(string docket, string words) => Assert.Contains(
        words, docket.Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
}
