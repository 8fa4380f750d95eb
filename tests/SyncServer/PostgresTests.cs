using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Database;
using Bookmine.Tests.Support;
using Npgsql;

namespace Bookmine.Tests.SyncServer;

/// <summary>What only PostgreSQL has: connections, rights, settings, standbys, and writers that go on beside the sequencer.</summary>
public sealed class PostgresTests
{
    [Theory]
    [InlineData("postgres:Host=127.0.0.1;Password=s3cret;Nonsense=1", "cannot be read")]
    [InlineData("postgres:Username=me;Password=s3cret", "lacks its Host")]
    [InlineData("postgres:", "lacks its Host")]
    [InlineData("postgres:Host=127.0.0.1;Port=1;Database=shop;Password=s3cret", "cannot be reached")]
    [InlineData("sqlserver:Server=127.0.0.1;Password=s3cret;Nonsense=1", "cannot be read")]
    [InlineData("sqlserver:Password=s3cret", "lacks its Server")]
    [InlineData("mysql:whatever", "mysql: is no database")]
    [InlineData("shop.db", "names no database")]
    public void A_name_that_leads_nowhere_is_told_with_the_remedy_and_without_the_password(string name, string told)
    {
        var fault = Assert.Throws<ShopDatabaseException>(() => ShopDatabase.Open(name, TimeProvider.System));
        Assert.Contains(told, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_is_not_there_is_told_with_the_command_that_makes_it()
    {
        var fault = Refused(PostgresCluster.Shared + ";Database=nowhere");
        Assert.Contains("createdb", fault, StringComparison.Ordinal);
        Assert.Contains("nowhere", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_without_the_rights_or_with_a_wrong_password_is_told_which()
    {
        var connection = PostgresCluster.NewDatabase(PostgresCluster.Shared);
        Run(connection, "DROP ROLE IF EXISTS weak; CREATE ROLE weak LOGIN; DROP ROLE IF EXISTS secretive; CREATE ROLE secretive LOGIN PASSWORD 'right'");
        Assert.Contains("lacks a right", Refused(connection.Replace("Username=bookmine", "Username=weak", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("password", Refused(connection.Replace("Username=bookmine", "Username=secretive;Password=wrong-s3cret", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", Refused(connection.Replace("Username=bookmine", "Username=secretive;Password=wrong-s3cret", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("permission denied", Refused(connection.Replace("Username=bookmine", "Username=weak", StringComparison.Ordinal)), StringComparison.Ordinal);
        PostgresCluster.DropDatabase(connection);
    }

    [Fact]
    public void A_setting_that_would_lose_what_was_acknowledged_is_refused()
    {
        const string setting = "synchronous_commit";
        var connection = PostgresCluster.NewDatabase(PostgresCluster.Shared);
        Run(connection, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(connection).Database} SET {setting} = off");
        Assert.Contains($"{setting} is off", Refused(connection), StringComparison.Ordinal);
        Assert.Equal(0L, Run(connection, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));
        PostgresCluster.DropDatabase(connection);
    }

    [Fact]
    public void An_encoding_that_cannot_hold_every_title_is_refused()
    {
        Run(PostgresCluster.Shared + ";Database=postgres", "DROP DATABASE IF EXISTS latin");
        Run(PostgresCluster.Shared + ";Database=postgres", "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
        Assert.Contains("LATIN1", Refused(PostgresCluster.Shared + ";Database=latin"), StringComparison.Ordinal);
        PostgresCluster.DropDatabase(PostgresCluster.Shared + ";Database=latin");
    }

    [Fact]
    public async Task Two_hosts_that_start_at_once_on_an_empty_database_make_one_shop()
    {
        var connection = "postgres:" + PostgresCluster.NewDatabase(PostgresCluster.Shared);
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ShopDatabase.Open(connection, TimeProvider.System))));
        Assert.Single(opened.Select(o => o.Reading(FeedState.Read).Epoch).Distinct());
        foreach (var database in opened)
        {
            database.Dispose();
        }
        PostgresCluster.DropDatabase(Engine.ConnectionOf(connection));
    }

    [Fact]
    public async Task A_dump_made_while_the_shop_trades_and_restored_gets_every_later_sale_again_with_its_number()
    {
        await using var shop = await Shop.OpenAsync(engine: Engine.Postgres);
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        using var folder = new TestFolder();
        var dump = Path.Combine(folder.Path, "shop.dump");
        PostgresCluster.Dump(Engine.ConnectionOf(shop.DatabaseName), dump);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden));
        await shop.ResyncAsync("front");
        var later = shop.FindSale("D100002");
        await shop.StopServerAsync();
        var restored = PostgresCluster.NewDatabase(PostgresCluster.Shared);
        PostgresCluster.Restore(dump, restored);

        await shop.StartServerOnAsync("postgres:" + restored, Engine.Postgres);

        Assert.Null(shop.FindSale("D100002"));
        Assert.True((await shop.ResyncAsync("front")).Agree);
        Assert.Equivalent(later, shop.FindSale("D100002"));
        Replicas.AssertEqual(shop, "front");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'records restored'"));
        Assert.Empty(SyncServerCheck(shop));
    }

    private static IReadOnlyList<string> SyncServerCheck(Shop shop) => Bookmine.SyncServer.ShopCheck.Run(shop.Database, shop.Clock) is var (feed, books) ? [.. feed, .. books] : [];

    [Fact]
    public async Task A_sale_is_posted_while_a_sequencer_is_at_work()
    {
        await using var shop = await Shop.OpenAsync(engine: Engine.Postgres);
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        using var atWork = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var sequencing = Task.Run(() => shop.Database.TrySequencing(session =>
        {
            session.Integer("SELECT count(*) FROM sync_dirty");
            atWork.Set();
            goOn.Wait();
        }));
        atWork.Wait();
        await using (var till = new CrashingTill(shop, "front"))
        {
            await till.PushAsync();
        }
        Assert.NotNull(shop.FindSale("D100001"));
        Assert.False(sequencing.IsCompleted);
        goOn.Set();
        Assert.True(await sequencing);
        await shop.ResyncAsync("front");
        Replicas.AssertEqual(shop, "front");
    }

    private static string Refused(string connection) => Assert.Throws<ShopDatabaseException>(() => ShopDatabase.Open("postgres:" + connection, TimeProvider.System)).Message;

    private static object? Run(string connection, string sql)
    {
        using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        using var command = source.CreateCommand(sql);
        return command.ExecuteScalar();
    }
}
