using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.TillClient;

/// <summary>Where the smallest coins are gone: what is settled in cash is a sum that coins can make, and everything still adds up.</summary>
public sealed class CashRoundingTests
{
    [Theory]
    [InlineData("5", 998, 1000)]
    [InlineData("5", 997, 995)]
    [InlineData("5", 1000, 1000)]
    [InlineData("5", -998, -1000)]
    [InlineData("10", 995, 1000)]
    [InlineData("10 down", 995, 990)]
    [InlineData("10 down", -995, -990)]
    [InlineData("10", 4, 0)]
    [InlineData("none", 998, 998)]
    public void A_sum_is_rounded_to_the_nearest_by_its_size(string how, long cents, long rounded)
    {
        Assert.True(CashRounding.TryParse(how, out var rounding));
        Assert.Equal(rounded, rounding.Round(cents));
        Assert.Equal(rounding, CashRounding.Of(rounding.Kept));
        Assert.Equal(how, rounding.ToString());
    }

    [Fact]
    public async Task Only_the_cash_that_settles_is_rounded_and_docket_drawer_totals_and_accounts_agree()
    {
        await using var pos = await Counter.OpenAsync(prepare: Rounding);
        var asked = await pos.TypeAsync(Sales.Lighthouse, "/pay");
        Assert.Contains("cash 10.00, rounded", string.Join('\n', asked.Body) + asked.Prompt, StringComparison.Ordinal);
        Assert.Contains("CHANGE 10.00", (await pos.TypeAsync("20")).Message, StringComparison.Ordinal);
        var docket = string.Join('\n', (await pos.TypeAsync("/docket")).Body);
        Assert.Contains("Rounding", docket, StringComparison.Ordinal);
        Assert.Contains("-0.02", docket, StringComparison.Ordinal);
        // A card pays to the cent; the rest of a part in cash is what is rounded.
        await pos.BackAndTypeAsync(Sales.Lighthouse, "/pay", "card");
        Assert.Contains("STILL 4.98", (await pos.TypeAsync(Sales.Lighthouse, "/pay", "card 5")).Total, StringComparison.Ordinal);
        await pos.TypeAsync("cash");
        Assert.Contains("refunded 10.00 as cash", (await pos.TypeAsync("/refund D100001", "1", "", "1", "1", "yes")).Message, StringComparison.Ordinal);

        await pos.Shop.ResyncAsync("front");

        var day = Assert.Single(pos.Shop.Totals());
        Assert.Equal((3 * 998, -998), (day.SalesCents, day.RefundsCents));
        Assert.Equal((1000 + 500 - 1000, 998 + 500, -2 - 2 + 2), (day.ByMethod["cash"], day.ByMethod["card"], day.ByMethod["rounding"]));
        var accounts = pos.Shop.Database.Writing(s => Accounts.OfDay(s, 1, 20261102, pos.Shop.Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        Assert.Equal(accounts.Sum(a => a.DebitCents), accounts.Sum(a => a.CreditCents));
        Assert.Empty(pos.Shop.BookFaults());
        Assert.Empty(pos.Shop.Texts("SELECT text FROM finding"));
    }

    [Fact]
    public async Task A_rounding_that_would_hide_a_theft_is_found()
    {
        await using var shop = await Shop.OpenAsync();
        Rounding(shop);
        await shop.EnrolAsync("front");
        using (var till = shop.OpenTill("front", true))
        {
            foreach (var (method, rounded) in new[] { ("cash", 100L), ("card", 2L), ("cash", 2L) })
            {
                var sale = Sales.Of(Sales.Lighthouse, price: 998);
                sale.Payments = [new PaymentDraft { Method = method, AmountCents = 998 - rounded },
                    new PaymentDraft { Method = "rounding", AmountCents = rounded }];
                Assert.Null((await till.SellAsync(sale)).Outcome.Refused);
            }
        }
        await shop.ResyncAsync("front");
        var found = shop.Texts("SELECT text FROM finding WHERE kind = 'rounded too much' ORDER BY text");
        Assert.Equal(2, found.Count);
        Assert.Contains("nothing was paid in cash", found[0], StringComparison.Ordinal);
        Assert.Contains("1.00 was rounded off", found[1], StringComparison.Ordinal);
    }

    private static void Rounding(Shop shop)
    {
        shop.Get<Branches>().Set(Actor.AtTheMachine(), 1, new BranchChange(CashRounding: "5"));
        shop.Write("UPDATE holding SET price_cents = 998 WHERE stock_id = (SELECT id FROM stock WHERE isbn13 = 9780000000019)");
    }
}
