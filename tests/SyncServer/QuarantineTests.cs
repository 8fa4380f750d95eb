using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>One bad entry delays no other, and is kept whole.</summary>
public sealed class QuarantineTests
{
    [Fact]
    public async Task An_entry_that_cannot_be_posted_is_kept_with_its_reason_and_those_behind_it_are_posted()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await using (var crash = new CrashingTill(shop, "front"))
        {
            crash.Journal.Seal(_ => new SealContent("sale", 1, [1, 2, 3]));
            crash.Journal.Seal(_ => new SealContent("sale", 99, "{}"u8.ToArray()));
            crash.Journal.Seal(_ => new SealContent(EntryKinds.Contact, 1, ChangeGroupJson.Write(new ChangeGroup(
                Guid.NewGuid(), EntryKinds.Contact, null, 0,
                [new RowChange(ChangeOp.Insert, new Row(BookmineSetup.Contact) { ["id"] = Shop.Rosa, ["kind"] = "customer", ["name"] = "Impostor" })]))));
            await crash.SynchroniseAsync();
        }
        Assert.Equal(["cannot be read", "format 99", "already"], Reasons(shop).Zip((string[])["cannot be read", "format 99", "already"], (r, w) => r.Contains(w, StringComparison.Ordinal) ? w : r));
        Assert.Equal(4, shop.Number("SELECT n FROM till_head"));
        Assert.Equal("Rosa Finch", shop.Text("SELECT name FROM contact"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task The_till_goes_on_showing_what_is_in_quarantine()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        shop.Write("INSERT INTO document SELECT @id, 1, 100001, 'sale', 1, 1, NULL, NULL, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, 0, NULL, NULL", Guid.NewGuid());

        var report = await shop.ResyncAsync("front");

        Assert.Single(report.Quarantined);
        Assert.Equal(0, report.Posted.Sales);
        Assert.Equal(9, Assert.IsType<global::Bookmine.TillClient.Finding.FoundStock>(Assert.Single(await till.FindAsync(Sales.Lighthouse))).OnHand);
    }

    private static List<string> Reasons(Shop shop) => shop.Database.Reading(session =>
    {
        using var reader = session.Query("SELECT result FROM sync_inbox WHERE state = 'quarantined' ORDER BY n");
        var reasons = new List<string>();
        while (reader.Read())
        {
            reasons.Add(reader.GetString(0));
        }
        return reasons;
    });
}
