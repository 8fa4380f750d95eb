using Bookmine.Schema;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.SyncServer;

/// <summary>One item is found by every form of its number: at the till, at the server, in a file.</summary>
public abstract class CodeTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task Every_form_and_every_decoration_of_a_number_finds_the_same_one_item()
    {
        await using var shop = await OpenShopAsync();
        shop.ImportStock("ean,title,price_cents\n042100005264,A game,500\n96385074,A pen,100\n036000291452,A puzzle,900\n");
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        var forms = new Dictionary<string, string[]>
        {
            ["The Lighthouse Keeper"] =
            [
                "9780000000019", "978-0-00-000001-9", "0000000019", "0-00-000001-9", "000000019", "]E09780000000019", "*9780000000019*",
                    "~9780000000019", "9780000000019\t",
                "978000000001950099", "978000000001902", "]C10109780000000019",
            ],
            // A UPC with and without its leading zero, as a spreadsheet leaves it, and as UPC-E.
            ["A game"] = ["042100005264", "0042100005264", "42100005264", "04252614", "]E00042100005264"],
            ["A pen"] = ["96385074", "0000096385074", "]E496385074"],
            ["A puzzle"] = ["036000291452", "36000291452"],
        };
        foreach (var (title, codes) in forms)
        {
            foreach (var code in codes)
            {
                Assert.True(await till.FindAsync(code) is [FoundStock { Title: var found }] && found == title, $"the till finds {title} by {code}");
                Assert.True(shop.Database.Reading(s => StockRecords.Find(s, code)) is [{ Title: var there }] && there == title,
                    $"the server finds {title} by {code}");
                var file = Path.GetTempFileName();
                await File.WriteAllTextAsync(file, $"ean\tqty\n{code.Trim()}\t1\n");
                var outcome = shop.ImportFile(ImportKinds.Receipt, file);
                Assert.True(outcome is { Imported: 1, Rejected: 0 },
                    $"a file finds {title} by {code}: {string.Join(' ', outcome.FirstRejected.Select(r => r.Reason))}");
            }
            Assert.Equal(codes.Length + (title == "The Lighthouse Keeper" ? 10 : 0),
                shop.Number("SELECT h.on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.title = @title", title));
        }
    }

    [Fact]
    public async Task Scans_that_are_none_say_what_they_are()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        Assert.Empty(await till.FindAsync("97800000000199780000000026"));
        Assert.Contains("two scans came as one", till.WhyNotFound("97800000000199780000000026"), StringComparison.Ordinal);
        Assert.Contains("French keyboard", till.WhyNotFound("çè_àààààààà&ç"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contact_is_found_however_her_number_is_written()
    {
        await using var shop = await OpenShopAsync();
        shop.Write("UPDATE contact SET phone = '07700 900001' WHERE id = @id", Shop.Rosa);
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        await till.NewContactAsync(new ContactDraft { Name = "Ada Marsh", Phone = "+44 (7700) 900-002" });
        foreach (var (typed, name) in new[]
        {
            ("07700900001", "Rosa Finch"), ("+44 7700 900001", "Rosa Finch"), ("7700-900001", "Rosa Finch"), ("900001", "Rosa Finch"),
                ("07700 900 002", "Ada Marsh"), ("00447700900002", "Ada Marsh"),
        })
        {
            Assert.True(await till.FindAsync(typed) is [FoundContact { Name: var found }] && found == name, $"{typed} is {name}");
        }
        Assert.Equal("Rosa Finch", Assert.Single(shop.Database.Reading(s => Contacts.Search(s, "+44 7700 900001", 0)).Rows).Name);
    }

    [Fact]
    public async Task A_gift_voucher_that_is_not_named_pays_for_nothing()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var till = shop.OpenTill("front", true);
        var sale = Sales.Of(Sales.Lighthouse);
        sale.Payments = [new PaymentDraft { Method = "voucher", AmountCents = 1_795 }];
        Assert.Contains("not said which", (await till.SellAsync(sale)).Outcome.Refused!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5,5", 550, null)]
    [InlineData("8.1 %", 810, null)]
    [InlineData("9.975", 0, "exactly")]
    [InlineData("101", 0, "0 to 100")]
    [InlineData("-1", 0, "0 to 100")]
    [InlineData("", 0, "not a number")]
    public void A_rate_is_read_or_told(string text, long basisPoints, string? why)
    {
        Assert.Equal(why is null, Percent.TryParse(text, out var read, out var fault));
        Assert.Equal(basisPoints, read);
        Assert.Contains(why ?? "", fault ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("17,95", 1795)]
    [InlineData("17.95", 1795)]
    [InlineData("1,299.00", 129900)]
    [InlineData("1.299,00", 129900)]
    [InlineData("1'299.50", 129950)]
    [InlineData("1 299", 129900)]
    [InlineData("-3", -300)]
    [InlineData("1,234,567", 123456700)]
    [InlineData("1,299", null)]
    [InlineData("1.299", null)]
    [InlineData("12,99,00", null)]
    [InlineData("1.2.3", null)]
    [InlineData("17.955", null)]
    [InlineData("12a", null)]
    [InlineData(".", null)]
    public void An_amount_is_read_as_it_is_meant_or_not_at_all(string text, int? cents)
    {
        Assert.Equal(cents is not null, Money.TryParse(text, out var read));
        Assert.Equal(cents ?? 0, read);
    }
}
