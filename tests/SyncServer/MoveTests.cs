using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Database;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>A shop that is carried to another database: everything is there, the tills notice nothing, and at no moment are there two of it.</summary>
public abstract class MoveTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public void Every_table_and_column_is_carried()
    {
        using var folder = new TestFolder();
        var database = Engine.NewEmptyDatabase(folder.Path);
        ShopDatabase.Open(database, TimeProvider.System).Dispose();
        using (var session = Engine.Connect(database))
        {
            var carried = ShopTables.All.SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c}")).Order(StringComparer.Ordinal);
            Assert.Equal(Engine.Columns(session), carried);
            foreach (var table in ShopTables.All)
            {
                Assert.Equal(Engine.Guids(session, table.Name), table.Guids.Order(StringComparer.Ordinal));
            }
        }
        Engine.Drop(database);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task The_tills_of_a_shop_that_was_carried_here_notice_nothing(string from)
    {
        await using var shop = await Shop.OpenAsync(engine: Engine.Of(from));
        await TradeAsync(shop);
        var (before, totals, replica) = (shop.FindSale("D100002"), System.Text.Json.JsonSerializer.Serialize(shop.Totals()), Replica(shop));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        using var folder = new TestFolder();
        var to = Engine.NewEmptyDatabase(folder.Path);
        await shop.StopServerAsync();

        Move(shop.DatabaseName, to);

        Assert.Contains("were carried to", Assert.Throws<RecordsElsewhereException>(() => ShopDatabase.Open(shop.DatabaseName, shop.Clock)).Message, StringComparison.Ordinal);
        await shop.StartServerOnAsync(to, Engine);
        Assert.Equivalent(before, shop.FindSale("D100002"));
        Assert.Equal(totals, System.Text.Json.JsonSerializer.Serialize(shop.Totals()));
        var report = await shop.ResyncAsync("front");
        Assert.True(report.Agree);
        Assert.Equal(1, report.Posted.Sales);
        Assert.Equal(replica, Replica(shop));
        Assert.Equal(1, (await shop.ResyncAsync("front")).Requests);
        Replicas.AssertEqual(shop, "front");
        await shop.EnrolAsync("third");
        shop.Write("INSERT INTO sync_dirty (tab, k_int, k_guid) VALUES (99, 0, @none)", Guid.Empty);
        Assert.Empty(ShopCheck.Run(shop.Database, shop.Clock).Feed);
        Assert.Empty(shop.BookFaults());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_move_that_breaks_off_anywhere_is_run_again_also_when_the_shop_has_traded_on_meanwhile(string from)
    {
        await using var shop = await Shop.OpenAsync(engine: Engine.Of(from));
        await TradeAsync(shop);
        using var folder = new TestFolder();
        var to = Engine.NewEmptyDatabase(folder.Path);
        // Every table is told of twice at least: carried, and compared.
        for (var breakAt = 0; breakAt < 2 * ShopTables.All.Count; breakAt += 9)
        {
            await shop.StopServerAsync();
            var steps = 0;
            Assert.Throws<OperationCanceledException>(() => Move(shop.DatabaseName, to, () => steps++ == breakAt ? throw new OperationCanceledException() : 0));
            Assert.Contains("not all here yet", Assert.Throws<RecordsElsewhereException>(() => ShopDatabase.Open(to, shop.Clock)).Message, StringComparison.Ordinal);
            await shop.StartServerAsync();
            shop.Write("UPDATE stock SET title = @title WHERE isbn13 = 9780000000019", $"Round {breakAt}");
            await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
            await shop.ResyncAsync("front");
        }
        await shop.StopServerAsync();

        Move(shop.DatabaseName, to);

        await shop.StartServerOnAsync(to, Engine);
        Assert.Empty(shop.BookFaults());
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
        Assert.Empty(ShopCheck.Run(shop.Database, shop.Clock).Feed);
    }

    [Fact]
    public async Task A_server_that_still_runs_on_the_old_database_answers_that_it_must_be_started_on_the_new_one()
    {
        await using var shop = await OpenShopAsync();
        await TradeAsync(shop);
        using var folder = new TestFolder();
        var to = Engine.NewEmptyDatabase(folder.Path);
        Move(shop.DatabaseName, to);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        var fault = await Assert.ThrowsAsync<Bookmine.Sync.Wire.ServerAwayException>(() => shop.ResyncAsync("front"));
        Assert.Contains("another database", fault.Message, StringComparison.Ordinal);
        await using (var till = new CrashingTill(shop, "front"))
        {
            await Assert.ThrowsAsync<Bookmine.Sync.Wire.ServerAwayException>(till.PushAsync);
        }
        await shop.StopServerAsync();
        await shop.StartServerOnAsync(to, Engine);
        Assert.True((await shop.ResyncAsync("front")).Agree);
    }

    [Fact]
    public async Task A_database_that_holds_a_shop_is_never_written_over()
    {
        await using var shop = await OpenShopAsync();
        await using var other = await OpenShopAsync();
        await TradeAsync(shop);
        // The databases of these tests are copies of one.
        other.Write("UPDATE sync_state SET proof_key = @key", new byte[32]);
        Assert.Contains("another shop's", Assert.Throws<ShopException>(() => Move(shop.DatabaseName, other.DatabaseName)).Message, StringComparison.Ordinal);
        using var folder = new TestFolder();
        var to = Engine.NewEmptyDatabase(folder.Path);
        Move(shop.DatabaseName, to);
        Assert.Contains("this shop's records already", Assert.Throws<ShopException>(() => Move(shop.DatabaseName, to)).Message, StringComparison.Ordinal);
        var third = Engine.NewEmptyDatabase(Path.Combine(folder.Path, "third"));
        Assert.Contains("were carried to", Assert.Throws<ShopException>(() => Move(shop.DatabaseName, third)).Message, StringComparison.Ordinal);
        Assert.Contains("holds no shop", Assert.Throws<ShopException>(() => Move(third, to)).Message, StringComparison.Ordinal);
        Engine.Drop(third);
    }

    private static async Task TradeAsync(Shop shop)
    {
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("back");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Maps, qty: 9));
        await shop.ResyncAsync("front");
        shop.Write("DELETE FROM stock WHERE isbn13 = 9780000000026");
        shop.ImportStock("title,authors,price_cents,on_hand\nA map — “old” 📚,Ines Calder,100,1\n");
        await shop.ResyncAsync("front");
        await shop.ResyncAsync("back");
    }

    private static void Move(string from, string to, Func<int>? step = null)
    {
        using var source = ShopDatabase.OpenToLeave(from, TimeProvider.System);
        using var target = ShopDatabase.OpenBare(to);
        new ShopMove(source, target, _ => step?.Invoke()).Run();
    }

    private static string Replica(Shop shop) => new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current!;
}
