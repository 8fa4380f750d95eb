using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Tills;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Selling;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Rules;

/// <summary>The sales of a till that cannot bring them itself.</summary>
public abstract class RescueTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task The_journal_of_a_dead_till_is_brought_by_hand_once_also_when_the_till_comes_back()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var (sold, _) = await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await till.SellAsync(Sales.Of(Sales.Garden));
        var journal = Export(shop, "front");

        Assert.Equal(new BroughtJournal(2, 0, 0, 0), shop.Import(journal));
        Assert.Equal(new BroughtJournal(0, 0, 2, 0), shop.Import(journal));
        await till.SellAsync(Sales.Of(Sales.Maps, price: 2400));
        var report = await shop.ResyncAsync("front");

        Assert.True(report.Agree);
        Assert.Equal(3, report.Posted.Sales);
        Assert.Equal(3, shop.Number("SELECT count(*) FROM document"));
        Assert.NotNull(shop.FindSale(DocketNumber.D(sold.Entry!.Number!.Value).ToString())!.TransId);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task The_mirror_has_each_entry_before_its_docket_and_brings_it_to_the_server_when_the_disk_is_lost()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var stick = Directory.CreateDirectory(shop.TillFolder("stick")).FullName;
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        till.Settings = till.Settings with { Mirror = stick };
        await till.SellAsync(Sales.Of(Sales.Garden));
        Directory.Move(stick, stick + "-out");
        var (outcome, _) = await till.SellAsync(Sales.Of(Sales.Maps, price: 2400));
        Assert.Contains("mirror", outcome.Warning, StringComparison.Ordinal);
        Assert.Contains("mirror", till.Status().LastError, StringComparison.Ordinal);
        Directory.Move(stick + "-out", stick);
        var (last, _) = await till.SellAsync(Sales.Of(Sales.Garden));
        Assert.Null(last.Warning);

        var file = Assert.Single(Directory.GetFiles(stick));
        Assert.Equal(4, shop.Import(File.ReadAllLines(file)).Posted);
        Assert.Equal(4, shop.Number("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task An_edit_whose_warning_is_shown_anyway_tells_also_that_the_mirror_takes_nothing()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        till.Settings = till.Settings with { Mirror = shop.TillFolder("pulled out") };

        var outcome = await till.EditStockAsync(new StockDraft { Isbn = Sales.Lighthouse, PriceCents = 1 });

        Assert.Contains("resynchronising will drop it", outcome.Warning, StringComparison.Ordinal);
        Assert.Contains("mirror", outcome.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_that_was_cut_short_is_gone_on_with_and_loses_no_other_line()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var stick = Directory.CreateDirectory(shop.TillFolder("stick")).FullName;
        using (var first = Till.Open(shop.TillFolder("front"), true, shop.Clock))
        {
            first.Settings = first.Settings with { Mirror = stick };
            await first.SellAsync(Sales.Of(Sales.Lighthouse));
            await first.SellAsync(Sales.Of(Sales.Garden));
        }
        var file = Assert.Single(Directory.GetFiles(stick));
        await using (var cut = new FileStream(file, FileMode.Open))
        {
            cut.SetLength(cut.Length - 40);
        }
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Maps, price: 2400));
        Assert.Equal(3, shop.Import(File.ReadAllLines(file)).Posted);
    }

    [Fact]
    public async Task What_lies_behind_a_hole_waits_in_quarantine_is_posted_by_hand_and_never_twice()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        for (var i = 0; i < 4; i++)
        {
            await till.SellAsync(Sales.Of(Sales.Garden));
        }
        var lines = Export(shop, "front");

        var outcome = shop.Import([lines[0], lines[1], lines[3], lines[4]]);

        Assert.Equal((1, 2), (outcome.Posted, outcome.KeptAside));
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);
        var waiting = desk.List(all: false);
        Assert.Equal([3, 4], waiting.Select(w => w.N));
        Assert.All(waiting, w => Assert.Contains("have not arrived", w.Reason, StringComparison.Ordinal));
        desk.Post(waiting[0].Id);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM document"));

        var report = await shop.ResyncAsync("front");

        // The one that was posted by hand comes again with the till and is not posted twice; a person sees it and lets it go.
        Assert.Equal(4, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(3, Assert.Single(report.Quarantined).N);
        Assert.Equal(QuarantineState.Waiting, Assert.Single(desk.List(all: false)).State);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_journal_whose_entries_lie_in_another_order_is_told_and_not_read_for_ever()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using (var till = Till.Open(shop.TillFolder("front"), true, shop.Clock))
        {
            for (var i = 0; i < 40; i++)
            {
                await till.SellAsync(Sales.Of(Sales.Garden));
            }
        }
        var file = ClientJournal.FileIn(shop.TillFolder("front"));
        using (var session = new Session(SqliteFiles.Open(file)))
        {
            session.Script("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        await File.WriteAllBytesAsync(file, WithLaterRowFirst(await File.ReadAllBytesAsync(file)));
        // What was sold is read from the journal where there is no overlay.
        foreach (var overlay in Directory.GetFiles(shop.TillFolder("front"), "overlay.db*"))
        {
            File.Delete(overlay);
        }

        using var damaged = Till.Open(shop.TillFolder("front"), true, shop.Clock);
        var fault = Assert.Throws<JournalException>(() => damaged.FindAsync("D100001").GetAwaiter().GetResult());

        Assert.True(fault.IsDamaged);
        Assert.Contains("lies where a later one should", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Gives the last row of a page in the middle of the table the key 1, as bits that turn over may (sqlite.org/fileformat2.html, "B-tree Pages").</summary>
    private static byte[] WithLaterRowFirst(byte[] file)
    {
        const int pageSize = 4096;
        for (var page = file.Length - pageSize; page > 0; page -= pageSize)
        {
            var cells = (file[page + 3] << 8) + file[page + 4];
            if (file[page] != 0x0d || cells < 2)
            {
                continue;
            }
            var last = page + (file[page + 8 + (2 * (cells - 1))] << 8) + file[page + 9 + (2 * (cells - 1))];
            // A length of two bytes, which only entries have, and then the key.
            if (file[last] >= 0x82 && file[last + 1] < 0x80 && file[last + 2] is > 3 and < 38)
            {
                file[last + 2] = 1;
                return file;
            }
        }
        throw new InvalidOperationException("The journal has no such page.");
    }

    [Fact]
    public async Task A_damaged_journal_is_told_with_its_remedy_and_gives_up_what_can_be_read_of_it()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using (var till = Till.Open(shop.TillFolder("front"), true, shop.Clock))
        {
            for (var i = 0; i < 60; i++)
            {
                await till.SellAsync(Sales.Of(Sales.Garden));
            }
        }
        var file = ClientJournal.FileIn(shop.TillFolder("front"));
        using (var session = new Session(SqliteFiles.Open(file)))
        {
            session.Script("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        var middle = MiddleOfEntries(await File.ReadAllBytesAsync(file));
        await using (var disk = new FileStream(file, FileMode.Open))
        {
            disk.Seek(middle, SeekOrigin.Begin);
            disk.Write(new byte[4096]);
        }

        using var damaged = Till.Open(shop.TillFolder("front"), false, shop.Clock);
        var fault = await Assert.ThrowsAsync<JournalException>(async () => await damaged.SynchroniseAsync());
        Assert.True(fault.IsDamaged);
        Assert.Contains("journal export", fault.Message, StringComparison.Ordinal);
        var lines = Export(shop, "front");
        Assert.InRange(lines.Length, 30, 60);
        var outcome = shop.Import(lines);
        Assert.Equal(lines.Length - 1, outcome.Posted + outcome.KeptAside + outcome.Quarantined);
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);
        foreach (var item in desk.List(all: false))
        {
            desk.Post(item.Id);
        }
        Assert.Equal(lines.Length - 1, shop.Number("SELECT count(*) FROM document"));
        Assert.Empty(shop.BookFaults());
    }

    /// <summary>Where the page begins that holds the middle one of the journal's packed entries.</summary>
    private static long MiddleOfEntries(byte[] file)
    {
        ReadOnlySpan<byte> mark = [0xB0, 0x0C, 0x4D, 0x02];
        var pages = new List<long>();
        for (var page = 0; page < file.Length; page += 4096)
        {
            if (file[page] == 0x0d && file.AsSpan(page, 4096).IndexOf(mark) >= 0)
            {
                pages.Add(page);
            }
        }
        return pages[pages.Count / 2];
    }

    [Fact]
    public async Task A_file_that_is_no_journal_posts_nothing_and_a_damaged_line_costs_no_other()
    {
        Assert.Throws<WireFormatException>(() => JournalLines.ReadHead("{\"n\":1}"));
        Assert.Throws<WireFormatException>(() => JournalLines.ReadHead("isbn13,title"));
        Assert.NotNull(JournalLines.ReadEntry(2, "{\"n\":1,\"id\":").Fault);
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Garden));
        await till.SellAsync(Sales.Of(Sales.Garden));
        var lines = Export(shop, "front");
        lines[1] = lines[1].Replace("1795", "1796", StringComparison.Ordinal);
        var outcome = shop.Import(lines);
        Assert.Equal((1, 1), (outcome.Posted, outcome.Quarantined));
        Assert.Contains("hash", ShopOrchestrator.Desk(shop.Database, shop.Clock).List(all: false).Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_till_loses_its_replica_keeps_its_journal_and_what_it_brings_waits_in_quarantine()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", false);
        shop.Write("UPDATE till SET state = 'revoked'");
        await till.SellAsync(Sales.Of(Sales.Garden));
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(async () => await till.SynchroniseAsync());

        Assert.Contains("revoked", refused.Message, StringComparison.Ordinal);
        Assert.False(till.IsProvisioned);
        await Assert.ThrowsAsync<ServerRefusedException>(async () => await till.SynchroniseAsync());
        Assert.Empty(Directory.GetFiles(shop.TillFolder("front"), "replica-*.db"));
        Assert.Equal((1, null), till.VerifyJournal());
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document"));
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);
        Assert.Contains("revoked", Assert.Single(desk.List(all: false)).Reason, StringComparison.Ordinal);

        shop.Write("UPDATE till SET state = 'enrolled'");
        desk.Post(desk.List(all: false)[0].Id);
        await till.SynchroniseAsync();
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Replicas.AssertEqual(shop, "front");
    }

    private static string[] Export(Shop shop, string till)
    {
        using var stream = new MemoryStream();
        TillSetUp.ExportJournal(shop.TillFolder(till), TillMachine.This(shop.Clock), stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()).TrimEnd('\n').Split('\n');
    }

    [Fact]
    public async Task Two_journals_that_went_different_ways_in_one_file_post_the_common_way_and_the_rest_waits_for_a_person()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Directory.CreateDirectory(shop.TillFolder("twin"));
        foreach (var file in Directory.EnumerateFiles(shop.TillFolder("front")))
        {
            File.Copy(file, Path.Combine(shop.TillFolder("twin"), Path.GetFileName(file)));
        }
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("twin", true).SellAsync(Sales.Of(Sales.Garden));

        var outcome = shop.Import([.. Export(shop, "front"), .. Export(shop, "twin").Skip(1)]);

        Assert.Equal((1, 1), (outcome.Posted, outcome.KeptAside));
        Assert.Equal(shop.Number("SELECT max(trans_id) FROM document"), shop.Number("SELECT trans_id FROM counter"));
        Assert.Equal(1, shop.Number("SELECT acknowledged FROM sync_client WHERE client = 1"));
        Assert.Equal(1, shop.Number("SELECT n FROM till_head WHERE till = 1"));
        Assert.True((await shop.ResyncAsync("front")).Agree);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden));
        Assert.Empty((await shop.ResyncAsync("front")).Quarantined);
        Assert.Empty(shop.BookFaults());
    }
}
