using Bookmine.Schema;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Microsoft.Extensions.Time.Testing;

namespace Bookmine.Tests.SyncServer;

/// <summary>Counts of copies at a moment, and records that turned out to be one, whatever tills post before and after.</summary>
public abstract class StockCountTests(Engine engine) : ServerSuite(engine)
{
    private static readonly Actor Admin = Actor.AtTheMachine();
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_count_is_true_of_its_moment_whatever_is_posted_later()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        shop.Clock.Advance(Hour);
        await till.SellAsync(Sales.Of(Sales.Lighthouse, qty: 2));
        shop.Clock.Advance(Hour);
        Count(shop, $"isbn,counted\n{Sales.Lighthouse},8\n");
        shop.Clock.Advance(Hour);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.Equal(8, OnHand(shop, Sales.Lighthouse));

        await shop.ResyncAsync("front");

        Assert.Equal(7, OnHand(shop, Sales.Lighthouse));
        Assert.Empty(shop.BookFaults());
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task A_till_whose_clock_is_known_to_be_fast_sold_before_the_count_what_it_sold_before_it()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var fast = new FakeTimeProvider(shop.Clock.GetUtcNow() + Hour);
        void Advance(double hours)
        {
            shop.Clock.Advance(hours * Hour);
            fast.Advance(hours * Hour);
        }
        using (var online = global::Bookmine.TillClient.Till.Open(shop.TillFolder("front"), false, fast))
        {
            await online.SynchroniseAsync();
        }
        using var till = global::Bookmine.TillClient.Till.Open(shop.TillFolder("front"), true, fast);
        Advance(0.5);
        await till.SellAsync(Sales.Of(Sales.Lighthouse, qty: 2));
        Advance(0.25);
        Count(shop, $"isbn,counted\n{Sales.Lighthouse},8\n");
        Advance(0.25);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        Advance(1);

        using (var online = global::Bookmine.TillClient.Till.Open(shop.TillFolder("front"), false, fast))
        {
            await online.SynchroniseAsync();
        }

        Assert.Equal(7, OnHand(shop, Sales.Lighthouse));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM stock_movement WHERE clock_ahead = 3600000"));
        Assert.Contains("60 minutes fast", Assert.Single(shop.Texts("SELECT text FROM finding WHERE kind = 'clock around a count'")), StringComparison.Ordinal);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task What_was_sold_after_the_count_and_posted_before_its_file_was_read_is_sold()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Clock.Advance(Hour);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        shop.Clock.Advance(Hour);

        Count(shop, $"isbn,counted,counted_at\n{Sales.Lighthouse},6,2026-11-02 12:30\n{Sales.Lighthouse},3,2026-11-02 12:30\n");

        Assert.Equal(8, OnHand(shop, Sales.Lighthouse));
        Assert.Empty(shop.BookFaults());
        // An earlier count that is read later moves nothing that a later one has seen.
        Count(shop, $"isbn,counted,counted_at\n{Sales.Lighthouse},2,2026-11-02 12:10\n");
        Assert.Equal(8, OnHand(shop, Sales.Lighthouse));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_category_that_was_counted_whole_has_none_of_what_the_file_does_not_name()
    {
        await using var shop = await OpenShopAsync();
        shop.Write("UPDATE stock SET category = 'Sea' WHERE isbn13 IN (9780000000019, 9780000000033)");
        shop.Clock.Advance(Hour);
        var spoilt = Assert.Throws<ShopException>(() => Count(shop, $"isbn,counted\n{Sales.Lighthouse},9\n9780000000999,1\n", r => r with { Full = "Sea" }));
        Assert.Contains("nobody knows what is not there", spoilt.Message, StringComparison.Ordinal);
        // What the file names was counted; what it does not name stays.
        Assert.Equal((9, 3), (OnHand(shop, Sales.Lighthouse), OnHand(shop, Sales.Maps)));
        shop.Clock.Advance(Hour);

        var done = Count(shop, $"isbn,counted\n{Sales.Lighthouse},9\n", r => r with { Full = "Sea" });

        Assert.Equal((9, 0, 5), (OnHand(shop, Sales.Lighthouse), OnHand(shop, Sales.Maps), OnHand(shop, Sales.Garden)));
        Assert.Empty(shop.BookFaults());
        new ShopImports(shop.Database, shop.Clock).Undo(Admin, done.Batch!.Value, _ => { });
        Assert.Equal((9, 3), (OnHand(shop, Sales.Lighthouse), OnHand(shop, Sales.Maps)));
        Assert.Empty(shop.BookFaults());
        Assert.Contains("yet to come", Assert.Throws<ShopException>(() => Count(
            shop, "isbn,counted\n1,1\n", r => r with { CountedAt = "2027-01-01 10:00" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_of_a_count_shows_what_is_missing_and_what_it_is_worth()
    {
        await using var shop = await OpenShopAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"isbn,qty\n{Sales.Lighthouse},6\n{Sales.Garden},5\n{Sales.Lighthouse},3\n");
        var request = new ImportRequest(ImportKinds.Count, 1, new Dictionary<string, string>());
        var seen = new ShopImports(shop.Database, shop.Clock).Preview(Admin, request, "count.csv", () => File.OpenRead(file), _ => { });
        var variance = Assert.Single(seen.Variances);
        Assert.Equal((10, 9, -1795), (variance.Expected, variance.Counted, variance.ValueCents));
        Assert.Equal(10, OnHand(shop, Sales.Lighthouse));
    }

    [Fact]
    public async Task Two_records_that_are_one_have_their_copies_together_now_and_with_each_posting_to_come()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.NewStockAsync(new StockDraft { Isbn = "9780000000040", Title = "Rivers", PriceCents = 900, Qty = 4 });
        await till.SellAsync(Sales.Of("9780000000040", price: 900));
        shop.ImportStock("isbn13,title,on_hand\n9780000000040,Rivers,2\n");
        await shop.ResyncAsync("front");
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = @kind AND resolved_at IS NULL", FindingKinds.LikelyDuplicate));
        var (kept, gone) = (Id(shop, "isbn13 = 9780000000040 AND made_by IS NULL"), Id(shop, "isbn13 = 9780000000040 AND made_by = 1"));
        // Sold of the one that goes, and not posted yet.
        await till.SellAsync(new SaleDraft { Lines = [new LineDraft { StockId = gone, Qty = 1, UnitPriceCents = 900 }],
            Payments = [new PaymentDraft { Method = "cash", AmountCents = 900 }] });
        var merges = shop.Get<Merges>();
        shop.Clock.Advance(Hour);

        merges.MergeStock(Admin, gone, kept);

        Assert.Equal((5, 0), (OnHand(shop, kept), OnHand(shop, gone)));
        Assert.Equal(900, shop.Number("SELECT price_cents FROM holding WHERE branch = 1 AND stock_id = @id", kept));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding WHERE kind = @kind AND resolved_at IS NULL", FindingKinds.LikelyDuplicate));
        Assert.Contains("already", Assert.Throws<ShopException>(() => merges.MergeStock(Admin, gone, kept)).Message, StringComparison.Ordinal);
        Assert.Contains("one record already", Assert.Throws<ShopException>(() => merges.MergeStock(Admin, kept, gone)).Message, StringComparison.Ordinal);
        await shop.ResyncAsync("front");
        Assert.Equal((4, 0), (OnHand(shop, kept), OnHand(shop, gone)));
        Assert.Empty(shop.BookFaults());
        Replicas.AssertEqual(shop, "front");
        // The till finds the one that stayed, by the number and by the words.
        Assert.Equal(kept, Assert.IsType<FoundStock>(Assert.Single(await shop.OpenTill("front", true).FindAsync("9780000000040"))).StockId);
        Assert.Equal(kept, Assert.IsType<FoundStock>(Assert.Single(await shop.OpenTill("front", true).FindAsync("rivers"))).StockId);

        merges.UnmergeStock(Admin, gone);

        Assert.Equal((2, 2), (OnHand(shop, kept), OnHand(shop, gone)));
        Assert.Empty(shop.BookFaults());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sale_from_before_a_merge_that_is_posted_after_it_counts_once_whichever_of_the_two_was_counted(bool isGoneCounted)
    {
        await using var shop = await OpenShopAsync();
        shop.ImportStock("code,title,on_hand\ng1,Gone,4\nk1,Kept,6\n");
        await shop.EnrolAsync("front");
        var (gone, kept) = (Id(shop, "code = 'g1'"), Id(shop, "code = 'k1'"));
        using (var till = shop.OpenTill("front", true))
        {
            await till.SellAsync(new SaleDraft { Lines = [new LineDraft { StockId = gone, Qty = 1, UnitPriceCents = 900 }],
                Payments = [new PaymentDraft { Method = "cash", AmountCents = 900 }] });
        }
        shop.Clock.Advance(Hour);
        Count(shop, isGoneCounted ? "code,counted\ng1,3\n" : "code,counted\nk1,6\n");
        shop.Clock.Advance(Hour);
        shop.Get<Merges>().MergeStock(Admin, gone, kept);
        shop.Clock.Advance(Hour);
        await shop.ResyncAsync("front");
        // Three of the one and six of the other are on the shelf, however the sale is told.
        Assert.Equal((9, 0), (OnHand(shop, kept), OnHand(shop, gone)));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task Deeds_of_a_record_that_turned_out_to_be_another_are_deeds_of_that_one()
    {
        await using var shop = await OpenShopAsync();
        shop.ImportStock("code,title,on_hand\nk1,Kept,6\n");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "code,title,on_hand\ng1,Gone,5\n");
        var batch = shop.ImportFile(ImportKinds.Stock, file).Batch!.Value;
        var (gone, kept) = (Id(shop, "code = 'g1'"), Id(shop, "code = 'k1'"));
        shop.Clock.Advance(Hour);
        shop.Get<Merges>().MergeStock(Admin, gone, kept);
        shop.Clock.Advance(Hour);
        Assert.Equal(13, shop.Get<StockRecords>().Receive(Admin, gone, 1, 2));
        shop.Clock.Advance(Hour);
        Assert.Equal(12, shop.Get<StockRecords>().Count(Admin, gone, 1, 12));
        Assert.Equal((12, 0), (OnHand(shop, kept), OnHand(shop, gone)));
        shop.Clock.Advance(Hour);
        new ShopImports(shop.Database, shop.Clock).Undo(Admin, batch, _ => { });
        Assert.Equal((7, 0), (OnHand(shop, kept), OnHand(shop, gone)));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_title_that_a_count_revived_is_withdrawn_and_uncounted_when_it_is_taken_back()
    {
        await using var shop = await OpenShopAsync();
        shop.ImportStock("code,title\nw1,Withdrawn\n");
        var id = Id(shop, "code = 'w1'");
        shop.Get<StockRecords>().Withdraw(Admin, id);
        shop.Clock.Advance(Hour);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "code,title,on_hand\nw1,Withdrawn,5\n");
        var batch = shop.ImportFile(ImportKinds.Stock, file, how: r => r with { OnHand = "count" }).Batch!.Value;
        Assert.Equal((5, 0), (OnHand(shop, id), shop.Number("SELECT count(*) FROM stock WHERE withdrawn = 1")));
        shop.Clock.Advance(Hour);
        new ShopImports(shop.Database, shop.Clock).Undo(Admin, batch, _ => { });
        Assert.Equal((0, 1, 0), (OnHand(shop, id), shop.Number("SELECT count(*) FROM stock WHERE withdrawn = 1"),
            shop.Number("SELECT count(*) FROM stock_count")));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_delivery_whose_file_breaks_off_says_what_has_come_in()
    {
        await using var shop = await OpenShopAsync();
        shop.AddTitles(600);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "code,qty\n" + string.Concat(Enumerable.Range(1, 600).Select(i => $"c{i},1\n")) + new string(
            'x', 2 * 1024 * 1024) + ",1\n");
        var fault = Assert.Throws<ShopException>(() => shop.ImportFile(ImportKinds.Receipt, file));
        Assert.Contains("600 rows of it have come in: take import", fault.Message, StringComparison.Ordinal);
        Assert.Equal(600, shop.Number("SELECT sum(on_hand) FROM holding h JOIN stock s ON s.id = h.stock_id WHERE s.code LIKE 'c%'"));
        Assert.Equal("failed", shop.Text("SELECT state FROM import_batch WHERE kind = 'receipt'"));
    }

    [Fact]
    public async Task A_manager_merges_no_copies_of_another_branch_and_chains_stay_flat()
    {
        await using var shop = await OpenShopAsync();
        shop.ImportStock("code,title,on_hand\na1,One,1\nb1,One,1\nc1,One,1\n");
        shop.ImportStock("code,title,on_hand\nb1,One,1\n", branch: 2);
        var (a, b, c) = (Id(shop, "code = 'a1'"), Id(shop, "code = 'b1'"), Id(shop, "code = 'c1'"));
        shop.Get<Persons>().Add(Admin, "Mara", "four plain old words", "manager", [1]);
        var mara = new Actor("Mara", "page", null, new PersonSession(1, shop.Text("SELECT epoch FROM sync_state")!));
        var merges = shop.Get<Merges>();
        Assert.Throws<ForbiddenException>(() => merges.MergeStock(mara, b, a));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM stock WHERE merged_into IS NOT NULL"));
        merges.MergeStock(mara, c, b);
        merges.MergeStock(Admin, b, a);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM stock WHERE merged_into = @a", a));
        Assert.Equal(3, OnHand(shop, a));
        Assert.Equal(a, shop.Database.Reading(s => StockRecords.Search(s, "c1", 1, 0)).Rows.Single().Id);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task Contacts_that_are_one_have_their_credit_together_and_one_that_is_erased_is_nobody_any_more()
    {
        await using var shop = await OpenShopAsync();
        var ada = Guid.Parse("01930000-0000-7000-8000-000000000002");
        shop.Write("INSERT INTO contact (id, kind, name, email) VALUES (@id, 'customer', 'Rosa Finch', 'rosa@finch.example')", ada);
        foreach (var (who, cents) in new[] { (Shop.Rosa, 500L), (ada, 700L) })
        {
            shop.Write("INSERT INTO credit (id, document_id, branch, contact_id, amount_cents, entered_at) VALUES (@id, @doc, 1, @who, @cents, 1)", Guid.NewGuid(), Guid.NewGuid(), who, cents);
        }
        await shop.EnrolAsync("front");
        using (var till = shop.OpenTill("front", true))
        {
            await till.EmailAsync(new EmailDraft { ContactId = ada, Subject = "Dear Ms Finch", Body = "It is here." });
            await till.EditContactAsync(new ContactDraft { ContactId = ada, Phone = "0200 FINCH" });
        }
        await shop.ResyncAsync("front");
        var email = Guid.NewGuid();
        shop.Write("INSERT INTO email (id, branch, contact_id, subject, body, sent_at) VALUES (@id, 1, @who, 'Ms Finch', 'x', 1)", email, ada);
        shop.Write(
            "INSERT INTO finding (id, till, n, kind, subject, text, noted_at) VALUES (900, 1, 1, 'email refused', @email, 'no such mailbox as finch', 1)", email.ToString());
        shop.Write("INSERT INTO email_outbox (email, state, tries, next_at, told) VALUES (@email, 'refused', 1, 1, 'no finch here')", email);
        Assert.Equal(ada, Assert.Single(shop.Database.Reading(s => Merges.TwinsOf(s, Shop.Rosa))).Id);
        shop.Get<Merges>().MergeContact(Admin, ada, Shop.Rosa);
        await shop.ResyncAsync("front");

        Assert.Equal(1200, shop.Database.Reading(s => Contacts.Find(s, Shop.Rosa.ToString())).Single().CreditCents);
        Assert.Equal(1200, Assert.Single(shop.Database.Reading(MoneyOwed.Credit)).Cents);
        Assert.Equal(1200, shop.OpenTill("front", true).Records.CreditCents(Shop.Rosa));
        Assert.Single(shop.Database.Reading(s => Contacts.Search(s, "finch", 0)).Rows);
        Assert.Contains("rosa@finch.example", shop.Get<Erasure>().Export(Admin, Shop.Rosa), StringComparison.Ordinal);

        shop.Get<Contacts>().Edit(Admin, Shop.Rosa, new Dictionary<string, string?> { ["notes"] = "likes maps" });
        shop.Get<Erasure>().Erase(Admin, Shop.Rosa);

        Assert.Equal(0, shop.Number("SELECT count(*) FROM contact WHERE name LIKE '%Finch%' OR email IS NOT NULL OR notes IS NOT NULL"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM audit WHERE subject LIKE '%Finch%' OR detail LIKE '%Finch%'"));
        Assert.Empty(shop.Database.Reading(s => Contacts.Search(s, "finch", 0)).Rows);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM dropped WHERE lower(till_value) LIKE '%finch%'"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM email WHERE lower(subject) LIKE '%finch%'"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding WHERE lower(text) LIKE '%finch%'"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM email_outbox WHERE told IS NOT NULL"));
        await shop.ResyncAsync("front");
        Assert.Empty(await shop.OpenTill("front", true).FindAsync("finch"));
    }

    [Fact]
    public async Task That_two_are_two_is_remembered()
    {
        await using var shop = await OpenShopAsync();
        shop.ImportStock("code,isbn13,title\nx1,9780000000019,The Lighthouse Keeper\n");
        var (one, other) = (Id(shop, "code = 'x1'"), Id(shop, "isbn13 = 9780000000019 AND code <> 'x1'"));
        Assert.Equal(other, Assert.Single(shop.Database.Reading(s => Merges.TwinsOf(s, one))).Id);
        shop.Get<Merges>().NotDuplicate(Admin, other, one);
        shop.Get<Merges>().NotDuplicate(Admin, one, other);
        Assert.Empty(shop.Database.Reading(s => Merges.TwinsOf(s, one)));
        Assert.Empty(shop.Database.Reading(s => Merges.TwinsOf(s, other)));
    }

    [Fact]
    public async Task At_random_moments_counts_receipts_merges_and_sales_add_up_on_server_and_tills()
    {
        await using var shop = await OpenShopAsync();
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] titles = [Sales.Lighthouse, Sales.Garden, Sales.Maps], tills = ["front", "back"];
        foreach (var till in tills)
        {
            await shop.EnrolAsync(till);
        }
        var (records, merges) = (shop.Get<StockRecords>(), shop.Get<Merges>());
        var begun = shop.Clock.GetUtcNow();
        for (var i = 0; i < 60; i++)
        {
            shop.Clock.Advance(TimeSpan.FromMinutes(random.Next(1, 90)));
            var (title, till) = (titles[random.Next(titles.Length)], tills[random.Next(tills.Length)]);
            switch (random.Next(7))
            {
                case 0 or 1 or 2: await shop.OpenTill(till, true).SellAsync(Sales.Of(title, qty: random.Next(1, 4), price: 1000)); break;
                case 3: await shop.ResyncAsync(till); break;
                case 4: records.Receive(Admin, Id(shop, $"isbn13 = {title} AND code = '{title}'"), 1, random.Next(1, 6)); break;
                case 5:
                    var passed = shop.Clock.GetUtcNow() - begun;
                    var at = begun + (passed * random.NextDouble());
                    Count(shop, $"isbn,counted\n{title},{random.Next(0, 12)}\n", r => r with { CountedAt = Instant.Format(at.ToUnixTimeMilliseconds()) });
                    break;
                default:
                    var (from, into) = (Id(shop, $"isbn13 = {titles[0]}"), Id(shop, $"isbn13 = {titles[1]}"));
                    _ = shop.Number("SELECT count(*) FROM stock WHERE merged_into IS NOT NULL") == 0 ? merges.MergeStock(Admin, from, into)
                        : merges.UnmergeStock(Admin, from);
                    break;
            }
            Assert.Empty(shop.BookFaults());
        }
        foreach (var till in tills)
        {
            await shop.ResyncAsync(till);
            Replicas.AssertEqual(shop, till);
        }
        Assert.Empty(shop.BookFaults());
        // On hand is the last count, with all that was sold, received or merged since: reckoned here from what nobody has corrected.
        Assert.Equal(0, shop.Number(
            """
            SELECT count(*) FROM holding h JOIN stock_count c ON c.branch = h.branch AND c.stock_id = h.stock_id
            WHERE c.at = (SELECT max(at) FROM stock_count x WHERE x.branch = h.branch AND x.stock_id = h.stock_id)
            AND h.on_hand <> c.qty + coalesce((SELECT sum(m.qty) FROM stock_movement m WHERE m.branch = h.branch AND m.stock_id = h.stock_id AND m.reason <> 'count'
                AND CASE WHEN m.posted_at < m.taken_at THEN m.posted_at ELSE m.taken_at END > c.at), 0)
            """));
    }

    private static ImportOutcome Count(Shop shop, string text, Func<ImportRequest, ImportRequest>? how = null)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        return shop.ImportFile(ImportKinds.Count, file, how: how);
    }

    private static Guid Id(Shop shop, string where) => shop.Database.Reading(
        s => Bookmine.Sync.Data.TableSql.Where(s, BookmineSetup.Stock, where + " ORDER BY id"))[0].Guid("id");

    private static long OnHand(Shop shop, string isbn) => OnHand(shop, Id(shop, $"isbn13 = {isbn}"));

    private static long OnHand(Shop shop, Guid stock) => shop.Number("SELECT on_hand FROM holding WHERE branch = 1 AND stock_id = @id", stock);
}
