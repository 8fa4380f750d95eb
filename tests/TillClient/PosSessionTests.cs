using Bookmine.Schema;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.TillClient;
using Bookmine.TillClient.Screens;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.TillClient;

/// <summary>The POS screen's session: what is entered, and the picture that follows.</summary>
public sealed class PosSessionTests
{
    [Fact]
    public async Task A_sale_is_rung_up_paid_with_change_and_its_docket_shown()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync("3*9780000000019", Sales.Garden, "/pay", "card 20", "50");
        Assert.Contains("D100001  66.35   CHANGE 3.65", picture.Message, StringComparison.Ordinal);
        Assert.Contains("1 unposted 66.35", picture.Status, StringComparison.Ordinal);
        var docket = string.Join('\n', (await pos.TypeAsync("/docket")).Body);
        Assert.Contains("3 x 17.95", docket, StringComparison.Ordinal);
        Assert.Contains("* D100001 *", docket, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quantity_alone_counts_for_the_next_scan_only()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync("4*", Sales.Lighthouse, Sales.Garden);
        Assert.Contains("5 copies   TOTAL 84.30", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_with_several_matches_open_a_choice_and_a_scan_there_is_a_scan()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Equal("Which", (await pos.TypeAsync("calder")).Prompt);
        Assert.StartsWith("     Title", pos.Session.Picture.Heading, StringComparison.Ordinal);
        Assert.Contains("TOTAL 24.00", (await pos.TypeAsync("1")).Total, StringComparison.Ordinal);
        await pos.TypeAsync("calder");
        Assert.Contains("TOTAL 41.95", (await pos.TypeAsync(Sales.Lighthouse)).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_while_paying_is_rung_up_and_once_money_is_taken_it_waits_for_the_next_sale()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync(Sales.Lighthouse, "/pay", Sales.Garden);
        Assert.Equal("Find", picture.Prompt);
        Assert.Contains("TOTAL 30.45", picture.Total, StringComparison.Ordinal);
        picture = await pos.TypeAsync("/pay", "10", Sales.Garden);
        Assert.Contains("1 scanned, waiting", picture.Message, StringComparison.Ordinal);
        Assert.Contains("STILL 20.45", picture.Total, StringComparison.Ordinal);
        picture = await pos.TypeAsync("");
        Assert.Contains("unposted 30.45", picture.Status, StringComparison.Ordinal);
        Assert.Contains("1 copy   TOTAL 12.50", picture.Total, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/price 1")]
    [InlineData("/new", "A map")]
    [InlineData("/line", "1")]
    [InlineData("/line", "2")]
    [InlineData("/other", "1")]
    public async Task A_scan_in_the_middle_of_a_question_becomes_neither_amount_nor_quantity(params string[] before)
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync([Sales.Lighthouse, .. before]);
        await pos.TypeAsync(Sales.Garden);
        for (var i = 0; i < 3; i++)
        {
            await pos.BackAndTypeAsync();
        }
        Assert.Contains("2 copies   TOTAL 30.45", pos.Session.Picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_no_person_types_so_fast_is_a_scan_too()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/line", "2");
        pos.Session.Enter("4711000", isFast: true);
        Assert.Contains("waiting", (await pos.TypeAsync()).Message, StringComparison.Ordinal);
        Assert.Contains("4711000", (await pos.BackAndTypeAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_number_is_made_a_record_on_the_spot_and_rung_up_and_found_again()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync("9780306406157", "Sonnets", "9.50", "poetry");
        Assert.Contains("1 copy   TOTAL 9.50", picture.Total, StringComparison.Ordinal);
        Assert.Contains("TOTAL 19.00", (await pos.TypeAsync("9780306406157")).Total, StringComparison.Ordinal);
        picture = await pos.TypeAsync("/new", "A postcard", "0.80", "");
        Assert.Contains("TOTAL 19.80", picture.Total, StringComparison.Ordinal);
        Assert.StartsWith("20", picture.Message, StringComparison.Ordinal);
        Assert.Contains("No record was made", (await pos.TypeAsync("9780306406188", "Half a") is { } ? await pos.BackAndTypeAsync()
            : picture).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_made_on_the_spot_was_on_the_shelf_and_only_more_of_it_is_oversold()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("3*9780306406157", "Sonnets", "9.50", "", "/pay", "", "/new", "A postcard", "0.80", "", "/pay", "");
        Assert.Empty((await pos.Shop.ResyncAsync("front")).Exceptions);
        await pos.TypeAsync("9780306406157", "/pay", "");
        Assert.Contains("Sonnets: on hand -1", Assert.Single((await pos.Shop.ResyncAsync("front")).Exceptions).Text, StringComparison.Ordinal);
        Assert.Empty(pos.Shop.BookFaults());
    }

    [Fact]
    public async Task A_sale_is_held_while_another_is_sold_and_taken_up_again()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/hold", Sales.Garden, "/pay", "");
        Assert.Contains("1 held", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.Contains("A sale is open", (await pos.TypeAsync(Sales.Garden, "/quit")).Message, StringComparison.Ordinal);
        await pos.TypeAsync("/hold", "/hold");
        Assert.Equal("Which sale", pos.Session.Picture.Prompt);
        Assert.Contains("TOTAL 17.95", (await pos.TypeAsync("1")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_ends_in_the_middle_of_a_sale_takes_it_up_again_with_its_money_and_the_held_ones()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Garden, "/hold", "/contact finch", Sales.Lighthouse, "/disc 1 1.00", "/pay", "card 10");
        await pos.BeginAgainAsync();
        Assert.Contains("is here again", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.Contains("TOTAL 16.95   paid 10.00   STILL 6.95", pos.Session.Picture.Total, StringComparison.Ordinal);
        var picture = await pos.TypeAsync("/pay", "");
        Assert.Contains("unposted 16.95", picture.Status, StringComparison.Ordinal);
        Assert.Contains("1 held", picture.Total, StringComparison.Ordinal);
        await pos.TypeAsync("/hold", "/pay", "");
        await pos.BeginAgainAsync();
        Assert.Contains("0 copies   TOTAL 0.00", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.Equal("", pos.Session.Picture.Message);
    }

    [Theory]
    [InlineData(false, "/pay", "")]
    [InlineData(true, "/pay", "")]
    [InlineData(false, "/other", "layby", "5", "")]
    public async Task A_power_cut_in_the_second_after_a_sale_does_not_bring_it_back_as_open(bool isClockSetBack, params string[] sealing)
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/contact finch", Sales.Lighthouse);
        await Task.Delay(1_500);
        await pos.Session.SettleAsync();
        var kept = await File.ReadAllBytesAsync(Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json"));
        pos.Shop.Clock.AdjustTime(pos.Shop.Clock.GetUtcNow().AddHours(isClockSetBack ? -1 : 0));
        Assert.Contains("D100001", (await pos.TypeAsync(sealing)).Message, StringComparison.Ordinal);
        await pos.BeginAgainAsync(() => File.WriteAllBytes(Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json"), kept));
        Assert.Contains("0 copies   TOTAL 0.00", pos.Session.Picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_power_cut_in_the_second_after_a_voucher_calls_its_money_not_unsealed()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/other", "gift voucher", "25", "", "card 10");
        var kept = await File.ReadAllBytesAsync(Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json"));
        await pos.TypeAsync("card");
        await pos.BeginAgainAsync(() => File.WriteAllBytes(Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json"), kept));
        Assert.Contains("F7 shows whether it was sealed", pos.Session.Picture.Message, StringComparison.Ordinal);
        await pos.Shop.ResyncAsync("front");
        Assert.Equal(0, pos.Shop.Number("SELECT count(*) FROM till_event"));
    }

    [Fact]
    public async Task A_sale_is_linked_to_a_contact_or_to_a_new_one()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Contains("Rosa Finch", (await pos.TypeAsync("/contact finch")).Total, StringComparison.Ordinal);
        Assert.DoesNotContain("Rosa", (await pos.TypeAsync("/contact", "")).Total, StringComparison.Ordinal);
        Assert.Contains("Ned Owl", (await pos.TypeAsync("/newcontact", "Ned Owl", "0200", "")).Total, StringComparison.Ordinal);
        Assert.Contains("Nothing goes with", (await pos.TypeAsync("/contact xyzzy")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discounts_are_amounts_or_shares_of_a_line_or_of_the_whole_and_never_more_than_it()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, Sales.Garden);
        Assert.Contains("TOTAL 28.65", (await pos.TypeAsync("/disc 1 10%")).Total, StringComparison.Ordinal);
        var picture = await pos.TypeAsync("/disc all 5");
        Assert.Contains("less 5.00   2 copies   TOTAL 23.65", picture.Total, StringComparison.Ordinal);
        Assert.EndsWith("16.15", picture.Body[0], StringComparison.Ordinal);
        Assert.Contains("less 10%: 2.87   2 copies   TOTAL 25.78", (await pos.TypeAsync("/disc all 10%")).Total, StringComparison.Ordinal);
        Assert.Contains("more than", (await pos.TypeAsync("/disc all 100")).Message, StringComparison.Ordinal);
        Assert.Contains("no discount", (await pos.TypeAsync("/disc 1 x%")).Message, StringComparison.Ordinal);
        Assert.Contains("less 10%: 5.37   4 copies   TOTAL 48.28", (await pos.TypeAsync("/qty 2 3")).Total, StringComparison.Ordinal);
        Assert.Contains("TOTAL 51.25", (await pos.TypeAsync("/disc all 0", "/disc 2 0", "/disc 1 4.20")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_discount_on_the_whole_follows_the_sale_outlives_the_program_and_is_shared_out_to_the_cent()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/line", "5", "33.3%", Sales.Garden, Sales.Garden);
        await pos.BeginAgainAsync();
        Assert.Contains("less 33.3%: 14.30   3 copies   TOTAL 28.65", pos.Session.Picture.Total, StringComparison.Ordinal);
        var docket = (await pos.TypeAsync("/pay", "", "/docket")).Body;
        Assert.Contains(docket, l => l.StartsWith("TOTAL", StringComparison.Ordinal) && l.EndsWith("28.65", StringComparison.Ordinal));
        // Whoever reads it sees what is off the whole, and no cents of it at each line.
        Assert.EndsWith(" -14.30", Assert.Single(docket, l => l.Contains("Discount", StringComparison.Ordinal)), StringComparison.Ordinal);
        await pos.BeginAgainAsync(disconnected: false);
        Assert.Equal((1_430, 598), (pos.Shop.Number("SELECT sum(discount_cents) FROM document_line"),
            pos.Shop.Number("SELECT min(discount_cents) FROM document_line")));
        Assert.Empty(pos.Shop.BookFaults());
    }

    [Fact]
    public async Task The_marked_line_is_changed_and_removed_by_keys_alone()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, Sales.Garden);
        pos.Session.Move(-1);
        Assert.Contains("TOTAL 66.35", (await pos.TypeAsync("/line", "1", "3")).Total, StringComparison.Ordinal);
        Assert.Contains("TOTAL 42.50", (await pos.TypeAsync("/line", "2", "10")).Total, StringComparison.Ordinal);
        Assert.Contains("TOTAL 12.50", (await pos.TypeAsync("/line", "4")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_that_was_taken_is_given_back_before_a_sale_is_left()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "card 10");
        Assert.Contains("Has 10.00 card been given back?", (await pos.BackAndTypeAsync()).Prompt, StringComparison.Ordinal);
        Assert.StartsWith("Pay 7.95", (await pos.TypeAsync("no")).Prompt, StringComparison.Ordinal);
        await pos.BackAndTypeAsync("yes");
        Assert.Contains("was given back", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.Contains("unposted 17.95", (await pos.TypeAsync("/pay", "")).Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_key_pays_with_a_note_or_another_method()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay");
        Assert.Contains("  cash 20.00", pos.Session.Picture.Body);
        pos.Session.Move(1);
        Assert.Contains("CHANGE 2.05", (await pos.TypeAsync("")).Message, StringComparison.Ordinal);
        await pos.TypeAsync(Sales.Lighthouse, "/pay");
        pos.Session.Move(pos.Session.Picture.Body.ToList().IndexOf("  card"));
        Assert.StartsWith("D100002  17.95   (F7", (await pos.TypeAsync("")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goods_come_back_without_their_docket_against_what_is_bought()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/other", "2", "garden", "1", "");
        Assert.Contains("TOTAL 5.45", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.Contains("unposted 5.45", (await pos.TypeAsync("/pay", "")).Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_drawer_is_read_counted_and_begun_afresh_without_the_server()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/other", "8", "100", "float");
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "20", Sales.Garden, "/pay", "card");
        await pos.TypeAsync("/other", "9", "12", "window cleaner", "/other", "10", "change for a customer");
        // Its own tender, the card, comes first; this one goes back in cash.
        await pos.TypeAsync("/refund D100003", "1", "", "1", "2", "yes");
        var x = (await pos.TypeAsync("/other", "11")).Body;
        Assert.Contains(x, l => l.Contains("X READING", StringComparison.Ordinal));
        Assert.Contains(x, l => l.StartsWith("2 sales", StringComparison.Ordinal) && l.EndsWith("30.45", StringComparison.Ordinal));
        Assert.Contains(x, l => l.StartsWith("1 refund ", StringComparison.Ordinal) && l.EndsWith("-12.50", StringComparison.Ordinal));
        Assert.Contains(x, l => l.StartsWith("cash that should be there", StringComparison.Ordinal) && l.EndsWith("93.45", StringComparison.Ordinal));
        Assert.Contains(x, l => l.StartsWith("no-sale", StringComparison.Ordinal) && l.EndsWith('1'));
        Assert.Contains("0.05 SHORT", (await pos.BackAndTypeAsync("/other", "12", "93.40")).Prompt, StringComparison.Ordinal);
        Assert.Contains("next float", (await pos.TypeAsync("yes")).Prompt, StringComparison.Ordinal);
        var z = (await pos.TypeAsync("50")).Body;
        Assert.Contains(z, l => l.Contains("Z READING 1", StringComparison.Ordinal));
        Assert.Contains(z, l => l.StartsWith("  tax at 10% of 17.95", StringComparison.Ordinal) && l.EndsWith("1.63", StringComparison.Ordinal));
        Assert.Contains(z, l => l.StartsWith("taken out", StringComparison.Ordinal) && l.EndsWith("43.40", StringComparison.Ordinal));
        Assert.Contains(z, l => l.StartsWith("SHORT", StringComparison.Ordinal) && l.EndsWith("0.05", StringComparison.Ordinal));
        Assert.Contains((await pos.BackAndTypeAsync("/other", "11")).Body, l => l.StartsWith("0 sales", StringComparison.Ordinal));
        // The next one begins with what was left, is counted by notes and coins, and what came back without a docket is a refund in it.
        await pos.BackAndTypeAsync("/other", "2", Sales.Lighthouse, "1", "5", "/pay", "cash");
        Assert.Contains("“two twenties” is no count", (await pos.TypeAsync("/other", "12", "two twenties")).Message, StringComparison.Ordinal);
        z = (await pos.TypeAsync("2x20 1x2 6x0.5", "")).Body;
        Assert.Contains(z, l => l.Contains("Z READING 2", StringComparison.Ordinal));
        Assert.Contains(z, l => l.StartsWith("0 sales", StringComparison.Ordinal) && l.EndsWith(" 0.00", StringComparison.Ordinal));
        Assert.Contains(z, l => l.StartsWith("1 refund ", StringComparison.Ordinal) && l.EndsWith("-5.00", StringComparison.Ordinal));
        Assert.Contains(z, l => l.StartsWith("  2 x 20.00", StringComparison.Ordinal) && l.EndsWith("40.00", StringComparison.Ordinal));
        Assert.Contains(z, l => l.StartsWith("exact", StringComparison.Ordinal));
        await pos.BackAndTypeAsync();
        await pos.BeginAgainAsync(disconnected: false);
        Assert.Equal(1, pos.Shop.Number("SELECT count(*) FROM finding WHERE kind = 'return without original'"));
        var day = pos.Shop.Database.Reading(s => Takings.Of(s, 1, 20261102, pos.Shop.Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        Assert.Equal((3045, -1250 - 500), (day.Posted.SalesCents, day.Posted.RefundsCents));
        Assert.Equal((3045, -1250 - 500), (day.ByTill.Single().SalesCents, day.ByOperator.Single().RefundsCents));
        Assert.Equal([(1L, 5000L, 0), (2L, 0L, 3)], day.Drawers.Select(d => (d.Figures!.Number, d.Figures.LeftCents, d.Figures.Denominations.Count)));
        Assert.Equal(-1750, pos.Shop.Database.Reading(s => SalesReports.Acts(s, [1], 20261102, 20261102)).Sum(a => a.RefundedCents));
    }

    [Fact]
    public async Task What_was_done_to_a_sale_before_it_was_sold_is_on_record_and_posted()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada"]);
        await pos.TypeAsync("/op", "1", "1234", Sales.Lighthouse, Sales.Garden, "/del 2", "/price 1 10", "/pay", "");
        await pos.TypeAsync(Sales.Garden, "/clear", "/other", "10", "looked for a pen");
        await pos.Shop.ResyncAsync("front");
        Assert.Equal(
            ["line removed|1 x A Winter Garden|1250|ada", "price override|D100001: The Lighthouse Keeper, 17.95 sold at 10.00|-795|ada",
                "sale dropped|1 copy|1250|ada", "no-sale|looked for a pen|0|ada"],
            pos.Shop.Database.Reading(s =>
            {
                var rows = new List<string>();
                using var reader = s.Query("SELECT kind || '|' || text || '|' || amount_cents || '|' || operator FROM till_event ORDER BY rowid");
                while (reader.Read())
                {
                    rows.Add(reader.GetString(0));
                }
                return rows;
            }));
        Assert.Empty(pos.Shop.BookFaults());
    }

    [Fact]
    public async Task Money_paid_in_and_out_and_deposits_are_in_the_methods_of_a_day_and_in_no_sales()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/other", "8", "100", "float", "/other", "9", "12", "window cleaner", "/other", "3", "finch", "50", "2");
        await pos.TypeAsync("/contact finch", Sales.Lighthouse, "/pay", "credit");
        await pos.Shop.ResyncAsync("front");
        var day = Assert.Single(pos.Shop.Totals());
        Assert.Equal((1, 1795, 0, 13_800), (day.Documents, day.SalesCents, day.RefundsCents, day.OtherCents));
        Assert.Equal((8_800, 5_000, 1_795), (day.ByMethod["cash"], day.ByMethod["card"], day.ByMethod["credit"]));
        Assert.Equal(3_205, pos.Shop.Number("SELECT sum(amount_cents) FROM credit"));
        Assert.Equal((0, 0), (pos.Shop.Number("SELECT count(*) FROM quarantine"),
            pos.Shop.Number("SELECT count(*) FROM stock_movement WHERE document_id IS NOT NULL AND stock_id IS NULL")));
        Assert.Empty(pos.Shop.BookFaults());
    }

    [Fact]
    public async Task An_edit_without_the_server_is_warned_of_dropped_and_made_again_from_the_report_with_one_key()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.StartsWith("Save it all the same?", (await pos.TypeAsync("/edit lighthouse", "2", "Ada Marsh-Lee")).Prompt, StringComparison.Ordinal);
        Assert.Contains(pos.Session.Picture.Body, l => l.Contains("Made while disconnected", StringComparison.Ordinal));
        Assert.Contains("drop", (await pos.TypeAsync("yes")).Message, StringComparison.Ordinal);
        Assert.Contains(pos.Session.Picture.Body, l => l.Contains("Ada Marsh-Lee", StringComparison.Ordinal));
        await pos.BackAndTypeAsync("/edit lighthouse", "8", "19.95", "yes");
        await pos.BackAndTypeAsync("/email finch", "Your order", "It is here.", "yes");
        await pos.BeginAgainAsync(disconnected: false);
        Assert.StartsWith("Report", pos.Session.Picture.Prompt, StringComparison.Ordinal);
        var report = string.Join(' ', pos.Session.Picture.Body.Select(l => l.Trim()));
        Assert.Contains("dropped: The Lighthouse Keeper, authors: “Ada Marsh-Lee” here", report, StringComparison.Ordinal);
        Assert.Contains("email to Rosa Finch “Your order", report, StringComparison.Ordinal);
        // Whatever becomes of the page, what was dropped is not forgotten; Esc and a scan just leave it.
        Assert.Equal("Find", (await pos.BackAndTypeAsync()).Prompt);
        var picture = await pos.TypeAsync("/again");
        Assert.StartsWith("Dropped: make one again", picture.Prompt, StringComparison.Ordinal);
        // A slip of the keys closes nothing, and an end of the program forgets nothing.
        Assert.Contains("“5” is none of these", (await pos.TypeAsync("5")).Message, StringComparison.Ordinal);
        await pos.BeginAgainAsync(disconnected: false);
        picture = await pos.TypeAsync("/again");
        Assert.Equal(
            ["  1  The Lighthouse Keeper, authors: “Ada Marsh-Lee” (here: “Ada Marsh”)",
                "  2  The Lighthouse Keeper, price: “19.95” (here: “17.95”)", "  3  Rosa Finch, email: “Your order / It is here.”"],
            picture.Body);
        await pos.TypeAsync("1");
        Assert.Equal("Find", (await pos.BackAndTypeAsync()).Prompt);
        Assert.Equal(2, (await pos.TypeAsync("/again")).Body.Count);
        await pos.TypeAsync("1", "1");
        Assert.Contains("Nothing that was dropped", (await pos.TypeAsync("/again")).Message, StringComparison.Ordinal);
        Assert.Equal("Find", pos.Session.Picture.Prompt);
        Assert.Equal("Ada Marsh-Lee", pos.Shop.Text("SELECT authors FROM stock WHERE isbn13 = 9780000000019"));
        Assert.Equal(1995, pos.Shop.Number(
            "SELECT price_cents FROM holding h JOIN stock s ON s.id = h.stock_id WHERE isbn13 = 9780000000019 AND branch = 1"));
        Assert.Equal("It is here.", pos.Shop.Text("SELECT body FROM email"));
    }

    [Fact]
    public async Task What_will_not_do_is_asked_again_and_a_choice_is_taken_by_its_words_too()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/line", "3", "150%");
        Assert.Contains("is no discount", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.Contains("TOTAL 15.95", (await pos.TypeAsync("2.00")).Total, StringComparison.Ordinal);
        Assert.Contains("0 copies", (await pos.TypeAsync("/line", "Remove it")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_amount_that_was_typed_too_late_links_no_contact()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Contains("linked", (await pos.TypeAsync("/newcontact", "Zoe Miller", "5550 123", "")).Message, StringComparison.Ordinal);
        await pos.TypeAsync("/clear");
        foreach (var amount in (string[])["5", "555"])
        {
            Assert.Contains("Nothing found", (await pos.TypeAsync(Sales.Lighthouse, amount)).Message, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("Zoe", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.Contains("Zoe", (await pos.TypeAsync("5550")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sale_that_was_open_when_the_program_ended_takes_no_money_before_somebody_signs_on()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada"]);
        await pos.TypeAsync(Sales.Lighthouse, "1", "1234");
        await pos.BeginAgainAsync();
        Assert.Contains("TOTAL 17.95", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.Equal("Who sells", (await pos.TypeAsync("/pay")).Prompt);
        Assert.StartsWith("Pay 17.95", (await pos.TypeAsync("ada", "1234")).Prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_signs_on_with_a_PIN_and_is_on_every_docket()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada", "tom"]);
        Assert.Equal("Who sells", (await pos.TypeAsync(Sales.Garden)).Prompt);
        Assert.Contains("Nobody has signed on", (await pos.BackAndTypeAsync()).Message, StringComparison.Ordinal);
        Assert.Equal("Who sells", (await pos.TypeAsync("/op")).Prompt);
        var picture = await pos.TypeAsync("2");
        Assert.True(picture.IsSecret);
        Assert.Contains("not the PIN", (await pos.TypeAsync("9999")).Message, StringComparison.Ordinal);
        Assert.Contains("tom sells now", (await pos.TypeAsync("1234")).Message, StringComparison.Ordinal);
        Assert.EndsWith(" · tom", pos.Session.Picture.Status, StringComparison.Ordinal);
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "");
        Assert.Contains(pos.Session.Picture.Body.Concat((await pos.TypeAsync("/docket")).Body), l => l.Contains("served by tom", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_branch_wants_a_supervisor_for_is_done_with_her_PIN_and_on_record()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada", "tom", "mara"], supervised: "price discount:1000 no-sale");
        await pos.TypeAsync("ada", "1234", Sales.Lighthouse);
        // A tenth is anybody's to give.
        Assert.EndsWith("TOTAL 16.15", (await pos.TypeAsync("/disc 1 10%")).Total, StringComparison.Ordinal);
        Assert.StartsWith("Supervisor mara's PIN", (await pos.TypeAsync("/disc 1 11%")).Prompt, StringComparison.Ordinal);
        Assert.Contains("a supervisor has not agreed", (await pos.BackAndTypeAsync()).Message, StringComparison.Ordinal);
        Assert.EndsWith("TOTAL 16.15", pos.Session.Picture.Total, StringComparison.Ordinal);
        await pos.TypeAsync("/price 1 5.00", "9999");
        Assert.Contains("not the PIN", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.EndsWith("TOTAL 4.50", (await pos.TypeAsync("1234")).Total, StringComparison.Ordinal);
        await pos.TypeAsync("/drawer change", "1234");
        Assert.Contains("No-sale", pos.Session.Picture.Message, StringComparison.Ordinal);
        await pos.TypeAsync("/pay", "");

        // A supervisor's own acts want nobody else.
        await pos.TypeAsync("/op", "2", "1234", Sales.Garden, "/price 1 1.00");
        Assert.EndsWith("TOTAL 1.00", pos.Session.Picture.Total, StringComparison.Ordinal);

        await pos.Shop.ResyncAsync("front");
        Assert.Equal(["no-sale: change, by mara", "price: The Lighthouse Keeper, by mara"],
            pos.Shop.Texts("SELECT text FROM till_event WHERE kind = 'authorised' ORDER BY text"));
        Assert.Equal(2, pos.Shop.Number("SELECT count(*) FROM till_event WHERE kind = 'authorised' AND operator = 'ada'"));
    }

    [Fact]
    public async Task Guessing_a_PIN_takes_longer_each_time_and_goes_on_record()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada"]);
        await pos.TypeAsync("ada", "1111", "2222", "3333");
        Assert.Contains("Wait 2 seconds", (await pos.TypeAsync("1234")).Message, StringComparison.Ordinal);
        pos.Shop.Clock.Advance(TimeSpan.FromSeconds(3));
        await pos.TypeAsync("4444");
        Assert.Contains("Wait 4 seconds", (await pos.TypeAsync("1234")).Message, StringComparison.Ordinal);
        pos.Shop.Clock.Advance(TimeSpan.FromSeconds(5));
        await pos.TypeAsync("5555");
        pos.Shop.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("ada sells now", (await pos.TypeAsync("1234")).Message, StringComparison.Ordinal);
        await pos.Shop.ResyncAsync("front");
        Assert.Equal(["ada, 5 times"], pos.Shop.Texts("SELECT text FROM till_event WHERE kind = 'wrong pin'"));
    }

    [Fact]
    public async Task A_shop_whose_last_operator_is_disabled_sells_under_a_name_that_is_typed_and_the_manager_is_told()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada"]);
        pos.Shop.Get<Operators>().Disable(Actor.AtTheMachine(), "ada");
        await pos.Shop.ResyncAsync("front");
        await pos.BeginAgainAsync();
        Assert.StartsWith("Who sells: your name", (await pos.TypeAsync(Sales.Lighthouse)).Prompt, StringComparison.Ordinal);
        await pos.TypeAsync("Zoe", "/pay", "");
        await pos.Shop.ResyncAsync("front");
        Assert.Equal("Zoe", pos.Shop.Text("SELECT operator FROM document"));
        Assert.Equal(["nobody signed on"], pos.Shop.Texts("SELECT kind FROM finding"));
    }

    [Fact]
    public async Task An_operator_changes_her_PIN_at_a_till_and_the_old_one_is_worth_nothing_at_any()
    {
        await using var pos = await Counter.OpenAsync(disconnected: false, operators: ["ada"]);
        Assert.Contains("Sign on first", (await pos.TypeAsync("/pin")).Message, StringComparison.Ordinal);
        await pos.TypeAsync("ada", "1234", "/pin", "9999", "4711", "4711");
        Assert.Contains("not the PIN", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.Contains("PIN is changed", (await pos.TypeAsync("/pin", "1234", "4711", "4711")).Message, StringComparison.Ordinal);
        await pos.Shop.ResyncAsync("front");
        var records = pos.Shop.OpenTill("front", true).Records;
        Assert.True(records.IsPinOf("ada", "4711"));
        Assert.False(records.IsPinOf("ada", "1234"));
        Assert.Equal(["operator add", "operator change pin", "operator change pin", "till enrol"],
            pos.Shop.Texts("SELECT deed FROM audit WHERE deed NOT LIKE 'import%' ORDER BY deed"));
        Assert.DoesNotContain(pos.Shop.Texts("SELECT coalesce(detail, '') FROM audit"), d => d.Contains("4711", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Card_gives_no_change_and_a_typed_slip_says_what_to_type()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Contains("no change", (await pos.TypeAsync(Sales.Lighthouse, "/pay", "card 50")).Message, StringComparison.Ordinal);
        // Cash, card and cheque begin with it.
        Assert.Contains("“c” is no way to pay 17.95", (await pos.TypeAsync("c")).Message, StringComparison.Ordinal);
        Assert.Contains("no command", (await pos.TypeAsync("/pya")).Message, StringComparison.Ordinal);
        Assert.Contains("Nothing found", (await pos.BackAndTypeAsync("xyzzy")).Message, StringComparison.Ordinal);
        Assert.Contains("A sale is open", (await pos.TypeAsync("/quit")).Message, StringComparison.Ordinal);
        Assert.False(pos.HasQuit);
    }

    [Fact]
    public async Task Price_discount_and_removal_change_the_line_they_name()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync(Sales.Lighthouse, Sales.Garden, "/price 1 10.00", "/disc 2 0.50", "/del 1");
        Assert.Contains("1 copy   TOTAL 12.00", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_thousand_scans_in_a_burst_are_all_rung_up()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync([.. Enumerable.Repeat(Sales.Lighthouse, 5_000)]);
        Assert.Contains("5000 copies", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_in_normal_mode_posts_shows_the_report_and_a_sale_then_has_its_TransID()
    {
        await using var pos = await Counter.OpenAsync(unposted: 2, disconnected: false);
        Assert.Contains("  Both sides agree.", pos.Session.Picture.Body);
        Assert.Contains("  D100002 -> 546790", pos.Session.Picture.Body);
        Assert.StartsWith("NORMAL · all posted", pos.Session.Picture.Status, StringComparison.Ordinal);
        Assert.StartsWith("546791", (await pos.BackAndTypeAsync(Sales.Lighthouse, "/pay", "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_docket_is_found_by_its_D_number_and_refunded()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "");
        Assert.Contains(pos.Session.Picture.Status, (await pos.TypeAsync("D100001")).Status, StringComparison.Ordinal);
        Assert.Contains(pos.Session.Picture.Body, l => l.Contains("17.95", StringComparison.Ordinal));
        Assert.Equal("What comes back", (await pos.BackAndTypeAsync("/refund D100001")).Prompt);
        Assert.StartsWith("Refund all of it: 17.95 as cash", (await pos.TypeAsync("", "1")).Prompt, StringComparison.Ordinal);
        Assert.Contains("Nothing was refunded", (await pos.TypeAsync("no")).Message, StringComparison.Ordinal);
        // Enter at the last question is its yes.
        Assert.Contains("refunded 10.00 as card", (await pos.TypeAsync("/refund D100001 1", "10", "2", "2", "")).Message, StringComparison.Ordinal);
        Assert.Contains("nothing is left", (await pos.TypeAsync("/refund D100001")).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_journal_put_back_from_a_copy_is_said_and_nothing_is_sold_on_it()
    {
        await using var pos = await Counter.OpenAsync();
        var journal = Path.Combine(pos.Shop.TillFolder("front"), "journal.db");
        File.Copy(journal, journal + ".copy");
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "");
        await pos.BeginAgainAsync(() =>
        {
            foreach (var end in (string[])["-wal", "-shm"])
            {
                File.Delete(journal + end);
            }
            File.Move(journal + ".copy", journal, overwrite: true);
        });
        var picture = await pos.TypeAsync(Sales.Lighthouse);
        Assert.StartsWith("NOT SELLING · DISCONNECTED", picture.Status, StringComparison.Ordinal);
        Assert.Contains("lost its end or is an old copy", picture.Message, StringComparison.Ordinal);
        Assert.True(picture.IsAlarm);
        Assert.Contains("0 copies", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_till_that_cannot_sell_is_left_with_its_open_sale_kept()
    {
        await using var pos = await Counter.OpenAsync();
        var journal = Path.Combine(pos.Shop.TillFolder("front"), "journal.db");
        File.Copy(journal, journal + ".copy");
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "", Sales.Garden);
        Assert.Contains("A sale is open", (await pos.TypeAsync("/quit")).Message, StringComparison.Ordinal);
        await pos.BeginAgainAsync(() =>
        {
            foreach (var end in (string[])["-wal", "-shm"])
            {
                File.Delete(journal + end);
            }
            File.Move(journal + ".copy", journal, overwrite: true);
        });
        Assert.Contains("1 copy   TOTAL 12.50", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.False(pos.HasQuit);
        await pos.TypeAsync("/quit");
        Assert.True(pos.HasQuit);
    }

    [Fact]
    public async Task The_change_due_stays_on_the_screen_while_the_server_does_not_answer()
    {
        await using var pos = await Counter.OpenAsync(disconnected: false);
        await pos.Shop.StopServerAsync();
        var paid = (await pos.TypeAsync(Sales.Lighthouse, "/pay", "20")).Message;
        Assert.Contains("CHANGE 2.05", paid, StringComparison.Ordinal);
        for (var minute = 0; minute < 5; minute++)
        {
            pos.Shop.Clock.Advance(TimeSpan.FromMinutes(1));
            // The screen looks once a second whether a synchronisation is due.
            await Task.Delay(1_100);
            await pos.Session.SettleAsync();
            Assert.Equal(paid, pos.Session.Picture.Message);
        }
        Assert.StartsWith("SERVER AWAY", pos.Session.Picture.Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resynchronisation_is_put_off_with_Esc_and_the_till_sells()
    {
        await using var pos = await Counter.OpenAsync(unposted: 3);
        await pos.Shop.StopServerAsync();
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, new Uri(pos.Shop.Url).Port);
        listener.Start();
        await pos.BeginAgainAsync(disconnected: false, settles: false);
        for (var i = 0; i < 200 && !pos.Session.Picture.Body.Any(l => l.Contains("sell now, post later", StringComparison.Ordinal)); i++)
        {
            await Task.Delay(25);
        }
        Assert.Contains(pos.Session.Picture.Body, l => l.Contains("Calling the server", StringComparison.Ordinal));
        var picture = await pos.BackAndTypeAsync();
        Assert.Contains("Sell now, post later: 3 unposted", picture.Message, StringComparison.Ordinal);
        picture = await pos.TypeAsync(Sales.Lighthouse, "/pay", "");
        Assert.Contains("4 unposted", picture.Status, StringComparison.Ordinal);
        listener.Stop();
    }

    [Fact]
    public async Task What_was_scanned_and_not_rung_up_yet_outlives_the_program()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada"]);
        Assert.Contains("1 scanned, waiting", (await pos.TypeAsync(Sales.Garden, Sales.Lighthouse)).Message, StringComparison.Ordinal);
        await pos.BeginAgainAsync();
        Assert.Equal("Who sells", pos.Session.Picture.Prompt);
        Assert.Contains("2 copies   TOTAL 30.45", (await pos.TypeAsync("1", "1234")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaving_the_sign_on_gives_up_all_that_was_scanned_before_it_and_says_so_once()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada"]);
        await pos.TypeAsync(Sales.Garden, Sales.Lighthouse, Sales.Garden);
        var picture = await pos.BackAndTypeAsync();
        Assert.Equal("Find", picture.Prompt);
        Assert.Equal($"Nobody has signed on, so {Sales.Garden} and 2 more are not rung up.", picture.Message);
    }

    [Fact]
    public async Task The_change_stays_in_view_until_the_next_payment_and_the_total_is_never_cut_off()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "20");
        Assert.StartsWith("last change 2.05   1 copy", (await pos.TypeAsync(Sales.Garden)).Total, StringComparison.Ordinal);
        Assert.DoesNotContain("change", (await pos.TypeAsync("/pay", "")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sale_for_which_money_is_taken_is_not_held_after_a_restart_either()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "card 10");
        await pos.BeginAgainAsync();
        Assert.StartsWith("Pay 7.95", pos.Session.Picture.Prompt, StringComparison.Ordinal);
        Assert.Contains("STILL 7.95", (await pos.TypeAsync(Sales.Garden)).Total, StringComparison.Ordinal);
        pos.Session.Press(PosCommand.Hold);
        Assert.StartsWith("First: Pay 7.95", (await pos.TypeAsync()).Message[(
            pos.Session.Picture.Message.IndexOf("First", StringComparison.Ordinal))..], StringComparison.Ordinal);
        Assert.Contains("1 copy   TOTAL 12.50", (await pos.TypeAsync("card")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_typed_wrong_is_asked_again_and_what_was_typed_right_is_kept()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Contains("no email address", (await pos.TypeAsync("/newcontact", "Ned Owl", "0200", "ned")).Message, StringComparison.Ordinal);
        Assert.Contains("Ned Owl", (await pos.TypeAsync("ned@owl.example")).Total, StringComparison.Ordinal);
        var picture = await pos.TypeAsync("/other", "1", "D999");
        Assert.StartsWith("Refund against docket", picture.Prompt, StringComparison.Ordinal);
        Assert.Contains("return without a docket", picture.Message, StringComparison.Ordinal);
        Assert.Contains("misread or mistyped", (await pos.BackAndTypeAsync("9780000000018")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_book_that_was_scanned_and_has_used_copies_is_chosen_before_anything_else()
    {
        await using var pos = await Counter.OpenAsync();
        pos.Shop.ImportStock($"isbn13,title,condition,price_cents,on_hand\n{Sales.Garden},A Winter Garden,worn,400,1\n");
        await pos.BeginAgainAsync(disconnected: false);
        Assert.Equal("Which", (await pos.TypeAsync(Sales.Garden)).Prompt);
        Assert.Contains("none of these", (await pos.TypeAsync("calder")).Message, StringComparison.Ordinal);
        Assert.Contains("1 scanned, waiting", (await pos.TypeAsync(Sales.Lighthouse)).Message, StringComparison.Ordinal);
        var picture = await pos.TypeAsync("2");
        Assert.Contains("2 copies", picture.Total, StringComparison.Ordinal);
        Assert.Contains(picture.Body, l => l.Contains("A Winter Garden (worn)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_is_told_to_end_keeps_what_was_scanned_in_its_last_second()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse);
        // The first is written at once; what comes right after it is not yet on the disk when the program is told to end.
        await pos.TypeAsync(Sales.Garden);
        await pos.BeginAgainAsync(atOnce: true);
        Assert.Contains("2 copies   TOTAL 30.45", pos.Session.Picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_sales_that_cannot_be_written_are_said_and_written_when_that_is_possible()
    {
        await using var pos = await Counter.OpenAsync();
        var file = Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json");
        Directory.CreateDirectory(file);
        await pos.TypeAsync(Sales.Lighthouse);
        for (var tries = 0; tries < 40 && !pos.Session.Picture.IsAlarm; tries++)
        {
            await Task.Delay(200);
        }
        Assert.True(pos.Session.Picture.IsAlarm, pos.Session.Picture.Message);
        Directory.Delete(file);
        await pos.BeginAgainAsync();
        Assert.Contains("1 copy   TOTAL 17.95", pos.Session.Picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_of_copies_is_for_the_very_next_entry_and_never_for_another_sale()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Contains("1 copy ", (await pos.TypeAsync(Sales.Garden, "3*", "/pay", "", Sales.Garden)).Total, StringComparison.Ordinal);
        Assert.Contains("2 copies", (await pos.TypeAsync("3*", "/docket", Sales.Garden)).Total, StringComparison.Ordinal);
        Assert.Contains("1 copy ", (await pos.TypeAsync("-2*", "/clear", Sales.Garden)).Total, StringComparison.Ordinal);
        await pos.TypeAsync("/clear", "2*", "calder", Sales.Lighthouse);
        Assert.Contains("1 copy ", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.Contains("5 copies", (await pos.TypeAsync("2*", "calder", "1", "2*" + Sales.Garden)).Total, StringComparison.Ordinal);
        Assert.Contains("will not do", (await pos.TypeAsync("0*")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_that_was_taken_is_on_the_disk_before_the_screen_shows_it_and_lines_soon_after()
    {
        await using var pos = await Counter.OpenAsync();
        var file = Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json");
        await pos.TypeAsync(Sales.Lighthouse, "/pay");
        pos.Session.Enter("card 10");
        for (var tries = 0; tries < 2_000 && !pos.Session.Picture.Total.Contains("STILL 7.95", StringComparison.Ordinal); tries++)
        {
            await Task.Delay(1);
        }
        Assert.Contains("\"card\"", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await pos.TypeAsync("card", Sales.Garden);
        await Task.Delay(700);
        Assert.Contains("1250", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await pos.TypeAsync("/clear");
        await pos.BeginAgainAsync(atOnce: true);
        Assert.Contains("0 copies", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task After_a_restart_the_last_docket_is_the_last_one_that_was_sold()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "20");
        await pos.BeginAgainAsync(atOnce: true);
        Assert.Contains((await pos.TypeAsync("/docket")).Body, l => l.Contains("D100001", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_paid_beside_the_sale_is_not_forgotten_for_a_scan_and_shows_its_own_total()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/other", "gift voucher");
        Assert.Contains("no card", (await pos.TypeAsync("25", "V100010")).Message, StringComparison.Ordinal);
        var picture = await pos.TypeAsync("", Sales.Garden);
        Assert.Contains("1 scanned, waiting", picture.Message, StringComparison.Ordinal);
        Assert.Contains("TOTAL 25.00   STILL 25.00", picture.Total, StringComparison.Ordinal);
        picture = await pos.TypeAsync("");
        Assert.Contains("2 copies   TOTAL 30.45", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_signs_on_and_half_a_number_rings_nothing_up()
    {
        await using var pos = await Counter.OpenAsync(operators: ["ada"]);
        Assert.Equal("ada's PIN", (await pos.TypeAsync("Ada")).Prompt);
        Assert.Contains("0 copies", (await pos.TypeAsync("1234")).Total, StringComparison.Ordinal);
        Assert.Equal("Which", (await pos.TypeAsync("fi")).Prompt);
        Assert.Contains("Rosa Finch", (await pos.TypeAsync("1")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_as_from_a_slip_of_the_keys_is_asked_about()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "99999");
        Assert.Contains("99981.05 change?", pos.Session.Picture.Prompt, StringComparison.Ordinal);
        Assert.StartsWith("Pay 17.95", (await pos.BackAndTypeAsync()).Prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refund_offers_what_can_still_come_back_and_says_at_once_what_can_not()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("2*" + Sales.Lighthouse, Sales.Garden, "/pay", "card", "/refund D100001", "2", "", "1", "1", "yes");
        Assert.Contains("has no line 5", (await pos.TypeAsync("/refund D100001 5")).Message, StringComparison.Ordinal);
        Assert.Contains("Nothing of A Winter Garden is left", (await pos.TypeAsync("/refund D100001 2")).Message, StringComparison.Ordinal);
        var list = (await pos.TypeAsync("/refund D100001")).Body;
        Assert.Contains(list, l => l.StartsWith("  2  0 x A Winter Garden", StringComparison.Ordinal) && l.EndsWith("of 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Money_taken_for_something_beside_the_sale_is_remembered_when_the_program_ends_before_it_is_sealed()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/other", "gift voucher", "25", "", "card 10");
        await pos.BeginAgainAsync(atOnce: true);
        Assert.StartsWith("10.00 card of 25.00 for gift voucher of 25.00: taken, and not sealed", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.True(pos.Session.Picture.IsAlarm);
        // Until somebody has seen it, and for the manager.
        await pos.BeginAgainAsync();
        Assert.StartsWith("10.00 card of 25.00 for gift voucher", pos.Session.Picture.Message, StringComparison.Ordinal);
        await pos.TypeAsync("/other", "gift voucher", "25", "", "card");
        await pos.BeginAgainAsync(atOnce: true);
        Assert.Equal("", pos.Session.Picture.Message);
        await pos.Shop.ResyncAsync("front");
        Assert.Equal((1L, 1_000L), (pos.Shop.Number("SELECT count(*) FROM till_event WHERE kind = 'money unsealed'"),
            pos.Shop.Number("SELECT amount_cents FROM till_event WHERE kind = 'money unsealed'")));
    }

    [Fact]
    public async Task Money_taken_beside_the_sale_is_told_and_on_record_when_it_cannot_be_sealed()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/other", "gift voucher", "25", "", "card 10");
        using (var journal = new Microsoft.Data.Sqlite.SqliteConnection(
            $"Data Source={Path.Combine(pos.Shop.TillFolder("front"), "journal.db")};Pooling=False"))
        {
            // The journal's file refuses the voucher, as a disk would.
            journal.Open();
            using var refuse = journal.CreateCommand();
            refuse.CommandText = "CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN NEW.kind = 'voucher' BEGIN SELECT RAISE(ABORT, 'refused'); END";
            refuse.ExecuteNonQuery();
        }
        await pos.TypeAsync("card");
        Assert.StartsWith("10.00 card of 25.00 for gift voucher of 25.00: taken, and not sealed", (await pos.TypeAsync()).Message, StringComparison.Ordinal);
        await pos.Shop.ResyncAsync("front");
        Assert.Equal(1_000, pos.Shop.Number("SELECT amount_cents FROM till_event WHERE kind = 'money unsealed'"));
    }

    [Fact]
    public async Task A_sale_that_is_refused_after_money_was_taken_stays_at_its_payment()
    {
        await using var pos = await Counter.OpenAsync(disconnected: false, operators: ["ada", "tom"]);
        await pos.TypeAsync("/op", "ada", "1234", Sales.Lighthouse, "/pay", "card 10");
        pos.Shop.Write("UPDATE operator SET disabled = 1 WHERE name = 'ada'");
        await pos.Shop.OpenTill("front", false).SynchroniseAsync();
        Assert.Contains("ada is disabled", (await pos.TypeAsync("card")).Message, StringComparison.Ordinal);
        // What was given first is still given, and the sale is as it was.
        var picture = await pos.TypeAsync("/new", "/qty 1 5", Sales.Garden);
        Assert.StartsWith("Pay 7.95", picture.Prompt, StringComparison.Ordinal);
        Assert.Contains("STILL 7.95", picture.Total, StringComparison.Ordinal);
        await pos.BackAndTypeAsync("yes");
        Assert.Contains("2 copies   TOTAL 30.45", pos.Session.Picture.Total, StringComparison.Ordinal);
        Assert.Contains("tom", (await pos.TypeAsync("/op", "tom", "1234", "/pay", "", "/docket")).Status, StringComparison.Ordinal);
        Assert.Contains("served by tom", string.Join('\n', pos.Session.Picture.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sale_that_was_open_waits_for_a_replica_that_was_lost()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "card 10");
        var folder = pos.Shop.TillFolder("front");
        await pos.BeginAgainAsync(() => Directory.GetFiles(folder, "replica*").ToList().ForEach(File.Delete));
        Assert.Contains("no replica yet", pos.Session.Picture.Head, StringComparison.Ordinal);
        await pos.BeginAgainAsync(disconnected: false);
        // The first entry is no way past what was taken.
        await pos.TypeAsync("/clear");
        Assert.StartsWith("Pay 7.95", pos.Session.Picture.Prompt, StringComparison.Ordinal);
        Assert.Contains("STILL 7.95", pos.Session.Picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_narrow_terminal_shows_what_each_line_comes_to_and_the_keys_that_are_wanted_most()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("2*" + Sales.Lighthouse);
        pos.Session.Resize(46);
        Assert.Equal("  1    2 x The Lighthouse Keeper        35.90", (await pos.TypeAsync()).Body[0]);
        Assert.All((await pos.TypeAsync("calder")).Body, l => Assert.InRange(l.Length, 1, 46));
        Assert.EndsWith(" Here", pos.Session.Picture.Heading, StringComparison.Ordinal);
        Assert.Equal(("1Help 5Hold 7Docket 8Other 10Quit 12Pay", "12Pay"), (PosKeys.Line(46), PosKeys.Line(6)));
        Assert.EndsWith("10Quit 12Pay", PosKeys.Line(80), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_scanned_waits_as_long_as_the_till_cannot_sell()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "card 10", Sales.Garden);
        await pos.BeginAgainAsync(() => File.WriteAllBytes(Path.Combine(pos.Shop.TillFolder("front"), "journal.head"), Ahead()));
        Assert.StartsWith("NOT SELLING", pos.Session.Picture.Status, StringComparison.Ordinal);
        Assert.Contains("1 scanned, waiting", pos.Session.Picture.Message, StringComparison.Ordinal);
        // Nor is the sale with its money put aside, dropped or changed meanwhile.
        await pos.TypeAsync("/hold", "/clear", "/qty 1 5");
        Assert.Contains("TOTAL 17.95   paid 10.00   STILL 7.95", pos.Session.Picture.Total, StringComparison.Ordinal);
        await pos.BeginAgainAsync(() => File.Delete(Path.Combine(pos.Shop.TillFolder("front"), "journal.head")));
        Assert.Contains("TOTAL 17.95   paid 10.00   STILL 7.95", pos.Session.Picture.Total, StringComparison.Ordinal);
        await pos.TypeAsync("card");
        Assert.Contains("1 copy   TOTAL 12.50", pos.Session.Picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_an_open_sale_whose_record_is_gone_are_told_with_the_money_that_was_taken()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "card 10");
        var file = Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json");
        await pos.BeginAgainAsync(() => File.WriteAllText(file, System.Text.RegularExpressions.Regex.Replace(
            File.ReadAllText(file), "\"stock_id\":\"[^\"]*\"", $"\"stock_id\":\"{Guid.NewGuid()}\"")));
        Assert.StartsWith("10.00 card for a sale whose records are not here any more: taken, and not sealed", pos.Session.Picture.Message,
            StringComparison.Ordinal);
        Assert.Contains("1 copy   TOTAL 12.50", (await pos.TypeAsync(Sales.Garden)).Total, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("[{\"is_rung_up\":true,\"started_at\":null,\"contact_id\":null,\"note\":null,\"payments\":[null],\"lines\":[]}]")]
    [InlineData("[{\"is_rung_up\":true,\"started_at\":null,\"contact_id\":null,\"note\":null,\"payments\":[],\"lines\":[null]}]")]
    public async Task Open_sales_that_cannot_be_read_are_said_and_the_till_sells(string kept)
    {
        await using var pos = await Counter.OpenAsync();
        await pos.BeginAgainAsync(() => File.WriteAllText(Path.Combine(pos.Shop.TillFolder("front"), "open-sales.json"), kept), atOnce: true);
        Assert.Contains("cannot be read any more", pos.Session.Picture.Message, StringComparison.Ordinal);
        Assert.Contains("D100001  12.50", (await pos.TypeAsync(Sales.Garden, "/pay", "")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(-20_000.0)]
    public async Task A_clock_that_is_set_back_keeps_no_open_sale_from_being_sold(double days)
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse);
        pos.Shop.Clock.AdjustTime(pos.Shop.Clock.GetUtcNow().AddDays(days));
        Assert.Contains("D100001  17.95", (await pos.TypeAsync("/pay", "")).Message, StringComparison.Ordinal);
        Assert.Contains("D100002  12.50", (await pos.TypeAsync(Sales.Garden, "/pay", "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_docket_that_cannot_be_made_hides_neither_the_number_nor_the_change()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse);
        await File.WriteAllTextAsync(Path.Combine(pos.Shop.TillFolder("front"), "settings.json"), "{");
        var picture = await pos.TypeAsync("/pay", "20");
        Assert.Contains("D100001  17.95   CHANGE 2.05", picture.Message, StringComparison.Ordinal);
        Assert.Contains("No docket: ", picture.Message, StringComparison.Ordinal);
        Assert.Contains("1 unposted 17.95", picture.Status, StringComparison.Ordinal);
        Assert.Contains("0 copies", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_contact_is_linked_also_where_another_has_the_same_name_and_Esc_unlinks_nobody()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/other", "customer deposit", "finch", "20", "1", "/newcontact", "Rosa Finch", "0400 111 222", "", Sales.Lighthouse,
            "/pay", "credit");
        Assert.Contains("Rosa Finch has no General Credit left", pos.Session.Picture.Message, StringComparison.Ordinal);
        await pos.BackAndTypeAsync("/contact");
        Assert.Contains("Rosa Finch", (await pos.BackAndTypeAsync()).Total, StringComparison.Ordinal);
        Assert.DoesNotContain("Rosa Finch", (await pos.TypeAsync("/contact", "")).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copies_wait_for_the_right_scan_after_a_misread_one()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Equal("3 x", (await pos.TypeAsync("3*", "9780000000018")).Prompt);
        Assert.Contains("3 copies", (await pos.TypeAsync(Sales.Lighthouse)).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_goes_back_in_parts_as_people_say_it()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.StartsWith("Give back 17.95", (await pos.TypeAsync("-1*" + Sales.Lighthouse, "/pay")).Prompt, StringComparison.Ordinal);
        Assert.Contains("50.00 is more than the 17.95 that goes back", (await pos.TypeAsync("50")).Message, StringComparison.Ordinal);
        Assert.StartsWith("Give back 12.95", (await pos.TypeAsync("5")).Prompt, StringComparison.Ordinal);
        pos.Session.Back();
        Assert.StartsWith("Has the customer returned 5.00 cash?", (await pos.TypeAsync()).Prompt, StringComparison.Ordinal);
        Assert.Contains("5.00 cash is given: give the rest", (await pos.TypeAsync("no")).Message, StringComparison.Ordinal);
        Assert.Contains("D100001  -17.95   GIVE BACK 12.95 card", (await pos.TypeAsync("card")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refund_of_nobodys_docket_becomes_the_General_Credit_of_whoever_is_named()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "", "/refund D100001 1", "", "yes", "General Credit", "finch", "yes");
        Assert.Contains("refunded 17.95 as credit", pos.Session.Picture.Message, StringComparison.Ordinal);
        await pos.TypeAsync("/contact finch", Sales.Garden, "/pay", "credit");
        Assert.Contains("D100003  12.50", pos.Session.Picture.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_is_no_answer_and_a_note_is_printed()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.StartsWith("First: A new item. Its title", (await pos.TypeAsync("/new", "/newcontact")).Message, StringComparison.Ordinal);
        Assert.Contains("note   1 copy", (await pos.BackAndTypeAsync(Sales.Lighthouse, "/note wrapped as a present")).Total, StringComparison.Ordinal);
        Assert.StartsWith("Note on the sale (- for none) (Enter: wrapped as a present)", (await pos.TypeAsync("/note")).Prompt, StringComparison.Ordinal);
        await pos.TypeAsync("", "/pay", "");
        Assert.Contains("Note: wrapped as a present", string.Join('\n', (await pos.TypeAsync("/docket")).Body), StringComparison.Ordinal);
        Assert.Contains("No sale is open", (await pos.BackAndTypeAsync("/clear")).Message, StringComparison.Ordinal);
        // Nothing of a sale is left for the next customer.
        await pos.TypeAsync(Sales.Lighthouse, "/disc all 10%", "/del 1");
        Assert.Contains("1 copy   TOTAL 17.95", (await pos.TypeAsync(Sales.Lighthouse)).Total, StringComparison.Ordinal);
        Assert.Contains("There is no line yet", (await pos.TypeAsync("/clear", "/disc all 10%")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_sold_again_and_a_pay_out_beyond_the_drawer_are_asked_about()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync("/other", "gift voucher", "20", "GC00012345", "cash");
        Assert.StartsWith("GC00012345 is sold already, with 20.00 left. Add to it?",
            (await pos.TypeAsync("/other", "gift voucher", "5", "GC00012345")).Prompt, StringComparison.Ordinal);
        Assert.Contains("No voucher was sold", (await pos.BackAndTypeAsync()).Message, StringComparison.Ordinal);
        Assert.StartsWith("500.00 is more than the 20.00 in the drawer", (await pos.TypeAsync("/other", "pay-out", "500")).Prompt,
            StringComparison.Ordinal);
        Assert.Contains("The drawer is as it was", (await pos.BackAndTypeAsync()).Message, StringComparison.Ordinal);
        Assert.Contains("no gift voucher at hand here has the number V999999", (await pos.TypeAsync("V999999")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absurd_sale_is_said_and_dropped_and_its_record_is_posted()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Contains("a sale to at most 10000000.00", (await pos.TypeAsync("9999*" + Sales.Lighthouse, "/price 1 9999999", "/pay")).Message,
            StringComparison.Ordinal);
        await pos.TypeAsync("/clear");
        Assert.Empty((await pos.Shop.ResyncAsync("front")).Quarantined);
        Assert.Equal(1, pos.Shop.Number("SELECT count(*) FROM till_event WHERE kind = 'sale dropped'"));
    }

    [Theory]
    [InlineData("lighthouse", "title", "-", "no record without a title")]
    [InlineData("lighthouse", "year", "abcd", "“abcd” will not do for year")]
    [InlineData("finch", "email", "notanemail", "no email address")]
    [InlineData("finch", "name", "-", "no record without a name")]
    public async Task A_value_that_will_not_do_is_said_before_anybody_is_asked_to_save_it(string record, string field, string value, string told)
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync($"/edit {record}", field, value);
        Assert.Contains(told, picture.Message, StringComparison.Ordinal);
        Assert.EndsWith("which field", picture.Prompt, StringComparison.Ordinal);
    }

    /// <summary>A head file that remembers an entry which no journal here has.</summary>
    private static byte[] Ahead()
    {
        var bytes = new byte[80];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, 99);
        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(0, 48), bytes.AsSpan(48));
        return bytes;
    }
}
