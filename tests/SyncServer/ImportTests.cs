using System.Text;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Imports;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>The importers with good files, bad files, and files of real shops.</summary>
public abstract class ImportTests(Engine engine) : ServerSuite(engine)
{
    private const string Header = "isbn13,title,authors,condition,price_cents,on_hand\n";

    [Fact]
    public async Task A_file_imported_twice_changes_nothing_the_second_time()
    {
        await using var shop = await OpenShopAsync();
        const string file = Header + "9780000000040,Rivers,Ines Calder,,800,4\n,Loose Leaves,Anon,used,300,1\n,Loose Leaves,Anon,used,300,1\n";
        shop.ImportStock(file);
        var (records, movements) = (shop.Number("SELECT count(*) FROM stock"), shop.Number("SELECT count(*) FROM stock_movement"));
        shop.Write("UPDATE holding SET on_hand = on_hand - 1 WHERE stock_id = (SELECT id FROM stock WHERE isbn13 = 9780000000040)");
        shop.ImportStock(file);
        Assert.Equal((records, movements), (shop.Number("SELECT count(*) FROM stock"), shop.Number("SELECT count(*) FROM stock_movement")));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM stock WHERE title = 'Loose Leaves'"));
        Assert.Equal(3, shop.Number("SELECT on_hand FROM holding WHERE stock_id = (SELECT id FROM stock WHERE isbn13 = 9780000000040)"));
    }

    [Theory]
    [InlineData("9780000000018,Wrong digit,,,100,1", "not an ISBN")]
    [InlineData("9780000000040,Price,,,\"1,795\",1", "1,795")]
    [InlineData("9780000000040,Price,,,-5,1", "-5")]
    [InlineData("9780000000040,Price,,,17.95,1", "17.95")]
    [InlineData("9780000000040,,,,100,1", "no title")]
    [InlineData("9780000000040,Short,,,100", "5 fields")]
    [InlineData("9780000000040,Count,,,100,many", "many")]
    [InlineData("9780000000040,\"Open quote,,,100,1", "quote")]
    public async Task A_bad_row_is_rejected_with_its_line_and_reason_and_the_good_rows_beside_it_go_in(string row, string reason)
    {
        await using var shop = await OpenShopAsync();
        var (imported, rejected, file) = shop.ImportStock($"{Header}9780000000057,Before,,,100,1\n{row}\n9780000000064,After,,,100,1\n");
        Assert.Equal((2, 1), (imported, rejected));
        var told = await File.ReadAllTextAsync(file!);
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.Contains(",3,", told.Split('\n')[1], StringComparison.Ordinal);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM stock WHERE title IN ('Before', 'After')"));
    }

    [Fact]
    public async Task What_is_longer_than_its_column_is_rejected_by_name_and_length()
    {
        await using var shop = await OpenShopAsync();
        var (imported, rejected, file) = shop.ImportStock($"{Header}9780000000057,{new string('t', 1_001)},,,100,1\n9780000000064,{new string('t', 1_000)},,,100,1\n");
        Assert.Equal((1, 1), (imported, rejected));
        Assert.Contains("title has 1,001 characters, and may have 1,000", await File.ReadAllTextAsync(file!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Latin_1_bytes_are_rejected_with_the_remedy_and_never_become_question_marks()
    {
        await using var shop = await OpenShopAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, [.. Encoding.UTF8.GetBytes(Header + "9780000000057,Good é,,,100,1\n"), .. Encoding.Latin1.GetBytes("9780000000064,Bad é,,,100,1\n")]);
        var outcome = new StockImport(shop.Database, 1, shop.Clock).Run(file, _ => { });
        Assert.Equal((1, 1), (outcome.Imported, outcome.Rejected));
        Assert.Contains("Latin-1", await File.ReadAllTextAsync(outcome.RejectedFile!), StringComparison.Ordinal);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM stock WHERE title LIKE 'Bad%'"));
    }

    [Theory]
    [InlineData("name,price\nx,1\n")]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    public async Task A_file_with_the_wrong_columns_is_refused_whole_and_the_columns_known_are_named(string text)
    {
        await using var shop = await OpenShopAsync();
        var fault = Assert.Throws<ShopException>(() => shop.ImportStock(text));
        Assert.Contains("price_cents", fault.Message, StringComparison.Ordinal);
        Assert.Contains("no column title", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_that_have_no_meaning_here_are_named()
    {
        await using var shop = await OpenShopAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "Title,price,\nA find,12.50,\n");
        var outcome = new StockImport(shop.Database, 1, shop.Clock).Run(file, _ => { });
        Assert.Equal(1, outcome.Imported);
        Assert.Contains("1 imported, 0 rejected\nNot read, since no such columns are known: price.", outcome.Summary(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contact_file_imported_twice_doubles_no_contact()
    {
        await using var shop = await OpenShopAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "name,email,phone,address\nAda Marsh,ada@example.com,01,Pier 1\n,x@example.com,,\nBen,not-an-email,,\n");
        for (var i = 0; i < 2; i++)
        {
            var outcome = new ContactImport(shop.Database, shop.Clock).Run(file, _ => { });
            Assert.Equal((1, 2), (outcome.Imported, outcome.Rejected));
        }
        Assert.Equal(1, shop.Number("SELECT count(*) FROM contact WHERE name = 'Ada Marsh'"));
    }

    [Fact]
    public async Task A_real_catalogue_of_10000_titles_is_imported_whole()
    {
        var catalogue = FindCatalogue();
        Assert.SkipWhen(catalogue is null, "the catalogue books.csv is not beside this checkout (../shared/data/books.csv)");
        await using var shop = await OpenShopAsync();
        var before = shop.Number("SELECT count(*) FROM stock");
        var copy = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.csv");
        File.Copy(catalogue!, copy);
        var outcome = new StockImport(shop.Database, 1, shop.Clock).Run(copy, _ => { });
        Assert.Equal((10_000, 0), (outcome.Imported, outcome.Rejected));
        Assert.Equal(10_000, shop.Number("SELECT count(*) FROM stock") - before);
        Assert.Equal(723 + 1, shop.Number("SELECT count(*) FROM stock WHERE isbn13 IS NULL"));
        await shop.EnrolAsync("front");
        Replicas.AssertEqual(shop, "front");
        Assert.NotEmpty(await shop.OpenTill("front", true).FindAsync("harry potter sorcerer"));
    }

    private static string? FindCatalogue()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", "books.csv");
            if (File.Exists(file))
            {
                return file;
            }
        }
        return null;
    }
}
