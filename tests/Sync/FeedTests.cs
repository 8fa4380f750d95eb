using System.Data.Common;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Database;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Sync;

/// <summary>The feed is complete under concurrent writers, whoever they are.</summary>
public abstract class FeedTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task Overlapping_writers_rolled_back_ones_and_an_administrators_SQL_lose_no_row_and_invent_none()
    {
        const int writers = 6;
        const int rounds = 40;
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var done = new CancellationTokenSource();
        var pulling = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await shop.ResyncAsync("front");
            }
        });
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(() => Write(shop, w, rounds))));
        await done.CancelAsync();
        await pulling;

        await shop.ResyncAsync("front");

        Replicas.AssertEqual(shop, "front");
        Assert.Empty(new FeedCheck(shop.Database, BookmineSetup.Instance).Run());
    }

    [Fact]
    public async Task A_transaction_left_open_delays_its_own_rows_and_no_download()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Write("UPDATE stock SET title = 'Committed before' WHERE isbn13 = 9780000000019");
        using (var open = shop.Connect())
        {
            open.Begin();
            open.Execute("UPDATE stock SET title = 'Left open' WHERE isbn13 = 9780000000026");
            await shop.ResyncAsync("front");
            open.Commit();
        }
        await shop.ResyncAsync("front");
        Assert.NotEmpty(await shop.OpenTill("front", true).FindAsync("left open"));
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task A_key_that_changes_removes_the_old_row_and_brings_the_new_one()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Write("UPDATE stock SET id = @id WHERE isbn13 = 9780000000019", Guid.Parse("01930000-0000-7000-8000-0000000000ff"));
        shop.Write("DELETE FROM stock WHERE isbn13 = 9780000000026");
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task A_row_changed_with_the_triggers_off_is_found_by_check_and_mended()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Database.Writing(session =>
        {
            Engine.TriggersOff(session, "stock");
            return session.Execute("UPDATE stock SET title = 'Behind the back' WHERE isbn13 = 9780000000019");
        });
        await shop.ResyncAsync("front");
        Assert.Single(new FeedCheck(shop.Database, BookmineSetup.Instance).Run());
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
        Assert.Empty(new FeedCheck(shop.Database, BookmineSetup.Instance).Run());
    }

    [Fact]
    public async Task A_row_that_moves_to_another_bucket_leaves_the_tills_that_hold_only_the_old_one()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("pier", branch: 2);
        var order = Sales.Of(Sales.Lighthouse);
        order.ShippedAt = null;
        await shop.OpenTill("front", true).SellAsync(order);
        await shop.ResyncAsync("front");
        shop.Write("UPDATE document SET month = 202611");
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
        shop.Write("UPDATE document SET branch = 2");
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("pier");
        Replicas.AssertEqual(shop, "front");
        Replicas.AssertEqual(shop, "pier", branch: 2);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
    }

    [Fact]
    public async Task The_head_moves_only_when_nothing_is_left_and_no_checkpoint_is_given_before()
    {
        await using var shop = await OpenShopAsync();
        var sequencer = new Sequencer(shop.Database, BookmineSetup.Instance);
        sequencer.Drain();
        var before = shop.Database.Reading(FeedState.Read);
        shop.AddTitles(5_000);
        sequencer.Pass();
        var between = shop.Database.Reading(FeedState.Read);
        Assert.Equal((before.Head, true), (between.Head, between.Tip > between.Head));
        var chunk = shop.Database.Reading(s => new FeedReader(s, ["shared"]).After(new Dictionary<string, long>()));
        Assert.Null(chunk.Head.Checkpoint);
        Assert.Equal(SequencerOutcome.More, sequencer.Drain(mostPasses: 1));
        Assert.Equal(SequencerOutcome.Whole, sequencer.Drain());
        Assert.True(shop.Database.Reading(FeedState.Read).IsWhole);
    }

    [Fact]
    public async Task A_synchronisation_with_nothing_to_do_is_one_request()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Assert.Equal(1, (await shop.ResyncAsync("front")).Requests);
    }

    private static void Write(Shop shop, int writer, int rounds)
    {
        var random = new Random(writer);
        using var session = shop.Connect();
        for (var (round, tries) = (0, 0); round < rounds; tries++)
        {
            try
            {
                Round(session, random, writer, round);
                round++;
            }
            catch (DbException) when (tries < 20 * rounds)
            {
                // A deadlock of two that change the same rows in another order: whoever is its victim tries again.
                session.Rollback();
            }
        }
    }

    private static void Round(Session session, Random random, int writer, int round)
    {
        session.Begin();
        var (id, code) = (Guid.NewGuid(), $"w{writer}-{round}");
        session.Execute("INSERT INTO stock (id, code, title) VALUES (@id, @code, @title)", id, code, "written");
        session.Execute("UPDATE stock SET title = @title WHERE code = @code", $"round {round}", $"w{random.Next(6)}-{random.Next(round + 1)}");
        session.Execute("DELETE FROM stock WHERE code = @code AND title <> 'written'", $"w{random.Next(6)}-{random.Next(round + 1)}");
        session.Execute("UPDATE holding SET on_hand = on_hand + 0, price_cents = @price WHERE branch = 1", (long)random.Next(5000));
        if (round % 5 == 0)
        {
            session.Rollback();
        }
        else
        {
            session.Commit();
        }
    }
}
