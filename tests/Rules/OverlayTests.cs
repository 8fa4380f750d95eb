using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Replica;
using Bookmine.Tests.Support;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.Rules;

/// <summary>What was done at the till and is not in its replica yet lies on its disk, and whatever befalls that file shows nowhere.</summary>
public sealed class OverlayTests : IAsyncLifetime
{
    private Shop shop = null!;

    private string Overlay => Path.Combine(shop.TillFolder("front"), "overlay.db");

    public async ValueTask InitializeAsync()
    {
        shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
    }

    public ValueTask DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task What_is_unposted_is_found_after_a_start_without_its_entries_being_read_again()
    {
        await SellAsync(5);
        Assert.Equal(5, MadeRows());
        using (var till = Open())
        {
            Assert.IsType<FoundTransaction>(Assert.Single(await till.FindAsync("D100003")));
        }
        // It is this file that is asked: what is taken out of it is not seen, until it is made again.
        Write("DELETE FROM document WHERE docket = 100003");
        using (var till = Open())
        {
            Assert.Empty(await till.FindAsync("D100003"));
        }
        Remove();
        await RequireAllAsync(5);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("empty")]
    [InlineData("no database")]
    [InlineData("of an earlier day")]
    [InlineData("of a journal that went on otherwise")]
    [InlineData("of another schema")]
    [InlineData("with a row that the disk has changed")]
    [InlineData("with pages torn out")]
    [InlineData("a folder in its place")]
    [InlineData("without a table")]
    public async Task Whatever_befell_the_overlay_the_till_shows_what_its_journal_holds(string what)
    {
        await SellAsync(3);
        var early = await File.ReadAllBytesAsync(Overlay);
        await SellAsync(20);
        switch (what)
        {
            case "deleted":
                Remove();
                break;
            case "empty":
                Remove();
                await File.WriteAllBytesAsync(Overlay, []);
                break;
            case "no database":
                Remove();
                await File.WriteAllBytesAsync(Overlay, new byte[10_000]);
                break;
            case "of an earlier day":
                Remove();
                await File.WriteAllBytesAsync(Overlay, early);
                break;
            case "of a journal that went on otherwise":
                Write("UPDATE overlay_marks SET chain = zeroblob(32)");
                Write("UPDATE document SET docket = 7");
                break;
            case "of another schema":
                Write("UPDATE overlay_marks SET schema = 1");
                break;
            case "with a row that the disk has changed":
                Write("UPDATE document SET total_cents = 1");
                break;
            case "with pages torn out":
                await TearAsync();
                break;
            case "a folder in its place":
                Remove();
                Directory.CreateDirectory(Overlay);
                break;
            case "without a table":
                Write("DROP TABLE document_line");
                break;
        }
        await RequireAllAsync(23);
        await SellAsync(1);
        await RequireAllAsync(24);
    }

    [Fact]
    public async Task A_till_whose_overlay_was_damaged_while_another_program_has_it_open_goes_on_in_memory()
    {
        await SellAsync(3);
        using var holder = Open();
        Assert.Single(await holder.FindAsync("D100001"));
        Write("UPDATE document SET total_cents = 1");
        await RequireAllAsync(3);
        Assert.Equal(1L, Read("SELECT max(total_cents) FROM document"));
        var seen = Assert.IsType<FoundTransaction>(Assert.Single(await holder.FindAsync("D100002")));
        Assert.NotEqual(1, seen.Transaction.TotalCents);
    }

    [Fact]
    public async Task Two_programs_of_a_till_see_what_either_seals()
    {
        using var screen = Open();
        using var command = Open();
        for (var i = 1; i <= 6; i += 2)
        {
            await screen.SellAsync(Sales.Of(Sales.Garden));
            Assert.Single(await command.FindAsync($"D{100_000 + i}"));
            await command.SellAsync(Sales.Of(Sales.Garden));
            Assert.Single(await screen.FindAsync($"D{100_001 + i}"));
        }
        Assert.Equal(6, MadeRows());
    }

    [Fact]
    public async Task What_the_replica_has_come_to_include_leaves_the_overlay()
    {
        await SellAsync(4);
        await shop.ResyncAsync("front");
        using var till = Open();
        Assert.NotNull(Assert.IsType<FoundTransaction>(Assert.Single(await till.FindAsync("D100002"))).Transaction.TransId);
        Assert.Equal(0, MadeRows());
    }

    [Fact]
    public async Task A_correction_of_a_record_that_was_posted_meanwhile_is_shown_over_the_posted_one()
    {
        using (var till = Open())
        {
            await till.NewContactAsync(new ContactDraft { Name = "Ada Winter" });
        }
        await shop.ResyncAsync("front");
        using (var till = Open())
        {
            var contact = Assert.Single(till.Records.FindContacts("Winter"));
            await till.EditContactAsync(new ContactDraft { ContactId = contact.ContactId, Name = "Ada Summer" });
        }
        using var again = Open();
        Assert.Equal("Ada Summer", Assert.Single(again.Records.FindContacts("Winter")).Name);
    }

    private Till Open() => Till.Open(shop.TillFolder("front"), true, shop.Clock);

    private async Task SellAsync(int count)
    {
        using var till = Open();
        for (var i = 0; i < count; i++)
        {
            await till.SellAsync(Sales.Of(Sales.Garden));
        }
        // The overlay is brought up when it is next looked at.
        await till.FindAsync("D1");
    }

    private async Task RequireAllAsync(int count)
    {
        using var till = Open();
        for (var i = 1; i <= count; i++)
        {
            var found = Assert.IsType<FoundTransaction>(Assert.Single(await till.FindAsync($"D{100_000 + i}")));
            Assert.Equal((1, true), (found.Transaction.Lines.Count, found.Transaction.TotalCents > 1));
        }
        var garden = Assert.IsType<FoundStock>(Assert.Single(await till.FindAsync(Sales.Garden)));
        Assert.Equal(shop.Number("SELECT on_hand FROM holding WHERE stock_id = @id", garden.StockId) - count, garden.OnHand);
    }

    private long MadeRows() => Read("SELECT count(*) FROM document");

    private long Read(string sql)
    {
        using var session = new Session(SqliteFiles.Open(Overlay));
        return session.Integer(sql)!.Value;
    }

    private void Write(string sql)
    {
        using var session = new Session(SqliteFiles.Open(Overlay));
        session.Script(sql);
    }

    private void Remove()
    {
        foreach (var file in Directory.GetFiles(shop.TillFolder("front"), "overlay.db*"))
        {
            File.Delete(file);
        }
    }

    private async Task TearAsync()
    {
        Write("PRAGMA wal_checkpoint(TRUNCATE)");
        var file = await File.ReadAllBytesAsync(Overlay);
        for (var page = 8; page < file.Length / 4096; page += 3)
        {
            file.AsSpan(page * 4096, 4096).Clear();
        }
        await File.WriteAllBytesAsync(Overlay, file);
    }
}
