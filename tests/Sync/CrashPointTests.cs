using Bookmine.Sync.Replica;
using Bookmine.Sync.Wire;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.Sync;

/// <summary>The crash points that need no fault harness: what dies, and what is true afterwards.</summary>
public abstract class CrashPointTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task When_the_servers_answer_is_lost_the_same_sales_come_again_with_the_numbers_they_were_given()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        for (var i = 0; i < 3; i++)
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
        }
        await using (var crash = new CrashingTill(shop, "front"))
        {
            await crash.PushAndLoseTheAnswerAsync();
            await crash.PushAndLoseTheAnswerAsync();
        }
        var before = shop.FindSale("D100002")!;
        shop.Clock.Advance(TimeSpan.FromHours(2));

        var report = await shop.ResyncAsync("front");

        Assert.True(report.Agree);
        Assert.Equal([546_789, 546_790, 546_791], report.Renumbered.Select(r => r.TransId));
        Assert.Equal(before.Payments[0].PaidAt, shop.FindSale("D100002")!.Payments[0].PaidAt);
        Assert.Equal(3, shop.Number("SELECT count(*) FROM document"));
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task A_till_restarted_in_the_middle_of_a_day_goes_on_where_it_was()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using (var morning = shop.OpenTill("front", true))
        {
            await morning.SellAsync(Sales.Of(Sales.Lighthouse));
        }
        var afternoon = shop.OpenTill("front", true);
        var (outcome, _) = await afternoon.SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.Equal((2, 100_002), (outcome.Entry!.N, outcome.Entry.Number));
        Assert.Equal((2, 3590), (afternoon.Status().Unposted, afternoon.Status().UnpostedCents));
        Assert.Equal(8, Assert.IsType<FoundStock>(Assert.Single(await afternoon.FindAsync(Sales.Lighthouse))).OnHand);
    }

    [Fact]
    public async Task Two_programs_on_one_tills_files_take_different_numbers_and_see_each_others_sales()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var (one, two) = (shop.OpenTill("front", true), shop.OpenTill("front", true));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? one : two).SellAsync(Sales.Of(Sales.Lighthouse)))));
        Assert.Equal(20, one.Status().Unposted);
        Assert.NotEmpty(await one.FindAsync("D100020"));
        Assert.NotEmpty(await two.FindAsync("D100020"));
        Assert.Equal((20, null), one.VerifyJournal());
    }

    [Fact]
    public async Task A_fresh_replica_is_put_in_use_while_the_old_one_is_open_and_the_old_file_goes_when_nobody_holds_it()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        var old = new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current!;
        var journal = await File.ReadAllBytesAsync(Path.Combine(shop.TillFolder("front"), "journal.db"));
        using (var other = shop.OpenTill("front", false))
        {
            await other.ReprovisionAsync();
        }
        Assert.True(File.Exists(old));
        Assert.NotEqual(old, new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current);
        Assert.Equal(9, Assert.IsType<FoundStock>(Assert.Single(await till.FindAsync(Sales.Lighthouse))).OnHand);
        Assert.Equal(1, till.Status().Unposted);
        Assert.Equal(journal, await File.ReadAllBytesAsync(Path.Combine(shop.TillFolder("front"), "journal.db")));

        using (var other = shop.OpenTill("front", false))
        {
            await other.ReprovisionAsync();
        }
        Assert.False(File.Exists(old));
    }

    [Theory]
    [InlineData("-journal")]
    [InlineData("-wal")]
    public async Task What_a_death_has_left_of_an_unfinished_replica_gets_into_no_later_one(string leftover)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var replica = new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current!;
        var orphan = Path.Combine(shop.TillFolder("front"), "replica-7.db" + leftover);
        await File.WriteAllBytesAsync(orphan, new byte[4096]);

        Assert.EndsWith("replica-8.db", new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Next(), StringComparison.Ordinal);
        using (var till = shop.OpenTill("front", false))
        {
            await till.ReprovisionAsync();
        }
        Assert.NotEqual(replica, new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current);
        Assert.False(File.Exists(orphan));
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task The_administrators_order_to_reprovision_is_carried_out_once_and_loses_no_unposted_sale()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        shop.Write("UPDATE till SET reprovision_from = @now", shop.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var folder = new ReplicaFolder(Disk.Files, shop.TillFolder("front"));
        var first = folder.Current;
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await shop.ResyncAsync("front")).Posted.Sales);
        var second = folder.Current;
        await shop.ResyncAsync("front");
        Assert.NotEqual(first, second);
        Assert.Equal(second, folder.Current);
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task A_long_download_that_breaks_off_goes_on_where_it_was_and_shows_nothing_torn_meanwhile()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.AddTitles(12_000);
        // The snapshot's own threshold would offer a fresh file: a plain pull is wanted here.
        await using (var crash = new CrashingTill(shop, "front"))
        {
            crash.Channel.DieAfterPulls = 2;
            await Assert.ThrowsAsync<Bookmine.Sync.Wire.ServerAwayException>(crash.SynchroniseAsync);
        }
        Assert.Empty(await shop.OpenTill("front", true).FindAsync("c7"));
        await using (var crash = new CrashingTill(shop, "front"))
        {
            await crash.SynchroniseAsync();
            Assert.Equal(1, crash.Channel.Pulls);
        }
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task A_fresh_replica_whose_line_breaks_after_the_snapshot_goes_on_from_it_and_does_not_fetch_it_again()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        var old = new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current;
        till.Channel.DieAfterPulls = till.Channel.Pulls;

        await Assert.ThrowsAsync<ServerAwayException>(till.ReprovisionAsync);
        Assert.Equal(old, new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current);
        till.Channel.DieAfterPulls = null;
        await till.ReprovisionAsync();

        Assert.Equal(1, till.Channel.Fetches);
        Assert.NotEqual(old, new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current);
        Replicas.AssertEqual(shop, "front");
        // A further one is asked for because the file is not trusted, and is fetched.
        await till.ReprovisionAsync();
        Assert.Equal(2, till.Channel.Fetches);
    }

    [Fact]
    public async Task A_journal_that_lost_its_end_sells_nothing_before_the_server_was_reached_and_then_goes_on_with_new_numbers()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var folder = shop.TillFolder("front");
        using (var till = shop.OpenTill("front", true))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
        }
        File.Copy(Path.Combine(folder, "journal.db"), Path.Combine(folder, "copy"));
        using (var till = shop.OpenTill("front", true))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
        }
        File.Move(Path.Combine(folder, "copy"), Path.Combine(folder, "journal.db"), overwrite: true);
        using (var suspect = shop.OpenTill("front", true))
        {
            var fault = await Assert.ThrowsAsync<Bookmine.Sync.Journal.JournalException>(() => suspect.SellAsync(Sales.Of(Sales.Lighthouse)));
            Assert.Contains("lost its end", fault.Message, StringComparison.Ordinal);
        }
        await shop.ResyncAsync("front");
        Assert.Equal(200_001, (await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse))).Outcome.Entry!.Number);
    }

    [Fact]
    public async Task Rows_that_leave_a_tills_scope_leave_its_replica_and_rows_that_enter_it_come()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("pier", branch: 2);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden, price: 1250));
        shop.Write("UPDATE till SET branch = 2 WHERE id = 1");
        shop.Write("UPDATE till_head SET branch = 2 WHERE till = 1");
        shop.Write("INSERT INTO till_branch (till, branch, since) VALUES (1, 2, 0)");

        Assert.Equal(1, (await shop.ResyncAsync("front")).Posted.Sales);

        Replicas.AssertEqual(shop, "front", branch: 2);
        Assert.Equal(1, shop.FindSale("D100002")!.Branch);
        Assert.Empty(await shop.OpenTill("front", true).FindAsync("D100001"));
        var (moved, _) = await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden, price: 1250));
        await shop.ResyncAsync("front");
        Assert.Equal(2, shop.FindSale($"D{moved.Entry!.Number}")!.Branch);
    }

    [Fact]
    public async Task A_month_that_grows_too_old_leaves_the_replica_and_its_sales_are_asked_of_the_server()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        shop.Clock.Advance(TimeSpan.FromDays(150));
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
        Assert.Empty(await shop.OpenTill("front", true).FindAsync("D100001"));
        Assert.NotEmpty(await shop.OpenTill("front", false).FindAsync("D100001"));
    }

    [Fact]
    public async Task A_row_changed_behind_the_replicas_back_is_found_when_its_change_comes_and_the_replica_is_replaced()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var tampered = new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current;
        using (var session = new Bookmine.Sync.Data.Session(global::Bookmine.TillClient.Files.SqliteFiles.Open(new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current!)))
        {
            session.Execute("UPDATE stock SET title = 'Tampered' WHERE isbn13 = 9780000000019");
        }
        shop.Write("UPDATE stock SET title = 'The Lighthouse' WHERE isbn13 = 9780000000019");
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
        Assert.NotEqual(tampered, new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current);
    }

    [Fact]
    public async Task A_till_whose_numbers_run_low_is_leased_another_block_and_no_number_comes_twice()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using (var till = shop.OpenTill("front", true))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
        }
        using (var session = new Bookmine.Sync.Data.Session(global::Bookmine.TillClient.Files.SqliteFiles.Open(Path.Combine(shop.TillFolder("front"), "journal.db"))))
        {
            session.Execute("UPDATE block SET next = last");
        }
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("front");
        Assert.Equal(2, shop.Number("SELECT count(*) FROM number_block"));
        var again = shop.OpenTill("front", true);
        Assert.Equal(200_000, (await again.SellAsync(Sales.Of(Sales.Lighthouse))).Outcome.Entry!.Number);
        Assert.Equal(200_001, (await again.SellAsync(Sales.Of(Sales.Lighthouse))).Outcome.Entry!.Number);
    }
}
