using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Foreign;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Tills;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>Tills of other engines, which send rows and know of no entries: two very small ones, of two quite different kinds.</summary>
public abstract class ForeignTests(Engine engine) : ServerSuite(engine)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disconnected_day_is_posted_by_the_rules_and_flows_back_in_the_same_exchange(bool isTracking)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = Enrol(shop, isTracking: isTracking);
        till.Exchange();
        var (lighthouse, garden) = (StockOf(shop, Sales.Lighthouse), StockOf(shop, Sales.Garden));
        var docket = FirstDocket(shop, till);
        var yesterday = till.Now;

        var contact = till.AddContact("Ned Vale");
        var map = till.AddStock("Tide Tables", 900, 4);
        var sales = new[] { till.Sell(docket, lighthouse, 1795, contact: contact), till.Sell(docket + 1, map, 900, 2) };
        till.Change(BookmineSetup.Stock, new RowKey(garden), "title", "A Winter's Garden");
        till.Change(BookmineSetup.Holding, new RowKey(1, lighthouse), "on_hand", 9L);
        var email = till.AddEmail(contact);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        var outcome = till.Exchange();

        Assert.Equal((6, 0), (outcome.Posted, outcome.Quarantined));
        Assert.Equal(["email", "title"], outcome.Dropped.Select(d => d.Field).Order());
        Assert.All(sales, sale => Assert.True(till[BookmineSetup.Document, sale]["trans_id"] is long));
        Assert.Equal(sales.Select(s => till[BookmineSetup.Document, s]["trans_id"]).Order(), sales.Select(s => till[BookmineSetup.Document, s]["trans_id"]));
        Assert.All(till.Rows.Values.Where(r => r.Table == BookmineSetup.Payment), p => Assert.Equal(till.Now, p["paid_at"]));
        Assert.Equal(yesterday, till[BookmineSetup.Document, sales[0]]["started_at"]);
        // What was dropped is as the server has it again.
        Assert.Equal("A Winter Garden", till[BookmineSetup.Stock, garden]["title"]);
        Assert.False(till.Has(BookmineSetup.Email, email));
        Assert.Equal(9L, till.Rows[(BookmineSetup.Holding, new RowKey(1, lighthouse))]["on_hand"]);
        Assert.Equal((2L, 900L), (till.Rows[(BookmineSetup.Holding, new RowKey(1, map))]["on_hand"], till.Rows[(BookmineSetup.Holding, new RowKey(1, map))]["price_cents"]));
        Assert.Equal(till.Known.Id, till[BookmineSetup.Contact, contact]["made_by"]);
        AssertSame(shop, till);
        // Any other till finds it by its printed number.
        await shop.ResyncAsync("front");
        using var front = shop.OpenTill("front", disconnected: true);
        Assert.Single(await front.FindAsync($"D{docket}", Cancel));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task Only_rows_that_the_server_has_otherwise_go_back()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Maps), 2400);
        till.Exchange();
        // The four rows of the sale, the holding that it moved, and the till's head.
        Assert.Equal(6, till.Received.Count);
        till.Exchange();
        Assert.Empty(till.Received);
        till.Change(BookmineSetup.Stock, new RowKey(StockOf(shop, Sales.Maps)), "title", "Maps");
        till.Exchange();
        Assert.Equal([BookmineSetup.Stock, BookmineSetup.TillHead], till.Received.Select(r => r.Table).OrderBy(t => t.Number));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exchange_that_is_lost_doubled_and_reordered_posts_and_lists_everything_once(bool isTracking)
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop, isTracking: isTracking);
        till.Exchange();
        var sale = till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        till.AddEmail(Shop.Rosa);
        till.Change(BookmineSetup.Contact, new RowKey(Shop.Rosa), "phone", "0199");
        till.Exchange(isLost: true);
        var told = shop.Number("SELECT trans_id FROM document");
        till.Exchange(onTheWay: rows => [.. rows, .. rows], isLost: true);
        till.Exchange(onTheWay: rows => [.. rows.AsEnumerable().Reverse()], isLost: true);
        till.Exchange();
        till.Exchange();

        Assert.Equal(told, till[BookmineSetup.Document, sale]["trans_id"]);
        Assert.Equal((1, 1, 1), (shop.Number("SELECT count(*) FROM document"), shop.Number("SELECT count(*) FROM payment"), shop.Number("SELECT count(*) FROM stock_movement WHERE document_id IS NOT NULL")));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM dropped"));
        Assert.Equal("0100", till[BookmineSetup.Contact, Shop.Rosa]["phone"]);
        Assert.Equal(3, shop.Number("SELECT acknowledged FROM sync_client WHERE client = @till", till.Known.Id));
        AssertSame(shop, till);
    }

    [Fact]
    public async Task Exchanges_of_one_till_at_the_same_moment_post_everything_once()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        var (docket, stock) = (FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse));
        for (var i = 0; i < 20; i++)
        {
            till.Sell(docket + i, stock, 1795);
        }
        till.Change(BookmineSetup.Contact, new RowKey(Shop.Rosa), "phone", "0199");
        var upload = new ForeignUpload("same", [.. till.Rows.Values.Where(r => r.Table.Direction == Direction.Both && (r.Table.Ordinal("document_id") >= 0 || r.Table == BookmineSetup.Document || r.Key.Guid == Shop.Rosa)).Select(r => new ForeignRow(r))]);
        // As many hosts have it: each with a gate of its own.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Hosted(shop).Bring(till.Known, upload))));

        Assert.Equal(20, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(20, shop.Number("SELECT count(DISTINCT trans_id) FROM document"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM dropped"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM quarantine WHERE state = 'quarantined'"));
        Assert.Equal(21, shop.Number("SELECT count(*) FROM sync_inbox WHERE client = @till", till.Known.Id));
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task A_sale_that_comes_in_parts_is_posted_when_it_is_whole_and_needs_nobody()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        var sale = till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        // The engine reads in the middle of it: the header is not there yet.
        Assert.Equal((0, 1), Counts(till.Exchange(r => r.Table != BookmineSetup.Document && r.Table != BookmineSetup.StockMovement)));
        Assert.True(till.Rows.Values.Count(r => r.Table == BookmineSetup.Payment) == 1, "what waits stays with the till");
        Assert.Equal((1, 0), Counts(till.Exchange()));

        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal("written off", shop.Text("SELECT state FROM quarantine"));
        Assert.True(till[BookmineSetup.Document, sale]["trans_id"] is long);
        AssertSame(shop, till);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task Parts_that_make_no_whole_wait_for_a_person_and_are_not_counted_twice()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.IsGuarded = true;
        till.Exchange();
        till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        for (var i = 0; i < 4; i++)
        {
            till.Exchange(r => r.Table != BookmineSetup.Payment);
        }
        Assert.Equal(1, shop.Number("SELECT count(*) FROM quarantine WHERE state = 'quarantined'"));
        till.Exchange();
        Assert.Equal(0, shop.Number("SELECT count(*) FROM quarantine WHERE state = 'quarantined'"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document"));
        AssertSame(shop, till);
    }

    [Fact]
    public async Task More_of_a_sale_that_is_posted_goes_into_quarantine_and_never_away_as_known()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        Assert.Equal((1, 0), Counts(till.Exchange(r => r.Table != BookmineSetup.StockMovement)));
        Assert.Equal((0, 1), Counts(till.Exchange(isLost: true)));
        till.Exchange();
        Assert.Equal(1, shop.Number("SELECT count(*) FROM quarantine WHERE state = 'quarantined'"));
        Assert.Equal(1, till.Rows.Values.Count(r => r.Table == BookmineSetup.StockMovement && r["document_id"] is not null));
    }

    [Fact]
    public async Task What_is_changed_of_a_posted_sale_is_kept_for_a_person_and_what_is_removed_is_listed_and_both_come_back()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        var docket = FirstDocket(shop, till);
        var (changed, removed) = (till.Sell(docket, StockOf(shop, Sales.Lighthouse), 1795), till.Sell(docket + 1, StockOf(shop, Sales.Garden), 1250));
        till.Exchange();
        till.Change(BookmineSetup.Document, new RowKey(changed), "total_cents", 1L);
        foreach (var row in till.Rows.Values.Where(r => r.Table.Ordinal("document_id") >= 0 && r.GuidOrNull("document_id") == removed).ToList())
        {
            till.Remove(row.Table, row.Key);
        }
        till.Remove(BookmineSetup.Document, new RowKey(removed));
        till.Remove(BookmineSetup.Contact, new RowKey(Shop.Rosa));
        var outcome = till.Exchange();

        Assert.Equal((2, 1), Counts(outcome));
        Assert.Equal(5, outcome.Dropped.Count(d => d is { Field: "record", ClientValue: "removed" }));
        Assert.Equal(2, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(1795L, till[BookmineSetup.Document, changed]["total_cents"]);
        Assert.True(till.Has(BookmineSetup.Document, removed) && till.Has(BookmineSetup.Contact, Shop.Rosa));
        AssertSame(shop, till);
    }

    [Fact]
    public async Task Other_tills_and_other_branches_are_not_written_for_and_prices_of_others_goods_are_edits()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        var maps = StockOf(shop, Sales.Maps);
        var elsewhere = till.Sell(FirstDocket(shop, till), maps, 2400);
        till.Change(BookmineSetup.Document, new RowKey(elsewhere), "branch", 2L);
        var asAnother = till.Sell(FirstDocket(shop, till) + 1, maps, 2400);
        till.Change(BookmineSetup.Document, new RowKey(asAnother), "till", 77L);
        till.Put(new Row(BookmineSetup.Operator) { ["id"] = 99L, ["name"] = "mallory", ["pin_hash"] = "", ["disabled"] = 0L });
        till.Change(BookmineSetup.Holding, new RowKey(1, maps), "price_cents", 1L);
        var outcome = till.Exchange();

        Assert.Equal((1, 3), Counts(outcome));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM operator"));
        Assert.Equal(2400, shop.Number("SELECT price_cents FROM holding WHERE branch = 1 AND stock_id = @maps", maps));
        Assert.Equal(2400L, till.Rows[(BookmineSetup.Holding, new RowKey(1, maps))]["price_cents"]);
        Assert.Single(outcome.Dropped, d => d.Field == "price_cents");
        Assert.DoesNotContain(till.Rows.Values, r => r.Table.Ordinal("branch") >= 0 && r.Has("branch") && r.Integer("branch") == 2 && r.Table.Direction == Direction.Both && r.Key.Guid != elsewhere);
    }

    [Fact]
    public async Task The_price_of_goods_of_its_own_may_come_after_them()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        var own = till.AddStock("Harbour Lights", 1100, 3);
        Assert.Equal((1, 0), Counts(till.Exchange(r => r.Table != BookmineSetup.Holding)));
        till.Change(BookmineSetup.Holding, new RowKey(1, own), "price_cents", 1100L);
        Assert.Equal((1, 0), Counts(till.Exchange()));
        // Once it has a price, another is an edit.
        till.Change(BookmineSetup.Holding, new RowKey(1, own), "price_cents", 1L);
        Assert.Single(till.Exchange().Dropped);
        Assert.Equal((1100, 3), (shop.Number("SELECT price_cents FROM holding WHERE stock_id = @own", own), shop.Number("SELECT on_hand FROM holding WHERE stock_id = @own", own)));
        AssertSame(shop, till);
    }

    [Fact]
    public async Task A_revoked_till_brings_what_it_has_and_gets_nothing_until_it_is_let_in_again()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        var sale = till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        shop.Write("UPDATE till SET state = 'revoked' WHERE id = @till", till.Known.Id);
        shop.AddTitles(3);
        Assert.Equal((0, 1), Counts(till.Exchange()));
        Assert.Empty(till.Received);
        Assert.Equal(ForeignStanding.Withheld, shop.Get<ForeignExchange>().StandingOf(till.Known, till.Cursor));
        shop.Write("UPDATE till SET state = 'enrolled' WHERE id = @till", till.Known.Id);
        till.Exchange();
        Assert.Equal(3, till.Received.Count(r => r.Table == BookmineSetup.Stock));
        Assert.True(till.Has(BookmineSetup.Document, sale));
    }

    [Fact]
    public async Task After_a_restore_a_guarded_till_brings_what_is_lost_with_a_new_number_and_begins_afresh()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = Enrol(shop);
        till.IsGuarded = true;
        till.Exchange();
        var (docket, stock) = (FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse));
        var kept = till.Sell(docket, stock, 1795);
        till.Exchange();
        var copy = await shop.CopyRecordsAsync();
        var till2 = Reconnect(shop, till);
        var lost = till2.Sell(docket + 1, stock, 1795);
        till2.Exchange();
        var (numberKept, numberLost) = ((long)till2[BookmineSetup.Document, kept]["trans_id"]!, (long)till2[BookmineSetup.Document, lost]["trans_id"]!);
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        var till3 = Reconnect(shop, till2);
        // Others have carried on meanwhile, so that its position tells nothing.
        shop.AddTitles(50);
        till3.Exchange();

        Assert.Equal(numberKept, till3[BookmineSetup.Document, kept]["trans_id"]);
        Assert.True((long)till3[BookmineSetup.Document, lost]["trans_id"]! > numberLost, "a number that was told is not given again");
        Assert.Equal(2, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = @kind", FindingKinds.RecordsRestored));
        AssertSame(shop, till3);
        till3.Exchange();
        Assert.Empty(till3.Received);
        Assert.Empty(shop.BookFaults());
    }

    [Fact]
    public async Task An_unguarded_till_on_older_records_is_told_to_wait_and_the_manager_hears_of_it()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        var copy = await shop.CopyRecordsAsync();
        shop.AddTitles(5);
        till = Reconnect(shop, till);
        till.Exchange();
        var sale = till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        till = Reconnect(shop, till);
        Assert.Throws<InvalidOperationException>(() => till.Exchange());
        Assert.True(till.Has(BookmineSetup.Document, sale));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = @kind", FindingKinds.TillUnguarded));
        till.IsGuarded = true;
        till.Exchange();
        Assert.True(till[BookmineSetup.Document, sale]["trans_id"] is long);
        AssertSame(shop, till);
    }

    [Fact]
    public async Task A_till_that_is_moved_or_to_be_reprovisioned_begins_afresh()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.IsGuarded = true;
        till.Exchange();
        till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        shop.Get<TillRegister>().Move(till.Known.Id, 2);
        Assert.Equal(ForeignStanding.Stale, shop.Get<ForeignExchange>().StandingOf(till.Known, till.Cursor, till.Proof));
        till.Exchange();
        Assert.Equal(1, shop.Number("SELECT count(*) FROM document WHERE branch = 1 AND trans_id IS NOT NULL"));
        AssertSame(shop, till);
        shop.Write("UPDATE till SET reprovision_from = @now WHERE id = @till", till.Now, till.Known.Id);
        Assert.Equal(ForeignStanding.Stale, shop.Get<ForeignExchange>().StandingOf(till.Known, till.Cursor, till.Proof));
        till.Exchange();
        Assert.Equal(ForeignStanding.Current, shop.Get<ForeignExchange>().StandingOf(till.Known, till.Cursor));
    }

    [Fact]
    public async Task A_cursor_that_this_server_did_not_give_is_none()
    {
        await using var shop = await OpenShopAsync();
        var (till, other) = (Enrol(shop), Enrol(shop, "back"));
        till.Exchange();
        other.Exchange();
        var exchange = shop.Get<ForeignExchange>();
        Assert.Equal(ForeignStanding.Current, exchange.StandingOf(till.Known, till.Cursor));
        foreach (var cursor in (long[])[1, till.Cursor + 1, till.Cursor - 1, other.Cursor, long.MaxValue, 1L << 40])
        {
            Assert.Equal(ForeignStanding.Lost, exchange.StandingOf(till.Known, cursor));
        }
        Assert.Equal(ForeignStanding.Fresh, exchange.StandingOf(till.Known, -5));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
    }

    [Fact]
    public async Task Each_secret_opens_the_door_of_its_own_engine_alone()
    {
        await using var shop = await OpenShopAsync();
        var secret = "";
        var till = Enrol(shop, told: s => secret = s);
        using var http = new HttpClient { BaseAddress = new Uri(shop.Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", $"{till.Known.Id}:{secret}");
        foreach (var path in (string[])["sync/hello", "sync/push", "sync/pull", "sync/news"])
        {
            using var answer = await http.PostAsJsonAsync(path, new { }, Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("bridge", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        // Numbers that its tables lack it may ask for.
        using var found = await http.GetAsync("shop/transaction/D99", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, found.StatusCode);
    }

    [Fact]
    public async Task Numbers_that_run_low_are_topped_up_by_what_is_posted()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        till.Sell(FirstDocket(shop, till) + 90_000, StockOf(shop, Sales.Lighthouse), 1795);
        till.Exchange();
        Assert.Equal(2, till.Rows.Values.Count(r => r.Table == BookmineSetup.NumberBlock && r.Integer("till") == till.Known.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Much_comes_whole_to_one_that_has_nothing_and_to_one_that_was_long_away(bool isFresh)
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        if (!isFresh)
        {
            till.Exchange();
        }
        shop.AddTitles(21_000);
        shop.Write("UPDATE holding SET on_hand = on_hand + 1");
        shop.Write("DELETE FROM contact");
        till.Exchange();
        AssertSame(shop, till);
    }

    /// <summary>What Dotmim 1.3.0 sent of a disconnected day, as it came over the line: a request a line, a table each.</summary>
    [Fact]
    public async Task A_real_exchange_of_Dotmims_is_posted()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("side");
        var till = Enrol(shop);
        var rows = new List<ForeignRow>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "dotmim-day.jsonl")))
        {
            rows.AddRange(JsonDocument.Parse(line).RootElement.GetProperty("changes").GetProperty("t").EnumerateArray().SelectMany(Recorded));
        }
        var sold = rows.First(r => r.Table == BookmineSetup.DocumentLine).Row.Guid("stock_id");
        var edited = rows.First(r => r.Table == BookmineSetup.Stock && r.Row.Text("title") == "Another title").Row;
        foreach (var (id, title) in (ReadOnlySpan<(Guid, string)>)[(sold, "Title 1"), (edited.Key.Guid, "Title 2")])
        {
            shop.Write("INSERT INTO stock (id, code, isbn13, isbn10, title, authors) VALUES (@id, @code, @isbn13, @isbn10, @title, 'Ada Marsh')",
                id, id == sold ? "first" : edited.Text("code"), id == sold ? null : edited.Integer("isbn13"), id == sold ? null : edited.Text("isbn10"), title);
        }
        shop.Write("INSERT INTO holding (branch, stock_id, price_cents, on_hand) VALUES (1, @sold, 1001, 0)", sold);
        var outcome = shop.Get<ForeignExchange>().Bring(till.Known, new ForeignUpload("recorded", rows));

        Assert.Equal((6, 0), Counts(outcome));
        Assert.Equal(["email", "title"], outcome.Dropped.Select(d => d.Field).Order());
        Assert.Equal(2, shop.Number("SELECT count(*) FROM document WHERE trans_id IS NOT NULL"));
        Assert.Equal(5501, shop.Number("SELECT CAST(sum(amount_cents) AS bigint) FROM payment"));
        Assert.Equal((0, 0), Counts(shop.Get<ForeignExchange>().Bring(till.Known, new ForeignUpload("recorded", rows))));
        Assert.Empty(shop.BookFaults());
    }

    private static IEnumerable<ForeignRow> Recorded(JsonElement sent)
    {
        var table = BookmineSetup.Instance[sent.GetProperty("n").GetString()!];
        var columns = sent.GetProperty("c").EnumerateArray().Select(c => table[c.GetProperty("n").GetString()!]).ToList();
        foreach (var values in sent.GetProperty("r").EnumerateArray().Select(r => r.EnumerateArray().ToList()))
        {
            var row = new Row(table);
            for (var i = 0; i < columns.Count; i++)
            {
                var value = values[i + 1];
                row[columns[i]] = value.ValueKind == JsonValueKind.Null ? null : columns[i].Type switch
                {
                    ColumnType.Integer => value.GetInt64(),
                    ColumnType.Guid => value.GetGuid(),
                    _ => value.GetString(),
                };
            }
            yield return new ForeignRow(row);
        }
    }

    [Fact]
    public async Task A_till_whose_file_is_new_prints_no_number_again_and_gets_no_two_blocks_in_an_hour()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        var exchange = shop.Get<ForeignExchange>();
        exchange.Open(till.Known, null, ForeignOutcome.Nothing, isNewFile: true);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM number_block WHERE till = @till", till.Known.Id));
        exchange.Open(till.Known, null, ForeignOutcome.Nothing, isNewFile: true);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM number_block WHERE till = @till", till.Known.Id));
        Assert.Throws<ShopException>(() => exchange.Open(till.Known, null, ForeignOutcome.Nothing, isNewFile: true));
        shop.Clock.Advance(TimeSpan.FromHours(2));
        exchange.Open(till.Known, null, ForeignOutcome.Nothing, isNewFile: true);
        Assert.Equal(3, shop.Number("SELECT count(*) FROM number_block WHERE till = @till", till.Known.Id));
    }

    [Fact]
    public async Task Numbers_that_restored_records_have_forgotten_are_known_by_the_servers_word()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.IsGuarded = true;
        till.Exchange();
        var copy = await shop.CopyRecordsAsync();
        Reconnect(shop, till);
        var (first, stock) = (FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse));
        till.Sell(first + 90_000, stock, 1795);
        till.Exchange();
        var later = shop.Number("SELECT max(first) FROM number_block WHERE till = @till", till.Known.Id);
        Assert.NotEqual(first, later);
        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync();
        Reconnect(shop, till);
        till.Sell(later, stock, 1795);
        Assert.Equal((2, 0), Counts(till.Exchange()));
    }

    [Fact]
    public async Task A_restore_is_believed_by_the_servers_word_alone()
    {
        await using var shop = await OpenShopAsync();
        var (till, other) = (Enrol(shop), Enrol(shop, "back"));
        till.Exchange();
        other.AddContact("Ned Vale");
        other.Exchange();
        var exchange = shop.Get<ForeignExchange>();
        foreach (var proof in (ForeignProof[])[new(999, ""), new(999, till.Proof!.Mac), other.Proof!])
        {
            Assert.Equal(ForeignStanding.Current, exchange.StandingOf(till.Known, till.Cursor, proof));
        }
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
    }

    [Fact]
    public async Task No_till_settles_what_waits_of_another()
    {
        await using var shop = await OpenShopAsync();
        var (till, other) = (Enrol(shop), Enrol(shop, "back"));
        till.Exchange();
        other.Exchange();
        var sale = till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        Assert.Equal((0, 1), Counts(till.Exchange(r => r.Table != BookmineSetup.Payment)));
        foreach (var row in till.Rows.Values.Where(r => r.Key.Guid == sale || (r.Table.Ordinal("document_id") >= 0 && r.GuidOrNull("document_id") == sale)))
        {
            var copied = row.Copy();
            if (row.Table == BookmineSetup.Document)
            {
                (copied["till"], copied["docket"]) = (other.Known.Id, FirstDocket(shop, other));
            }
            other.Put(copied);
        }
        Assert.Equal((0, 1), Counts(other.Exchange(r => r.Table != BookmineSetup.Payment)));
        Assert.Equal((1, 0), Counts(other.Exchange()));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM quarantine WHERE state = 'quarantined' AND till = @till", till.Known.Id));
    }

    [Fact]
    public async Task The_first_sales_of_a_month_come_back_as_rows()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        shop.Clock.Advance(TimeSpan.FromDays(30));
        var sale = till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        till.Exchange();
        Assert.True(till[BookmineSetup.Document, sale]["trans_id"] is long);
        AssertSame(shop, till);
    }

    [Fact]
    public async Task A_clock_in_doubt_puts_the_posting_off_and_loses_nothing()
    {
        await using var shop = await OpenShopAsync();
        var till = Enrol(shop);
        till.Exchange();
        var sale = till.Sell(FirstDocket(shop, till), StockOf(shop, Sales.Lighthouse), 1795);
        await shop.StopServerAsync();
        shop.Clock.Advance(TimeSpan.FromDays(400));
        await shop.StartServerAsync(timeKeeping: new Unsure());
        till = Reconnect(shop, till);
        Assert.ThrowsAny<Exception>(() => till.Exchange());
        Assert.Equal(0, shop.Number("SELECT count(*) FROM sync_inbox"));
        await shop.StopServerAsync();
        await shop.StartServerAsync();
        till = Reconnect(shop, till);
        till.Exchange();
        Assert.True(till[BookmineSetup.Document, sale]["trans_id"] is long);
    }

    private sealed class Unsure : Bookmine.Sync.Clocks.IMachineClock
    {
        public Bookmine.Sync.Clocks.MachineReading Read(long now) => new("here", 0, IsSynchronised: false, KeepsTime: false);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static (int Posted, int Quarantined) Counts(ForeignOutcome outcome) => (outcome.Posted, outcome.Quarantined);

    private static TinyTill Enrol(Shop shop, string name = "foreign", bool isTracking = true, Action<string>? told = null)
    {
        var enrolment = new Enrolment(shop.Database, shop.Clock, new SystemSecrets(), new EntityIds(shop.Clock));
        var reply = enrolment.Enrol(new EnrolmentCode(enrolment.NewCode(1, name, isForeign: true).Secret, "").ToString());
        told?.Invoke(reply.Secret);
        KnownTill Known() => shop.Get<TillRegister>().Prove(reply.Till, reply.Secret)!;
        var ids = new EntityIds(shop.Clock);
        return isTracking ? new TrackingTill(shop.Get<ForeignExchange>(), Known, shop.Clock, ids) : new StampingTill(shop.Get<ForeignExchange>(), Known, shop.Clock, ids);
    }

    /// <summary>The same till, after the server was started again.</summary>
    private static TinyTill Reconnect(Shop shop, TinyTill till)
    {
        till.Use(shop.Get<ForeignExchange>());
        return till;
    }

    private static ForeignExchange Hosted(Shop shop) => new(
        shop.Database, shop.Get<TillRegister>(), shop.Get<Bookmine.Sync.Orchestrators.ServerOrchestrator>(), shop.Get<Bookmine.Sync.Posting.QuarantineDesk>(),
        shop.Get<KeptQuota>(), shop.Clock);

    private static Guid StockOf(Shop shop, string isbn) => shop.Database.Reading(s => TableSql.Where(s, BookmineSetup.Stock, "isbn13 = @isbn", long.Parse(isbn, System.Globalization.CultureInfo.InvariantCulture)))[0].Key.Guid;

    private static long FirstDocket(Shop shop, TinyTill till) => shop.Number("SELECT min(first) FROM number_block WHERE till = @till", till.Known.Id);

    /// <summary>What the till holds is exactly what the server has for it.</summary>
    private static void AssertSame(Shop shop, TinyTill till)
    {
        var scope = shop.Get<TillRegister>().RecordOf(till.Known).Scope;
        foreach (var table in BookmineSetup.Instance.Tables.Where(t => !t.Bucket.IsOfServerOnly))
        {
            var here = shop.Database.Reading(s => TableSql.InOrder(s, table, null, 100_000)).Where(r => table.Bucket.Of(r) is { } bucket && scope.Contains(bucket)).ToDictionary(r => r.Key);
            var there = till.Rows.Where(r => r.Key.Table == table && table.Bucket.Of(r.Value) is not null).ToDictionary(r => r.Key.Key, r => r.Value);
            Assert.Equal(here.Keys.Order(RowKey.InOrder), there.Keys.Order(RowKey.InOrder));
            foreach (var (key, row) in here)
            {
                Assert.All(table.Columns, c => Assert.True(Equals(row[c], there[key][c]), $"{table.Name} {key} {c.Name}: {row[c]} here, {there[key][c]} there"));
            }
        }
    }
}
