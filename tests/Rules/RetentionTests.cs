using Bookmine.SyncServer;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Tests.Support;
using Bookmine.TillClient;

namespace Bookmine.Tests.Rules;

/// <summary>What becomes old is put away or forgotten, and nobody who could still need it is left with less than the truth.</summary>
public abstract class RetentionTests(Engine engine) : ServerSuite(engine)
{
    private static readonly JournalKeeping Keeping = new(TimeSpan.FromDays(90), 3);

    [Fact]
    public async Task Answered_entries_older_than_ninety_days_leave_the_journal_for_files_that_verify_and_export_read_too()
    {
        await using var shop = await OpenShopAsync();
        await TradeAndArchiveAsync(shop);

        using var till = Open(shop, disconnected: true);
        Assert.Equal((8L, null), till.VerifyJournal());
        Assert.Equal(8, Exported(shop).Count(l => l.Contains("\"payload\"", StringComparison.Ordinal)));
        Assert.Equal(2, Archives(shop).Length);
        Assert.Equal(2, InFile(shop));
        Assert.Equal(100_009, (await till.SellAsync(Sales.Of(Sales.Garden))).Outcome.Entry!.Number);
    }

    [Fact]
    public async Task Entries_that_are_young_unanswered_or_not_reported_stay_in_the_journal()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await SellAsync(shop, 8);
        shop.Clock.Advance(TimeSpan.FromDays(100));
        using (var till = Open(shop, disconnected: false))
        {
            // Posted only now.
            await till.SynchroniseAsync();
            shop.Clock.Advance(TimeSpan.FromDays(100));
            // Old by now, and no person has seen the report.
            await till.SynchroniseAsync();
        }

        Assert.Empty(Archives(shop));
        Assert.Equal(8, InFile(shop));
    }

    [Fact]
    public async Task A_server_restored_from_a_backup_older_than_the_archive_takes_every_sale_again_with_its_number_and_date()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        await TradeAndArchiveAsync(shop, isEnrolled: true);
        var before = shop.FindSale("D100001");
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();

        await shop.ResyncAsync("front");

        Assert.Equal(8, shop.Number("SELECT count(*) FROM document"));
        Assert.Equivalent(before, shop.FindSale("D100001"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_damaged_archive_is_told_by_verify_and_stops_no_sale()
    {
        await using var shop = await OpenShopAsync();
        await TradeAndArchiveAsync(shop);
        var file = Archives(shop)[0];
        File.WriteAllText(file, File.ReadAllText(file).Replace("9780000000026", "9780000000019", StringComparison.Ordinal));

        using var till = Open(shop, disconnected: true);
        Assert.Contains(Path.GetFileName(file), Assert.Throws<JournalException>(() => till.VerifyJournal()).Message, StringComparison.Ordinal);
        Assert.NotNull((await till.SellAsync(Sales.Of(Sales.Garden))).Outcome.Entry);
        Assert.True((await shop.ResyncAsync("front")).Agree);
    }

    [Fact]
    public async Task What_a_person_has_posted_loses_its_content_after_400_days_and_what_waits_or_was_given_up_keeps_it()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Write("UPDATE till SET state = 'revoked'");
        for (var i = 0; i < 3; i++)
        {
            await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden));
        }
        await Assert.ThrowsAsync<ServerRefusedException>(() => shop.ResyncAsync("front"));
        var desk = ShopOrchestrator.Desk(shop.Database, shop.Clock);
        var (posted, given, waiting) = (desk.List(all: false)[0].Id, desk.List(all: false)[1].Id, desk.List(all: false)[2].Id);
        foreach (var id in (Guid[])[posted, given, waiting])
        {
            desk.Edit(id, desk.Find(id)!.Payload);
        }
        desk.Post(posted);
        desk.WriteOff(given, "a test");
        var retention = new Retention(shop.Database, RetentionPeriods.Standard);

        shop.Clock.Advance(TimeSpan.FromDays(399));
        retention.Run(Now(shop));
        Assert.All(desk.List(all: true), i => Assert.NotEmpty(i.Payload));
        shop.Clock.Advance(TimeSpan.FromDays(2));
        // The server's own night's work may have done it.
        retention.Run(Now(shop));

        Assert.Equal(posted, Assert.Single(desk.List(all: true), i => i.Payload.Length == 0).Id);
        Assert.NotNull(desk.Find(waiting)!.Mended);
        Assert.Equal("a test", desk.Deeds(given)[^1].Why);
        Assert.NotNull(desk.Post(waiting).Number);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_till_that_was_away_while_removals_were_forgotten_gets_a_fresh_replica_without_ghosts()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        var retention = new Retention(shop.Database, RetentionPeriods.Standard);
        retention.Run(Now(shop));
        shop.Clock.Advance(TimeSpan.FromHours(1));
        shop.Write("DELETE FROM holding WHERE stock_id = (SELECT id FROM stock WHERE title = 'Old Charts')");
        shop.Write("DELETE FROM stock WHERE title = 'Old Charts'");
        await shop.ResyncAsync("back");
        shop.Clock.Advance(TimeSpan.FromHours(1));
        retention.Run(Now(shop));
        shop.Clock.Advance(TimeSpan.FromDays(59));
        // The server's own night's work may run at the same time.
        retention.Run(Now(shop));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM sync_feed WHERE removed = 1"));
        await shop.ResyncAsync("back");
        shop.Clock.Advance(TimeSpan.FromDays(2));

        retention.Run(Now(shop));

        Assert.Equal(0, shop.Number("SELECT count(*) FROM sync_feed WHERE removed = 1"));
        var whoWasThere = ReplicaFiles(shop, "back");
        await shop.ResyncAsync("back");
        Assert.Equal(whoWasThere, ReplicaFiles(shop, "back"));
        var whoWasAway = ReplicaFiles(shop, "front");
        await shop.ResyncAsync("front");
        Assert.NotEqual(whoWasAway, ReplicaFiles(shop, "front"));
        // A replica that had to be mended would be told of now.
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
        Replicas.AssertEqual(shop, "back");
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
        Assert.Empty(new FeedCheck(shop.Database, BookmineSetup.Instance).Run());
    }

    [Fact]
    public async Task The_server_forgets_the_content_of_old_entries_and_knows_them_when_they_come_again()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Copy(shop.TillFolder("front"), shop.TillFolder("image"));
        await SellAsync(shop, 5);
        await shop.ResyncAsync("front");
        shop.Clock.Advance(TimeSpan.FromDays(181));
        var retention = new Retention(shop.Database, RetentionPeriods.Standard);

        retention.Run(Now(shop));

        Assert.Equal(1, shop.Number("SELECT count(*) FROM sync_inbox WHERE payload <> @none", Array.Empty<byte>()));
        // The whole journal comes by hand, and changes nothing.
        Assert.Equal(5, shop.Import(Exported(shop)).Known);
        Assert.Equal(5, shop.Number("SELECT count(*) FROM document"));
        // A machine put back from an image so old cannot be filled again: it becomes another till.
        await Assert.ThrowsAsync<TillRenewedException>(() => shop.ResyncAsync("image"));
        await shop.OpenTill("image", true).SellAsync(Sales.Of(Sales.Garden));
        Assert.True((await shop.ResyncAsync("image")).Agree);
        Assert.Equal(6, shop.Number("SELECT count(*) FROM document"));
    }

    private static async Task TradeAndArchiveAsync(Shop shop, bool isEnrolled = false)
    {
        if (!isEnrolled)
        {
            await shop.EnrolAsync("front");
        }
        await SellAsync(shop, 8);
        await shop.ResyncAsync("front");
        shop.Clock.Advance(TimeSpan.FromDays(91));
        using var till = Open(shop, disconnected: false);
        for (var i = 0; i < 4; i++)
        {
            await till.SynchroniseAsync();
        }
    }

    private static async Task SellAsync(Shop shop, int count)
    {
        using var till = Open(shop, disconnected: true);
        for (var i = 0; i < count; i++)
        {
            await till.SellAsync(Sales.Of(Sales.Garden));
        }
    }

    private static Till Open(Shop shop, bool disconnected) =>
        Till.Open(shop.TillFolder("front"), disconnected, TillMachine.This(shop.Clock) with { Keeping = Keeping });

    private static string[] Exported(Shop shop)
    {
        using var lines = new MemoryStream();
        TillSetUp.ExportJournal(shop.TillFolder("front"), TillMachine.This(shop.Clock), lines);
        return Encoding.UTF8.GetString(lines.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] Archives(Shop shop) => [.. Directory.GetFiles(shop.TillFolder("front"), "journal-*.jsonl").Order()];

    private static long InFile(Shop shop)
    {
        using var session = new Bookmine.Sync.Data.Session(Disk.Files.OpenDatabase(Path.Combine(shop.TillFolder("front"), "journal.db")));
        return session.Integer("SELECT count(*) FROM entry")!.Value;
    }

    private static string ReplicaFiles(Shop shop, string till) => File.ReadAllText(Path.Combine(shop.TillFolder(till), "replica.current"));

    private static long Now(Shop shop) => shop.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
