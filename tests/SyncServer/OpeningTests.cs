using System.Reflection;
using Bookmine.Schema;
using Bookmine.Sync.Data;
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
        var old = RecordsBefore("004", folder);
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
    public void What_people_were_to_look_at_is_kept_once_each_with_every_entry_that_brought_it()
    {
        using var folder = new TestFolder();
        var old = RecordsBefore("008", folder);
        using (var session = Engine.Connect(old))
        {
            foreach (var (n, kind, subject, resolved) in (IEnumerable<(long, string, string, long?)>)
                [(1, "oversold", "a", null), (2, "oversold", "a", null), (2, "unresolved", "a", null), (3, "oversold", "b", 5), (3, "oversold", "b", null)])
            {
                session.Execute(
                    "INSERT INTO exception (till, n, synchronisation, kind, subject, text, noted_at, resolved_at) VALUES (@till, @n, @synchronisation, @kind, @subject, @text, @noted_at, @resolved_at)",
                    1L, n, Guid.CreateVersion7(), kind, subject, $"of entry {n}", n, resolved);
            }
        }
        using (var opened = ShopDatabase.Open(old, TimeProvider.System))
        {
            Assert.Equal(["oversold a 2", "oversold b 3", "unresolved a 2"], opened.Reading(s => Findings(s, "resolved_at IS NULL")));
            Assert.Equal(["oversold b 3"], opened.Reading(s => Findings(s, "resolved_at IS NOT NULL")));
            Assert.Equal(5, opened.Reading(s => s.Integer("SELECT count(*) FROM finding_occurrence")));
        }
        Engine.Drop(old);

        static List<string> Findings(Session session, string condition)
        {
            var found = new List<string>();
            using var reader = session.Query($"SELECT kind, subject, n FROM finding WHERE {condition} ORDER BY kind, subject, n");
            while (reader.Read())
            {
                found.Add($"{reader.GetString(0)} {reader.GetString(1)} {reader.GetInt64(2)}");
            }
            return found;
        }
    }

    [Fact]
    public void A_till_that_version_1_0_superseded_by_one_of_another_branch_is_in_use_again()
    {
        using var folder = new TestFolder();
        var old = RecordsBefore("016", folder);
        using (var session = Engine.Connect(old))
        {
            foreach (var (id, branch, state) in (IEnumerable<(long, long, string)>)[(1, 1, "superseded"), (2, 2, "enrolled"), (3, 3, "superseded"), (4, 3, "enrolled")])
            {
                session.Execute(
                    "INSERT INTO till (id, name, branch, secret_hash, state, enrolled_at) VALUES (@id, 'front', @branch, @hash, @state, 0)", id, branch, new byte[] { 1 }, state);
            }
        }
        using (var opened = ShopDatabase.Open(old, TimeProvider.System))
        {
            Assert.Equal("enrolled enrolled superseded enrolled", opened.Reading(s => string.Join(' ', Enumerable.Range(1, 4).Select(i => s.Scalar("SELECT state FROM till WHERE id = @id", (long)i)))));
        }
        Engine.Drop(old);
    }

    /// <summary>A database as the program before a migration has made it.</summary>
    private string RecordsBefore(string migration, TestFolder folder)
    {
        var old = Engine.NewEmptyDatabase(folder.Path);
        Engine.Upgrading(old).WithScriptsEmbeddedInAssembly(
                Assembly.Load("bookmine-server"), file => file.StartsWith(Engine.Name + "/0", StringComparison.Ordinal) && string.CompareOrdinal(file, $"{Engine.Name}/{migration}") < 0)
            .WithVariablesDisabled().WithTransactionPerScript().LogToNowhere().Build().PerformUpgrade();
        return old;
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
    public void An_older_programs_tables_are_left_as_they_are_by_a_verb_that_only_uses_them()
    {
        using var folder = new TestFolder();
        var old = RecordsBefore("009", folder);
        IReadOnlyList<string> before;
        using (var session = Engine.Connect(old))
        {
            before = Engine.Catalogue(session);
        }

        foreach (var opening in (Opening[])[Opening.ToUse, Opening.ToMake])
        {
            var fault = Assert.Throws<ShopDatabaseException>(() => ShopDatabase.Open(old, TimeProvider.System, opening));
            Assert.Contains("db upgrade", fault.Message, StringComparison.Ordinal);
        }

        using (var session = Engine.Connect(old))
        {
            Assert.Equal(before, Engine.Catalogue(session));
        }
        ShopDatabase.Open(old, TimeProvider.System, Opening.ToUpgrade).Dispose();
        if (Engine == Engine.Sqlite)
        {
            var kept = Assert.Single(Directory.GetFiles(folder.Path, "*.before-upgrade-*", SearchOption.AllDirectories));
            using var session = Engine.Connect("sqlite:" + kept);
            Assert.Equal(before, Engine.Catalogue(session));
        }
        Engine.Drop(old);
    }

    [Fact]
    public void An_empty_database_becomes_a_shop_where_that_is_meant_and_nowhere_else()
    {
        using var folder = new TestFolder();
        var empty = Engine.NewEmptyDatabase(folder.Path);
        foreach (var opening in (Opening[])[Opening.ToUse, Opening.ToUpgrade])
        {
            var fault = Assert.Throws<ShopDatabaseException>(() => ShopDatabase.Open(empty, TimeProvider.System, opening));
            Assert.Contains("holds no shop", fault.Message, StringComparison.Ordinal);
        }
        ShopDatabase.Open(empty, TimeProvider.System, Opening.ToMake).Dispose();
        ShopDatabase.Open(empty, TimeProvider.System, Opening.ToUse).Dispose();
        Engine.Drop(empty);
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
