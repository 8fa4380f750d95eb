using Bookmine.Sync.Changes;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.Rules;

/// <summary>
/// A journal written by each version that was ever released, as the file it was: <c>Golden/journal-format-N.db</c>. Today's programs open and
/// post it. A new format adds a file; none is ever changed.
/// </summary>
public abstract class KeptJournalTests(Engine engine) : ServerSuite(engine)
{
    /// <summary>Where to write this version's journal, when a new format is released.</summary>
    private static readonly string? WriteTo = Environment.GetEnvironmentVariable("BOOKMINE_WRITE_JOURNAL");

    [Fact]
    public void Every_format_up_to_todays_has_a_journal_that_is_kept() => Assert.Equal(
        Enumerable.Range(1, ChangeGroupJson.Format).Select(f => $"journal-format-{f}.db"),
        Directory.EnumerateFiles(Golden, "journal-format-*.db").Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(1)]
    public async Task A_journal_of_an_older_version_is_posted_by_todays_till_to_todays_server(int format)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        foreach (var file in Directory.EnumerateFiles(shop.TillFolder("front"), "journal.*"))
        {
            File.Delete(file);
        }
        File.Copy(Path.Combine(Golden, $"journal-format-{format}.db"), Path.Combine(shop.TillFolder("front"), "journal.db"));
        shop.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal((9L, null), shop.OpenTill("front", true).VerifyJournal());

        var report = await shop.ResyncAsync("front");

        Assert.True(report.Agree);
        Assert.Empty(report.Quarantined);
        Assert.Equal((3, 1, 1), (report.Posted.Sales, report.Posted.Stock, report.Posted.Contacts));
        Assert.Equal(["D100001", "D100002", "D100003"], report.Renumbered.Select(r => r.Docket));
        Assert.Equal(["title", "email"], report.Dropped.Select(d => d.Field));
        Assert.Equal((1795, 3590, -1795), (shop.FindSale("D100001")!.TotalCents, shop.FindSale("D100002")!.TotalCents, shop.FindSale("D100003")!.TotalCents));
        Assert.Equal("2026-10-30T16:05:00Z", shop.FindSale("D100001")!.ShippedAt);
        Assert.Equal("0178", shop.Text("SELECT phone FROM contact WHERE name = 'Bela Orban'"));
        Assert.Equal("Rivers", shop.Text("SELECT title FROM stock WHERE isbn13 = 9780000000040"));
        Assert.Equal(100_004, (await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden))).Outcome.Entry!.Number);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task This_versions_journal_is_written_when_asked_for()
    {
        Assert.SkipWhen(WriteTo is null, "BOOKMINE_WRITE_JOURNAL names no file");
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using (var till = Till.Open(shop.TillFolder("front"), true, shop.Clock))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse, started: "2026-10-30T16:00:00Z", shipped: "2026-10-30T16:05:00Z"));
            await till.SellAsync(Sales.Of(Sales.Lighthouse, qty: 2));
            await till.RefundAsync("D100002", new RefundDraft { Lines = [new RefundLineDraft(1, 1)] });
            await till.NewStockAsync(new StockDraft { Isbn = "9780000000040", Title = "Rivres", PriceCents = 800 });
            await till.EditStockAsync(new StockDraft { Isbn = "9780000000040", Title = "Rivers" });
            await till.NewContactAsync(new ContactDraft { Name = "Bela Orban", Phone = "0177" });
            await till.EditContactAsync(new ContactDraft { Name = "Bela Orban", Phone = "0178" });
            await till.EditStockAsync(new StockDraft { Isbn = Sales.Maps, Title = "Maps of the South" });
            await till.EmailAsync(new EmailDraft { Name = "Rosa Finch", Subject = "Your order", Body = "It is here." });
        }
        File.Copy(Path.Combine(shop.TillFolder("front"), "journal.db"), WriteTo!);
    }

    private static string Golden => Path.Combine(AppContext.BaseDirectory, "Golden");
}
