using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>One bad entry delays no other, and is kept whole.</summary>
public abstract class QuarantineTests(Engine engine) : ServerSuite(engine)
{
    /// <summary>A transaction that has the number of the till's first.</summary>
    private const string Blocker = """
        INSERT INTO document (id, trans_id, docket, kind, branch, till, started_at, shipped_at, posted_at, posted_day, month, taken_day, total_cents, disconnected)
        VALUES (@id, 1, 100001, 'sale', 1, 1, 1, 1, 1, 1, 1, 1, 0, 0)
        """;

    [Fact]
    public async Task An_entry_that_cannot_be_posted_is_kept_with_its_reason_and_those_behind_it_are_posted()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await using (var crash = new CrashingTill(shop, "front"))
        {
            crash.Journal.Seal(_ => new SealContent("sale", 1, [1, 2, 3]));
            crash.Journal.Seal(_ => new SealContent("sale", 99, "{}"u8.ToArray()));
            crash.Journal.Seal(_ => new SealContent(EntryKinds.Edit, 1, ChangeGroupJson.Write(new ChangeGroup(Guid.NewGuid(), EntryKinds.Edit, "ada\0", 0, []))));
            crash.Journal.Seal(_ => new SealContent(EntryKinds.Contact, 1, ChangeGroupJson.Write(new ChangeGroup(
                Guid.NewGuid(), EntryKinds.Contact, null, 0,
                [new RowChange(ChangeOp.Insert, new Row(BookmineSetup.Contact) { ["id"] = Shop.Rosa, ["kind"] = "customer", ["name"] = "Impostor" })]))));
            await crash.SynchroniseAsync();
        }
        Assert.Equal(["cannot be read", "format 99", "its author holds", "already"], Reasons(shop).Zip((string[])["cannot be read", "format 99", "its author holds", "already"], (r, w) => r.Contains(w, StringComparison.Ordinal) ? w : r));
        Assert.Equal(5, shop.Number("SELECT n FROM till_head"));
        Assert.Equal("Rosa Finch", shop.Text("SELECT name FROM contact"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task The_till_goes_on_showing_what_is_in_quarantine()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        shop.Write(Blocker, Guid.NewGuid());

        var report = await shop.ResyncAsync("front");

        Assert.Single(report.Quarantined);
        Assert.Equal(0, report.Posted.Sales);
        Assert.Equal(9, Assert.IsType<global::Bookmine.TillClient.Finding.FoundStock>(Assert.Single(await till.FindAsync(Sales.Lighthouse))).OnHand);
    }

    [Fact]
    public async Task A_mended_entry_is_posted_by_hand_with_both_contents_kept_and_the_till_shows_it_posted()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var (sold, _) = await till.SellAsync(Sales.Of(Sales.Lighthouse));
        shop.Write(Blocker, Guid.NewGuid());
        await shop.ResyncAsync("front");
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);
        var item = Assert.Single(desk.List(all: false));
        Assert.Throws<MalformedEntryException>(() => desk.Post(item.Id));
        Assert.Throws<MalformedEntryException>(() => desk.Edit(item.Id, "{\"rows\":7}"u8.ToArray()));

        var mended = System.Text.Encoding.UTF8.GetString(item.Payload).Replace("\"docket\":100001", "\"docket\":100777", StringComparison.Ordinal);
        desk.Edit(item.Id, System.Text.Encoding.UTF8.GetBytes(mended));
        var posted = desk.Post(item.Id);
        Assert.Throws<QuarantineException>(() => desk.Post(item.Id));
        var report = await shop.ResyncAsync("front");

        Assert.True(report.Agree);
        Assert.Equal(546789, posted.Number);
        Assert.Equal("posted", shop.Text("SELECT state FROM quarantine"));
        Assert.Equal(546789, shop.FindSale("D100777")!.TransId);
        Assert.Equal(item.Payload, PackedContent.Unpack((byte[])shop.Database.Reading(s => s.Scalar("SELECT payload FROM sync_inbox"))!));
        Assert.Equal(sold.Entry!.Hash, (byte[])shop.Database.Reading(s => s.Scalar("SELECT hash FROM sync_inbox"))!);
        Assert.Equal(["edited", "posted by hand"], desk.Deeds(item.Id).Select(d => d.Deed));
        Assert.Equal(9, Assert.IsType<global::Bookmine.TillClient.Finding.FoundStock>(Assert.Single(await till.FindAsync(Sales.Lighthouse))).OnHand);
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task An_entry_written_off_keeps_its_content_and_leaves_the_tills_books()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        shop.Write(Blocker, Guid.NewGuid());
        await shop.ResyncAsync("front");
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);
        var id = desk.List(all: false).Single().Id;

        desk.WriteOff(id, "rung up twice");

        Assert.Throws<QuarantineException>(() => desk.Post(id));
        await shop.ResyncAsync("front");
        Assert.Empty(desk.List(all: false));
        Assert.Contains("rung up twice", Assert.Single(desk.List(all: true)).Reason, StringComparison.Ordinal);
        Assert.Equal(10, Assert.IsType<global::Bookmine.TillClient.Finding.FoundStock>(Assert.Single(await till.FindAsync(Sales.Lighthouse))).OnHand);
    }

    [Fact]
    public async Task A_refund_of_a_sale_in_quarantine_is_posted_with_an_exception_that_the_sale_resolves()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var (sold, _) = await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await till.RefundAsync(DocketNumber.D(sold.Entry!.Number!.Value).ToString(), new global::Bookmine.TillClient.Selling.RefundDraft());
        var blocker = Guid.NewGuid();
        shop.Write(Blocker, blocker);
        await shop.ResyncAsync("front");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'unresolved' AND resolved_at IS NULL"));

        shop.Write("DELETE FROM document WHERE id = @id", blocker);
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);
        desk.Post(desk.List(all: false).Single().Id);

        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding WHERE kind = 'unresolved' AND resolved_at IS NULL"));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM document"));
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
