using Bookmine.Sync.Feed;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Database;
using Bookmine.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Bookmine.Tests.SyncServer;

/// <summary>The embedded database's file: made only where that is meant, brought up only after a backup, served once, and its disk's faults told in words.</summary>
public sealed class EmbeddedFileTests
{
    [Fact]
    public void A_verb_in_the_wrong_folder_makes_no_shop_and_says_where_to_look()
    {
        using var folder = new TestFolder();
        var path = Path.Combine(folder.Path, "data", "shop.db");

        foreach (var opening in (Opening[])[Opening.ToUse, Opening.ToUpgrade])
        {
            var fault = Assert.Throws<ShopDatabaseException>(() => ShopDatabase.Open("sqlite:" + path, TimeProvider.System, opening));
            Assert.Contains("--data", fault.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        ShopDatabase.Open("sqlite:" + path, TimeProvider.System, Opening.ToMake).Dispose();
        ShopDatabase.Open("sqlite:" + path, TimeProvider.System, Opening.ToUse).Dispose();
    }

    [Fact]
    public async Task A_second_server_on_one_file_is_refused_and_the_first_goes_on()
    {
        await using var shop = await Shop.OpenAsync();
        using var folder = new TestFolder();
        var link = Path.Combine(folder.Path, "shop.db");
        File.CreateSymbolicLink(link, shop.DatabaseFile);

        foreach (var name in (string[])[shop.DatabaseFile, link])
        {
            var fault = Assert.Throws<ShopException>(() => ServerHost.Build(new ServerOptions("sqlite:" + name, folder.Path, "http://127.0.0.1:0"), shop.Clock));
            Assert.Contains("served already", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, shop.Number("SELECT count(*) FROM branch"));
        await shop.StopServerAsync();
        await shop.StartServerAsync();
    }

    [Theory]
    [InlineData(13, "make room")]
    [InlineData(8, "read-only")]
    [InlineData(11, "restore")]
    [InlineData(10, "disk failed")]
    public async Task What_the_disk_does_is_told_with_the_remedy_and_no_entry_is_blamed_for_it(int code, string remedy)
    {
        await using var shop = await Shop.OpenAsync();

        var fault = Assert.Throws<DatabaseAwayException>(() => shop.Database.Writing<int>(_ => throw new SqliteException("the engine's own words", code)));

        Assert.Contains(remedy, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SQLite Error", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(shop.DatabaseFile, fault.Words, StringComparison.Ordinal);
        Assert.False(shop.Database.ComesFromData(fault));
    }

    [Fact]
    public async Task To_be_ready_is_to_have_made_a_commit_and_asking_often_makes_few()
    {
        await using var shop = await Shop.OpenAsync();
        var readiness = shop.Get<Readiness>();
        var before = Beats();

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal("ready", await readiness.ProveAsync());
        }
        Assert.Equal(before + 1, Beats());
        shop.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("ready", await readiness.ProveAsync());
        Assert.Equal(before + 2, Beats());

        long Beats() => shop.Number("SELECT sum(beats) FROM heartbeat");
    }
}
