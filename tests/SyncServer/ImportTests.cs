using System.Text;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
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
        var (imported, rejected, file) = shop.ImportStock(
            $"{Header}9780000000057,{new string('t', 1_001)},,,100,1\n9780000000064,{new string('t', 1_000)},,,100,1\n");
        Assert.Equal((1, 1), (imported, rejected));
        Assert.Contains("title has 1,001 characters, and may have 1,000", await File.ReadAllTextAsync(file!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Latin_1_bytes_are_rejected_with_the_remedy_and_never_become_question_marks()
    {
        await using var shop = await OpenShopAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, [.. Encoding.UTF8.GetBytes(Header + "9780000000057,Good é,,,100,1\n"),
            .. Encoding.Latin1.GetBytes("9780000000064,Bad é,,,100,1\n")]);
        var outcome = shop.ImportFile(ImportKinds.Stock, file);
        Assert.Equal((1, 1), (outcome.Imported, outcome.Rejected));
        Assert.Contains("Latin-1", await File.ReadAllTextAsync(outcome.RejectedFile!), StringComparison.Ordinal);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM stock WHERE title LIKE 'Bad%'"));
    }

    [Theory]
    [InlineData("name,email\nx,a@b\n")]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    public async Task A_file_with_the_wrong_columns_is_refused_whole_and_the_columns_known_are_named(string text)
    {
        await using var shop = await OpenShopAsync();
        var fault = Assert.ThrowsAny<ShopException>(() => shop.ImportStock(text));
        Assert.Contains("price_cents", fault.Message, StringComparison.Ordinal);
        Assert.Contains("no column title", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_are_known_by_their_usual_names_and_the_others_are_told()
    {
        await using var shop = await OpenShopAsync();
        var outcome = ImportText(shop, "My shop;;;;\n\nTitle;Author;ISBN;RRP (GBP);Shelf mark\nA find;Ann;978-0-00-000004-0;£12,50;X\n");
        Assert.Equal((1, 0), (outcome.Imported, outcome.Rejected));
        Assert.Equal(1250, shop.Number(
            "SELECT h.price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000040 AND s.authors = 'Ann'"));
        Assert.Contains("Read: Title as title, Author as authors, ISBN as isbn13, RRP (GBP) as price. Not read: Shelf mark.", outcome.Summary(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Title,Buchnummer\nA,9780000000040\n", "Buchnummer", "identifies")]
    [InlineData("Title,Prix TTC\nA,12.00\n", "Prix TTC", "prices")]
    [InlineData("Title,Worth\nA,£12.00\n", "Worth", "prices")]
    [InlineData("Title,List price,Sale price\nA,12.00,9.00\n", "Sale price", "both")]
    [InlineData("Title,Price\nA,1795\nB,2095\nC,1295\nD,1595\n", "cents", "--anyway")]
    [InlineData("Title,Price,Qty\nA,3,17\nB,1,20\nC,2,12\nD,1,15\n", "read as the other", "--anyway")]
    public async Task A_file_that_is_not_understood_writes_nothing_and_asks_back(string text, string what, string how)
    {
        await using var shop = await OpenShopAsync();
        var before = (shop.Number("SELECT count(*) FROM stock"), shop.Number("SELECT count(*) FROM import_batch"));
        var fault = Assert.ThrowsAny<ShopException>(() => ImportText(shop, text, how: r => r with { Anyway = false }));
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.Contains(how, fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, (shop.Number("SELECT count(*) FROM stock"), shop.Number("SELECT count(*) FROM import_batch")));
    }

    [Fact]
    public async Task A_mapping_says_what_a_column_is_and_what_is_not_read()
    {
        await using var shop = await OpenShopAsync();
        var maps = new Dictionary<string, string> { ["Buchnummer"] = "isbn13", ["Worth"] = "-" };
        ImportText(shop, "Title,Buchnummer,Worth\nA find,9780000000040,£3\n", how: r => r with { Maps = maps });
        Assert.Equal(1, shop.Number("SELECT count(*) FROM stock WHERE isbn13 = 9780000000040"));
        Assert.Contains("no field isbm", Assert.ThrowsAny<ShopException>(() => ImportText(
            shop, "Title,X\nA,1\n", how: r => r with { Maps = new Dictionary<string, string> { ["X"] = "isbm" } })).Message, StringComparison.Ordinal);
        Assert.Contains("no column “Y”", Assert.ThrowsAny<ShopException>(() => ImportText(
            shop, "Title,X\nA,1\n", how: r => r with { Maps = new Dictionary<string, string> { ["Y"] = "code" } })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("978\u20130\u201300\u2013000004\u20130")]
    [InlineData("978\u20110000000040")]
    [InlineData("978\u00a00000000040")]
    [InlineData("\u200e9780000000040")]
    [InlineData("\"=\"\"9780000000040\"\"\"")]
    [InlineData("'9780000000040")]
    [InlineData("9780000000040.0")]
    public async Task An_isbn_is_read_however_a_spreadsheet_wrote_it(string cell)
    {
        await using var shop = await OpenShopAsync();
        var outcome = ImportText(shop, $"isbn13,title\n{cell},Decorated\n");
        Assert.Equal((1, 0), (outcome.Imported, outcome.Rejected));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM stock WHERE isbn13 = 9780000000040 AND title = 'Decorated'"));
    }

    [Fact]
    public async Task Digits_that_a_spreadsheet_has_dropped_are_told_and_leading_zeros_are_put_back()
    {
        await using var shop = await OpenShopAsync();
        var outcome = ImportText(shop, "ean,title,year\n9.78E+12,Shortened,\n36000291452,A game,c.1890\n036000291452,A game again,n.d.\n");
        Assert.Equal((2, 1, 1L), (outcome.Imported, outcome.Rejected, outcome.New));
        Assert.Contains("shortened", outcome.FirstRejected[0].Reason, StringComparison.Ordinal);
        Assert.Equal("0036000291452", Assert.Single(shop.Texts("SELECT code FROM stock WHERE title = 'A game again' AND year = 1890")));
    }

    [Fact]
    public async Task Lines_may_break_within_quotes_and_an_open_quote_spoils_one_row()
    {
        await using var shop = await OpenShopAsync();
        var outcome = ImportText(shop, "title,price_cents\n\"Two\nLines\",700\n\"Open,700\nThe 5\" disc,800\n\"Three\n\nLines\",900\n");
        Assert.Equal((3, 1), (outcome.Imported, outcome.Rejected));
        Assert.Equal(["The 5\" disc", "Three\n\nLines", "Two\nLines"], shop.Texts(
            "SELECT title FROM stock WHERE title LIKE 'T%' AND made_by IS NULL ORDER BY title").Where(t => t.Contains('5') || t.Contains('\n')));
        var tabs = ImportText(shop, "title\tprice\nA 12\" record\t9.00\n");
        Assert.Equal((1, 0), (tabs.Imported, tabs.Rejected));
    }

    [Fact]
    public async Task A_preview_shows_what_an_import_does_and_writes_nothing()
    {
        await using var shop = await OpenShopAsync();
        const string text = "isbn13,title,price_cents,on_hand\n9780000000040,Rivers,800,4\n9780000000057,Hills,900,1\n9780000000057,Hills,900,1\nx,Bad,1,1\n";
        ImportText(shop, "isbn13,title,price_cents\n9780000000040,Rivers,700\n");
        var counts = (shop.Number("SELECT count(*) FROM stock"), shop.Number("SELECT count(*) FROM stock_movement"),
            shop.Number("SELECT count(*) FROM import_batch"));
        var file = FileOf(text);
        var request = new ImportRequest(ImportKinds.Stock, 1, new Dictionary<string, string>());
        var seen = new ShopImports(shop.Database, shop.Clock).Preview(Actor.AtTheMachine(), request, "f.csv", () => File.OpenRead(file), _ => { });
        Assert.Equal((1L, 1L, 1L, 1L), (seen.New, seen.Changed, seen.Same, seen.Rejected));
        Assert.Contains("Nothing was written", seen.Summary(), StringComparison.Ordinal);
        Assert.Equal(counts, (shop.Number("SELECT count(*) FROM stock"), shop.Number("SELECT count(*) FROM stock_movement"),
            shop.Number("SELECT count(*) FROM import_batch")));
        var done = shop.ImportFile(ImportKinds.Stock, file);
        Assert.Equal((1L, 1L, 1L, 1L), (done.New, done.Changed, done.Same, done.Rejected));
    }

    [Fact]
    public async Task An_import_is_taken_back_except_for_what_somebody_changed_since_and_importing_again_revives()
    {
        await using var shop = await OpenShopAsync();
        const string before = "isbn13,title,price_cents,on_hand\n9780000000040,Rivers,800,4\n9780000000057,Hills,900,1\n";
        ImportText(shop, before);
        const string wrong = "isbn13,title,price_cents,on_hand\n9780000000040,Rivres,8000,9\n9780000000057,Hils,9000,1\n9780000000064,Bare,100,7\n";
        var batch = ImportText(shop, wrong).Batch!.Value;
        shop.Write("UPDATE stock SET title = 'Hills and Dales' WHERE isbn13 = 9780000000057");
        var imports = new ShopImports(shop.Database, shop.Clock);
        var told = imports.Undo(Actor.AtTheMachine(), batch, _ => { });
        Assert.Contains("1 records withdrawn, 1 put back, 1 left", told, StringComparison.Ordinal);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM stock WHERE title = 'Rivers'"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM stock WHERE title = 'Hills and Dales'"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM stock WHERE title = 'Bare' AND withdrawn = 1"));
        Assert.Equal(["800", "900"],
            shop.Texts("SELECT CAST(h.price_cents AS varchar(9)) FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 IN (9780000000040, 9780000000057) ORDER BY 1"));
        Assert.Equal(0, shop.Number("SELECT h.on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.title = 'Bare'"));
        Assert.Contains("already", Assert.Throws<ShopException>(() => imports.Undo(Actor.AtTheMachine(), batch, _ => { })).Message, StringComparison.Ordinal);
        var again = ImportText(shop, wrong);
        Assert.Equal((0L, 3L), (again.New, again.Changed));
        Assert.Equal(7, shop.Number("SELECT h.on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.title = 'Bare' AND s.withdrawn IS NULL"));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task Copies_of_a_record_that_has_some_are_left_counted_or_added_by_a_word()
    {
        await using var shop = await OpenShopAsync();
        const string head = "isbn13,title,on_hand\n9780000000040,Rivers,";
        ImportText(shop, head + "5\n");
        long OnHand() => shop.Number("SELECT h.on_hand FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000040");
        Assert.Equal((1, 5), (ImportText(shop, head + "3\n").LeftCounts, OnHand()));
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        ImportText(shop, head + "3\n", how: r => r with { OnHand = "count" });
        Assert.Equal(3, OnHand());
        ImportText(shop, head + "4\n", how: r => r with { OnHand = "receive" });
        Assert.Equal(7, OnHand());
        Assert.Contains("already", Assert.ThrowsAny<ShopException>(() => ImportText(
            shop, head + "4\n", how: r => r with { OnHand = "receive", Anyway = false })).Message, StringComparison.Ordinal);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_contact_whose_email_is_filled_in_is_the_one_there_was_and_a_namesake_is_told()
    {
        await using var shop = await OpenShopAsync();
        ImportText(shop, "Name,Mobile\nAda Marsh,07700 900001\n", ImportKinds.Contacts);
        var filled = ImportText(shop, "First name,Surname,E-mail,Mobile\nAda,Marsh,ada@example.com,+44 7700 900001\n", ImportKinds.Contacts);
        Assert.Equal((0L, 1L), (filled.New, filled.Changed));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM contact WHERE name = 'Ada Marsh' AND email = 'ada@example.com' AND phone = '07700 900001'"));
        ImportText(shop, "Name,Email\nAda Marsh,other@example.com\n", ImportKinds.Contacts);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM contact WHERE name = 'Ada Marsh'"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'likely duplicate' AND text LIKE '%Ada Marsh%'"));
    }

    [Fact]
    public async Task A_workbook_is_read_with_all_its_digits()
    {
        await using var shop = await OpenShopAsync();
        var file = FileOf("") + ".xlsx";
        Workbook.Write(file, [["Stock of High Street"], ["ISBN", "Title", "Price", "Qty", "VAT"], [9780000000040d, "Rivers’ End", 12.5, 3d, 5.5],
            [9780000000057d, "Hills", 9d, 2d, 20d]]);
        var outcome = shop.ImportFile(ImportKinds.Stock, file);
        Assert.Equal((2, 0), (outcome.Imported, outcome.Rejected));
        Assert.Equal(1250, shop.Number(
            "SELECT h.price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.isbn13 = 9780000000040 AND s.title = 'Rivers’ End' AND h.on_hand = 3"));
        await File.WriteAllBytesAsync(file, [.. (await File.ReadAllBytesAsync(file))[..300]]);
        Assert.Contains("workbook", Assert.Throws<ShopException>(() => shop.ImportFile(ImportKinds.Stock, file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contact_file_imported_twice_doubles_no_contact()
    {
        await using var shop = await OpenShopAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "name,email,phone,address\nAda Marsh,ada@example.com,01,Pier 1\n,x@example.com,,\nBen,not-an-email,,\n");
        for (var i = 0; i < 2; i++)
        {
            var outcome = shop.ImportFile(ImportKinds.Contacts, file);
            Assert.Equal((1, 2), (outcome.Imported, outcome.Rejected));
        }
        Assert.Equal(1, shop.Number("SELECT count(*) FROM contact WHERE name = 'Ada Marsh'"));
    }

    [Theory]
    [InlineData(ImportKinds.Receipt)]
    [InlineData(ImportKinds.Stock)]
    public async Task An_import_whose_host_dies_in_the_middle_is_gone_on_with_by_another_and_doubles_nothing(string kind)
    {
        await using var shop = await OpenShopAsync();
        shop.AddTitles(900);
        var head = kind == ImportKinds.Stock ? "code,title,qty\n" : "code,qty\n";
        var text = head + string.Concat(Enumerable.Range(1, 900).Select(i => kind == ImportKinds.Stock ? $"c{i},Title {i},2\n" : $"c{i},2\n"));
        using var file = await TemporaryFile.OfAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), default);
        using var dying = new DyingDatabase(shop.Database);
        var request = new ImportRequest(kind, 1, new Dictionary<string, string>(), kind == ImportKinds.Stock ? "receive" : null);
        var first = new ImportDesk(dying, shop.Clock, new ShopImports(dying, shop.Clock), isAlone: false);
        var batch = first.Take(Actor.AtTheMachine(), request, "f.csv", file);
        // The server's own worker is not asked: this host takes it, and dies after two slices.
        dying.DiesAfter = 3;
        Assert.Throws<IOException>(first.DoWhatWaits);
        var before = shop.Number("SELECT done FROM import_batch WHERE id = @id", batch);
        Assert.InRange(before, 1, 899);
        var second = new ImportDesk(shop.Database, shop.Clock, new ShopImports(shop.Database, shop.Clock), isAlone: false);
        second.DoWhatWaits();
        Assert.Equal(before, shop.Number("SELECT done FROM import_batch WHERE id = @id", batch));

        shop.Clock.Advance(TimeSpan.FromMinutes(2));
        second.DoWhatWaits();

        Assert.Equal("done", shop.Text("SELECT state FROM import_batch WHERE id = @id", batch));
        Assert.Equal(1_800, shop.Number("SELECT sum(on_hand) FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.code LIKE 'c%'"));
        Assert.Equal(900, shop.Number("SELECT count(*) FROM import_change WHERE batch = @id", batch));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM import_part WHERE batch = @id", batch));
        Assert.Empty(shop.BookFaults());
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
        var outcome = shop.ImportFile(ImportKinds.Stock, copy);
        Assert.Equal((10_000, 0), (outcome.Imported, outcome.Rejected));
        Assert.Equal(10_000, shop.Number("SELECT count(*) FROM stock") - before);
        Assert.Equal(723 + 1, shop.Number("SELECT count(*) FROM stock WHERE isbn13 IS NULL"));
        await shop.EnrolAsync("front");
        Replicas.AssertEqual(shop, "front");
        Assert.NotEmpty(await shop.OpenTill("front", true).FindAsync("harry potter sorcerer"));
    }

    private static string FileOf(string text)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        return file;
    }

    private static ImportOutcome ImportText(Shop shop, string text, string kind = ImportKinds.Stock, Func<ImportRequest, ImportRequest>? how = null) =>
        shop.ImportFile(kind, FileOf(text), how: how);

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
