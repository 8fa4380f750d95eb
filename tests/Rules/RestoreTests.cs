using Bookmine.Sync.Wire;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Sync.Orchestrators;
using Bookmine.Schema;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Data;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Database;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Finding;

namespace Bookmine.Tests.Rules;

/// <summary>Media that were put back from copies: a till's folder, one image on two machines, the server's records.</summary>
public abstract class RestoreTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task A_tills_folder_put_back_from_a_copy_is_filled_again_from_the_server_and_uses_none_of_its_old_numbers()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var folder = shop.TillFolder("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        Copy(folder, folder + "-copy");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        Copy(folder + "-copy", shop.TillFolder("restored"));

        await shop.ResyncAsync("restored");

        var till = shop.OpenTill("restored", true);
        Assert.IsType<FoundTransaction>(Assert.Single(await till.FindAsync("D100002")));
        Assert.Equal(200_001, (await till.SellAsync(Sales.Of(Sales.Lighthouse))).Outcome.Entry!.Number);
        Assert.True((await shop.ResyncAsync("restored")).Agree);
        Assert.Equal(3, shop.Number("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task An_entry_that_was_damaged_before_it_was_sent_is_given_back_as_it_came_to_a_till_that_lost_it()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var folder = shop.TillFolder("front");
        Copy(folder, shop.TillFolder("restored"));
        using (var till = Till.Open(folder, true, shop.Clock))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
            await till.SellAsync(Sales.Of(Sales.Garden));
        }
        using (var session = new Session(SqliteFiles.Open(ClientJournal.FileIn(folder))))
        {
            session.Execute("UPDATE entry SET payload = @bytes WHERE n = 1", new byte[] { 1, 2, 3 });
        }
        Assert.Single((await shop.ResyncAsync("front")).Quarantined);

        await shop.ResyncAsync("restored");

        await shop.OpenTill("restored", true).SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.True((await shop.ResyncAsync("restored")).Agree);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal("quarantined", shop.Text("SELECT state FROM sync_inbox WHERE n = 1"));
    }

    [Fact]
    public async Task Two_machines_made_from_one_image_become_two_tills_and_no_sale_of_either_is_lost()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Copy(shop.TillFolder("front"), shop.TillFolder("twin"));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("twin", true).SellAsync(Sales.Of(Sales.Garden));
        await shop.ResyncAsync("front");

        var renewed = await Assert.ThrowsAsync<TillRenewedException>(() => shop.ResyncAsync("twin"));

        Assert.Contains("front-2", renewed.Message, StringComparison.Ordinal);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM sync_fork"));
        await shop.OpenTill("twin", true).SellAsync(Sales.Of(Sales.Garden));
        Assert.True((await shop.ResyncAsync("twin")).Agree);
        Assert.True((await shop.ResyncAsync("front")).Agree);
        Assert.Equal(["D100001", "D200001"], shop.Database.Reading(s => TableSql.Where(s, BookmineSetup.Document, "1 = 1 ORDER BY docket"))
            .Select(d => DocketNumber.D(d.Integer("docket")).ToString()));
        Assert.Equal("journal forked", shop.Text("SELECT kind FROM finding"));
    }

    [Fact]
    public async Task A_new_identity_that_the_disk_has_changed_before_it_was_taken_on_is_asked_for_again()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Copy(shop.TillFolder("front"), shop.TillFolder("twin"));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        using (var twin = Till.Open(shop.TillFolder("twin"), true, shop.Clock))
        {
            await twin.SellAsync(Sales.Of(Sales.Garden));
        }
        await shop.ResyncAsync("front");
        await Assert.ThrowsAsync<TillRenewedException>(() => shop.ResyncAsync("twin"));
        var file = Path.Combine(shop.TillFolder("twin"), "till.next.json");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 4;
        await File.WriteAllBytesAsync(file, bytes);

        await Assert.ThrowsAsync<TillRenewedException>(() => shop.ResyncAsync("twin"));

        await shop.OpenTill("twin", true).SellAsync(Sales.Of(Sales.Garden));
        Assert.True((await shop.ResyncAsync("twin")).Agree);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM sync_fork"));
    }

    [Fact]
    public async Task After_a_restore_behind_the_servers_back_every_sale_comes_again_with_the_number_and_date_it_had()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden));
        await shop.ResyncAsync("front");
        var (before, epoch) = (shop.FindSale("D100002"), shop.Text("SELECT epoch FROM sync_state"));
        var totals = System.Text.Json.JsonSerializer.Serialize(shop.Totals());
        await shop.PutRecordsBackAsync(copy);
        shop.Clock.Advance(TimeSpan.FromDays(2));
        await shop.StartServerAsync();

        var report = await shop.ResyncAsync("front");

        Assert.Equal((0, 2), (report.Posted.Sales, report.Again));
        Assert.Equivalent(before, shop.FindSale("D100002"));
        Assert.Equal(totals, System.Text.Json.JsonSerializer.Serialize(shop.Totals()));
        Assert.NotEqual(epoch, shop.Text("SELECT epoch FROM sync_state"));
        Replicas.AssertEqual(shop, "front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        Assert.Equal(546_790 + 100_000 + 1, shop.FindSale("D100003")!.TransId);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_till_without_a_replica_shows_a_restore_too_so_that_no_number_is_given_twice()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        var copy = await shop.CopyRecordsAsync();
        await shop.OpenTill("back", true).SellAsync(Sales.Of(Sales.Garden));
        var told = (await shop.ResyncAsync("back")).Renumbered.Single();
        // Revoked: its replica goes, and its sale is kept with no number. The records that are put back know nothing of it.
        shop.Write("UPDATE till SET state = 'revoked' WHERE id = 1");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await Assert.ThrowsAsync<ServerRefusedException>(() => shop.ResyncAsync("front"));
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();

        // It is the first to call.
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");

        Assert.Equal(told.TransId, shop.FindSale(told.Docket)!.TransId);
        Assert.Equal(2, shop.Number("SELECT count(DISTINCT trans_id) FROM document"));
        Assert.Equal(told.TransId, (await shop.OpenTill("back", true).FindAsync(told.Docket)).OfType<Bookmine.TillClient.Finding.FoundTransaction>().Single().Transaction.TransId);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_till_without_a_replica_that_proves_a_restore_again_and_again_begins_no_epoch_each_time()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden));
        await shop.ResyncAsync("front");
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        AnswerProof? proof;
        await using (var honest = new CrashingTill(shop, "front"))
        {
            proof = AnswerProof.Of(honest.Journal.ByN(1));
        }
        var tills = shop.Get<Bookmine.SyncServer.Tills.TillRegister>();
        var client = tills.RecordOf(new Bookmine.SyncServer.Tills.KnownTill(1, "front", 1));
        string Hello()
        {
            shop.Get<ServerOrchestrator>().Hello(client, HelloRequest.ForSnapshot(BookmineSetup.SchemaVersion) with { Proof = proof, LastN = 1, Acknowledged = 1 });
            return shop.Text("SELECT epoch FROM sync_state")!;
        }

        var before = shop.Text("SELECT epoch FROM sync_state");
        var first = Hello();

        Assert.NotEqual(before, first);
        Assert.Equal(first, Hello());
        Assert.Equal(first, Hello());
        shop.Clock.Advance(TimeSpan.FromHours(2));
        Assert.NotEqual(first, Hello());
    }

    [Fact]
    public async Task A_till_enrolled_after_the_backup_that_was_restored_is_known_again_by_the_servers_own_word()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        await shop.EnrolAsync("back");
        await shop.OpenTill("back", true).SellAsync(Sales.Of(Sales.Garden));
        var before = (await shop.ResyncAsync("back")).Renumbered.Single();
        var dated = shop.FindSale(before.Docket)!.PostedAt;
        shop.Clock.Advance(TimeSpan.FromHours(3));
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        await shop.OpenTill("back", true).SellAsync(Sales.Of(Sales.Garden));

        var told = await shop.ResyncAsync("back");

        // What this server proves to have posted is posted, as it was; whether the till was revoked meanwhile, no record says, and a person decides.
        Assert.Contains("till admit", told.Withheld, StringComparison.Ordinal);
        Assert.True(told.Agree);
        Assert.Equal((1, 1), (told.Again, told.Quarantined.Count));
        Assert.Equal(before.TransId, shop.FindSale(before.Docket)!.TransId);
        Assert.Equal(dated, shop.FindSale(before.Docket)!.PostedAt);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal("its till waits to be admitted", Assert.Single(ShopOrchestrator.Desk(shop.Database, shop.Clock).List(all: false)).Reason);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'till recalled' AND resolved_at IS NULL"));
        // It sells on meanwhile, with the records it has.
        Assert.NotNull((await shop.OpenTill("back", false).SellAsync(Sales.Of(Sales.Garden))).Outcome.Entry);

        Assert.Equal([new Admitted(2, 2, 0)], shop.Admit());

        Assert.True((await shop.ResyncAsync("back")).Agree);
        Assert.Equal(3, shop.Number("SELECT count(*) FROM document"));
        Assert.Empty(ShopOrchestrator.Desk(shop.Database, shop.Clock).List(all: false));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding WHERE kind = 'till recalled' AND resolved_at IS NULL"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'records restored'"));
        Replicas.AssertEqual(shop, "back");
        await shop.EnrolAsync("third");
        Assert.Equal(3, shop.Number("SELECT count(DISTINCT first) FROM number_block"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM number_block a JOIN number_block b ON a.first < b.first AND b.first <= a.last"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task The_mirror_of_a_till_that_restored_records_do_not_know_is_brought_by_hand_and_the_till_may_come_back_all_the_same()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        await shop.EnrolAsync("back");
        var stick = Directory.CreateDirectory(shop.TillFolder("stick")).FullName;
        var till = shop.OpenTill("back", true);
        till.Settings = till.Settings with { Mirror = stick };
        await till.SellAsync(Sales.Of(Sales.Garden));
        var before = (await shop.ResyncAsync("back")).Renumbered.Single();
        await till.SellAsync(Sales.Of(Sales.Garden));
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();

        Assert.Equal(2, shop.Import(File.ReadAllLines(Assert.Single(Directory.GetFiles(stick))), branch: 1).Posted);

        // The mirror is written before the answer comes, so the number that went with the records is not in it.
        Assert.True(shop.FindSale(before.Docket)!.TransId >= before.TransId + 100_000);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM quarantine"));
        await till.SellAsync(Sales.Of(Sales.Garden));
        Assert.NotNull((await shop.ResyncAsync("back")).Withheld);
        Assert.Equal([new Admitted(2, 1, 0)], shop.Admit());
        Assert.True((await shop.ResyncAsync("back")).Agree);
        Assert.Equal(3, shop.Number("SELECT count(*) FROM document"));
        Replicas.AssertEqual(shop, "back");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'records restored'"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_backup_is_made_while_the_server_serves_and_a_restored_one_begins_a_new_epoch()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var backup = shop.DatabaseFile + ".backup";
        ShopBackup.Write(shop.DatabaseFile, backup);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        var before = shop.FindSale("D100001");
        Assert.Contains("in use", Assert.Throws<ShopException>(() => ShopBackup.Restore(backup, shop.DatabaseFile, shop.Clock)).Message, StringComparison.Ordinal);
        await shop.StopServerAsync();
        Assert.NotNull(ShopBackup.Restore(backup, shop.DatabaseFile, shop.Clock));
        Assert.Contains("not a shop's backup", Assert.Throws<ShopException>(() => ShopBackup.Restore(Path.Combine(shop.TillFolder("front"), "journal.db"), shop.DatabaseFile, shop.Clock)).Message, StringComparison.Ordinal);
        await shop.StartServerAsync();

        await shop.ResyncAsync("front");

        Assert.Equivalent(before, shop.FindSale("D100001"));
        Replicas.AssertEqual(shop, "front");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
