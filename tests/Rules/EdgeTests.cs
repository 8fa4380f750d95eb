using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Tills;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Rules;

/// <summary>What happens at the edges of the rules.</summary>
public abstract class EdgeTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task What_was_dropped_is_told_by_the_next_report_when_the_line_breaks_after_the_posting()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        await till.EditStockAsync(new StockDraft { Isbn = Sales.Lighthouse, PriceCents = 1 });
        await using (var crash = new CrashingTill(shop, "front"))
        {
            crash.Channel.DieAfterPulls = 0;
            await Assert.ThrowsAsync<ServerAwayException>(crash.SynchroniseAsync);
            Assert.Equal(2, crash.Journal.Acknowledged);
        }
        var report = await shop.ResyncAsync("front");
        Assert.Equal((1, "price_cents", true), (report.Posted.Sales, report.Dropped[0].Field, report.Agree));
        Assert.False((await shop.ResyncAsync("front")).TellsAnything);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_edits_that_saw_the_same_and_come_at_once_one_is_made_and_the_others_are_told(bool isOfHolding)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var edits = new LiveEdits(shop.Database, shop.Clock);
        var ids = new EntityIds(shop.Clock);
        for (var round = 0; round < 10; round++)
        {
            // A record of which no branch has a price yet, so that the edit of the price makes the holding.
            var id = ids.Next();
            shop.Write("INSERT INTO stock (id, code, title) VALUES (@id, @code, 'Old')", id, $"code {round}");
            var table = isOfHolding ? BookmineSetup.Holding : BookmineSetup.Stock;
            RowChange Edit(int machine)
            {
                var (values, old) = (new Row(table), new Row(table));
                if (isOfHolding)
                {
                    (values["branch"], values["stock_id"], values["price_cents"]) = (1L, id, 100L + machine);
                    (old["branch"], old["stock_id"], old["price_cents"]) = (1L, id, null);
                }
                else
                {
                    (values["id"], values["title"]) = (id, $"New {machine}");
                    (old["id"], old["title"]) = (id, "Old");
                }
                return new RowChange(ChangeOp.Update, values, old);
            }
            var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(machine => Task.Run(() =>
                (machine, Reply: edits.Apply(1, 1, new ChangeGroup(ids.Next(), "stock-edit", null, 0, [Edit(machine)]))))));

            var made = Assert.Single(replies, r => r.Reply.Conflicts.Count == 0).machine;
            Assert.Equal(1, isOfHolding
                ? shop.Number("SELECT count(*) FROM holding WHERE stock_id = @id AND price_cents = @price", id, 100L + made)
                : shop.Number("SELECT count(*) FROM stock WHERE id = @id AND title = @title", id, $"New {made}"));
        }
    }

    [Fact]
    public async Task A_sale_of_a_hundred_and_twenty_lines_is_shown_and_refunded_whole()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(new SaleDraft
        {
            Lines = [.. Enumerable.Range(0, 120).Select(i => new LineDraft { Title = $"Card {i}", UnitPriceCents = 100 })],
            Payments = [new PaymentDraft { Method = "cash", AmountCents = 12_000 }],
        });
        await shop.ResyncAsync("front");
        Assert.Equal(120, Assert.IsType<FoundTransaction>(Assert.Single(await till.FindAsync("D100001"))).Transaction.Lines.Count);
        Assert.Equal(-12_000, (await till.RefundAsync("D100001", new RefundDraft())).Outcome.Entry!.Amount);
    }

    [Fact]
    public async Task Copies_refunded_one_by_one_give_back_exactly_what_was_paid()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var sale = Sales.Of(Sales.Lighthouse, 3, 334);
        (sale.Lines![0].DiscountCents, sale.Payments) = (2, [new PaymentDraft { Method = "cash", AmountCents = 1000 }]);
        await till.SellAsync(sale);
        var back = 0L;
        for (var i = 0; i < 3; i++)
        {
            back += (await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1)] })).Outcome.Entry!.Amount;
        }
        Assert.Equal(-1000, back);
        Assert.NotNull((await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1)] })).Outcome.Refused);
        await shop.ResyncAsync("front");
        Assert.Empty(shop.BookFaults());
        Assert.Equal(0, shop.Totals()[0].SalesCents + shop.Totals()[0].RefundsCents);
    }

    [Fact]
    public async Task A_line_named_twice_in_one_refund_counts_twice()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.SellAsync(Sales.Of(Sales.Lighthouse));
        var (outcome, _) = await till.RefundAsync("D100001", new RefundDraft { Lines = [new RefundLineDraft(1), new RefundLineDraft(1)] });
        Assert.Contains("cannot come back", outcome.Refused!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_docket_of_another_branch_that_was_refunded_there_is_not_refunded_again_with_the_server_at_hand()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.EnrolAsync("pier", branch: 2);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.OpenTill("front", true).RefundAsync("D100001", new RefundDraft());
        await shop.ResyncAsync("front");
        using var pier = shop.OpenTill("pier", false);
        await pier.SynchroniseAsync();
        Assert.Contains("nothing is left", (await pier.RefundAsync("D100001", new RefundDraft())).Outcome.Refused!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_till_whose_clock_is_years_off_is_posted_today_and_its_dates_are_listed_as_doubtful()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var dead = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using (var till = global::Bookmine.TillClient.Till.Open(shop.TillFolder("front"), true, dead))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
        }
        Assert.Equal(1, (await shop.ResyncAsync("front")).Posted.Sales);
        Assert.Equal("2026-11-02", Assert.Single(shop.Totals()).Day);
        Assert.Equal("doubtful date", shop.Text("SELECT kind FROM finding"));
    }

    [Theory]
    [InlineData(-500, 1)]
    [InlineData(500, -1)]
    [InlineData(1796, 1)]
    [InlineData(long.MinValue, 1)]
    public async Task A_discount_is_never_more_than_its_line_and_never_pays_out(long discount, long qty)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var sale = Sales.Of(Sales.Lighthouse, qty);
        sale.Lines![0].DiscountCents = discount;
        var (outcome, _) = await shop.OpenTill("front", true).SellAsync(sale);
        Assert.Contains("discount", outcome.Refused!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_program_sold_on_this_till_is_seen_also_after_a_sale_of_ones_own()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var (one, two) = (shop.OpenTill("front", true), shop.OpenTill("front", true));
        await one.SellAsync(Sales.Of(Sales.Lighthouse));
        await two.SellAsync(Sales.Of(Sales.Lighthouse));
        await one.SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.Equal(7, Assert.IsType<FoundStock>(Assert.Single(await one.FindAsync(Sales.Lighthouse))).OnHand);
        Assert.NotEmpty(await one.FindAsync("D100002"));
    }

    [Fact]
    public async Task An_older_till_still_posts_to_a_newer_server_and_downloads_nothing_until_it_is_renewed()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await using var crash = new CrashingTill(shop, "front");
        var hello = await crash.Channel.HelloAsync(new HelloRequest(1, BookmineSetup.SchemaVersion - 1, 1, 0, "", null, [], 0, 100_000, [], "", null), default);
        Assert.Equal((NextStep.Upgrade, null), (hello.Next, hello.Snapshot));
        Assert.Equal(1, (await crash.Channel.PushAsync(Guid.NewGuid(), crash.Journal.After(0, 10), "", default)).Acknowledged);
    }

    [Fact]
    public async Task A_feed_whose_head_was_left_behind_catches_up_at_the_next_hello()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Write("UPDATE sync_state SET head = head - 1");
        await shop.ResyncAsync("front");
        await shop.EnrolAsync("late");
        Replicas.AssertEqual(shop, "late");
    }

    [Theory]
    [InlineData("sync/hello", "{}")]
    [InlineData("sync/hello", """{"protocol":1,"schema":1,"last_n":0,"acknowledged":0,"chain":null,"epoch":null,"cursors":null,"provisioned_at":0,"numbers_left":1,"last_block":0}""")]
    [InlineData("sync/hello", """{"protocol":1,"schema":1,"last_n":0,"acknowledged":0,"chain":"","epoch":null,"cursors":{},"provisioned_at":0,"numbers_left":1,"blocks":[null],"last_chain":"","highest_number":0,"proof":null}""")]
    [InlineData("sync/pull", """{"epoch":null,"cursors":null}""")]
    [InlineData("sync/enrol", """{"code":null,"protocol":1,"schema":1}""")]
    [InlineData("shop/edit/01930000-0000-7000-8000-000000000001", """{"kind":"edit","by":null,"at":1,"rows":[{"table":"stock","op":"update","values":{"id":"ID","title":null}}]}""")]
    [InlineData("shop/edit/01930000-0000-7000-8000-000000000001", """{"kind":"edit","by":null,"at":1,"rows":[{"table":"holding","op":"update","values":{"branch":1,"stock_id":"ID","price_cents":-5},"old":{"branch":1,"stock_id":"ID","price_cents":1795}}]}""")]
    [InlineData("shop/edit/01930000-0000-7000-8000-000000000001", """{"kind":"email","by":null,"at":1,"rows":[{"table":"email","op":"insert","values":{"id":"ID","branch":1}}]}""")]
    [InlineData("shop/edit/01930000-0000-7000-8000-000000000001", """{"kind":"edit","by":null,"at":1,"rows":[{"table":"stock","op":"update","values":{"id":"01930000-0000-7000-8000-00000000dead","title":"x"}}]}""")]
    public async Task A_request_that_is_well_formed_and_wrong_is_answered_with_what_is_wrong(string path, string body)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        var id = shop.Database.Reading(s => global::Bookmine.Sync.Data.TableSql.Where(s, BookmineSetup.Stock, "isbn13 = 9780000000019")[0].Guid("id"));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", $"{identity.Till}:{identity.Secret}");
        using var content = new StringContent(body.Replace("ID", id.ToString(), StringComparison.Ordinal), Encoding.UTF8, "application/json");
        var reply = await http.PostAsync($"{shop.Url}/{path}", content);
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Equal("The Lighthouse Keeper", shop.Text("SELECT title FROM stock WHERE isbn13 = 9780000000019"));
    }

    [Fact]
    public async Task A_proof_that_is_no_hash_at_all_proves_nothing()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await using var till = new CrashingTill(shop, "front");
        var epoch = shop.Text("SELECT epoch FROM sync_state");
        var proof = new AnswerProof("not hexadecimal", new EntryResult(99, EntryState.Posted, 1, 1, [], null));
        var reply = await till.Channel.HelloAsync(HelloRequest.ForSnapshot(BookmineSetup.SchemaVersion) with { Proof = proof }, default);
        Assert.Equal(epoch, reply.Epoch);
    }

    [Fact]
    public async Task A_servers_clock_that_is_set_back_over_the_end_of_a_month_takes_no_transaction_from_the_tills()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Clock.Advance(TimeSpan.FromDays(29));
        using (var till = shop.OpenTill("front", false))
        {
            await till.SellAsync(Sales.Of(Sales.Lighthouse));
        }
        // A till enrolled when the server's clock says the month before again.
        await shop.StopServerAsync();
        await shop.StartServerAsync(new Microsoft.Extensions.Time.Testing.FakeTimeProvider(shop.Clock.GetUtcNow().AddDays(-3)));
        await shop.EnrolAsync("back");
        Assert.NotEmpty(await shop.OpenTill("back", true).FindAsync("D100001"));
    }

    [Theory]
    [InlineData(true, EntryState.Posted)]
    [InlineData(false, EntryState.Quarantined)]
    public async Task A_push_proves_that_its_numbers_were_leased_to_a_server_whose_records_are_older(bool proved, EntryState state)
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        shop.Write("DELETE FROM number_block");
        shop.Write("INSERT INTO number_block (first, last, till, branch, till_name) VALUES (900001, 900002, 1, 1, 'front')");
        await using var till = new CrashingTill(shop, "front");
        var proofs = proved ? BlockProofs.Write(till.Journal.Blocks(), [100_001]) : "1-2-forged nonsense";
        var reply = await till.Channel.PushAsync(Guid.NewGuid(), till.Journal.After(0, 10), proofs, default);
        Assert.Equal(state, Assert.Single(reply.Results).State);
    }
}
