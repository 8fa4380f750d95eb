using System.Reflection;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Database;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>A database is used when it is fit for a shop's records; otherwise it is told what is wrong with it, and nothing is changed.</summary>
public abstract class OpeningTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task Records_made_by_an_older_program_become_what_a_new_one_makes_and_keep_what_they_hold()
    {
        await using var shop = await OpenShopAsync();
        using var fresh = shop.Connect();
        using var folder = new TestFolder();
        var old = Engine.NewEmptyDatabase(folder.Path);
        Engine.Upgrading(old).WithScriptsEmbeddedInAssembly(Assembly.Load("bookmine-server"), file => file.StartsWith(Engine.Name + "/0", StringComparison.Ordinal) && string.CompareOrdinal(file, Engine.Name + "/004") < 0)
            .WithVariablesDisabled().WithTransactionPerScript().LogToNowhere().Build().PerformUpgrade();
        using (var session = Engine.Connect(old))
        {
            session.Execute("INSERT INTO stock (id, code, title) VALUES (@id, 'old', 'Of an older program')", Guid.NewGuid());
            session.Execute("UPDATE counter SET trans_id = 600000 WHERE id = 1");
        }

        using (var opened = ShopDatabase.Open(old, shop.Clock))
        {
            Assert.Equal(0, opened.Reading(s => s.Integer("SELECT last FROM in_house_ean WHERE id = 1")));
            Assert.Equal(600_000, opened.Reading(s => s.Integer("SELECT trans_id FROM counter WHERE id = 1")));
            Assert.Empty(new FeedCheck(opened, BookmineSetup.Instance).Run());
            Assert.Equal(1, opened.Reading(s => s.Integer("SELECT count(*) FROM sync_feed WHERE tab = @stock", BookmineSetup.Stock.Number)));
        }
        using (var upgraded = Engine.Connect(old))
        {
            Assert.Equal(Engine.Catalogue(fresh), Engine.Catalogue(upgraded));
        }
        Engine.Drop(old);
    }

    [Fact]
    public void A_database_of_another_program_is_left_as_it_is()
    {
        using var folder = new TestFolder();
        var database = Engine.NewEmptyDatabase(folder.Path);
        IReadOnlyList<string> before;
        using (var session = Engine.Connect(database))
        {
            session.Script("CREATE TABLE payroll (id INTEGER PRIMARY KEY)");
            before = Engine.Catalogue(session);
        }

        var fault = Assert.Throws<ShopDatabaseException>(() => ShopDatabase.Open(database, TimeProvider.System));

        Assert.Contains("payroll", fault.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", fault.Message, StringComparison.Ordinal);
        using (var session = Engine.Connect(database))
        {
            Assert.Equal(before, Engine.Catalogue(session));
        }
        Engine.Drop(database);
    }

    [Fact]
    public async Task Records_of_a_newer_program_are_refused_with_its_migrations_name()
    {
        await using var shop = await OpenShopAsync();
        shop.Write("INSERT INTO schemaversions (scriptname, applied) SELECT @name, max(applied) FROM schemaversions", Engine.Name + "/999_of_the_future.sql");
        await shop.StopServerAsync();

        var fault = Assert.Throws<ShopDatabaseException>(() => ShopDatabase.Open(shop.DatabaseName, TimeProvider.System));

        Assert.Contains("999_of_the_future", fault.Message, StringComparison.Ordinal);
        Assert.Contains("newer", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_start_changes_nothing()
    {
        await using var shop = await OpenShopAsync();
        var before = shop.Number("SELECT count(*) FROM sync_dirty");
        var epoch = shop.Text("SELECT epoch FROM sync_state");
        using var again = ShopDatabase.Open(shop.DatabaseName, TimeProvider.System);
        Assert.Equal(before, shop.Number("SELECT count(*) FROM sync_dirty"));
        Assert.Equal(epoch, shop.Text("SELECT epoch FROM sync_state"));
    }
}
