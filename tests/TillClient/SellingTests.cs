using Bookmine.TillClient.Commands;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.TillClient;

/// <summary>What a sales file may say, and what is refused with what, where and the remedy.</summary>
public sealed class SellingTests
{
    [Theory]
    [InlineData("""{"lines":[{"isbn":"9780000000019","qty":2}],"payments":[{"method":"cash","amount_cents":100}]}""", "payments")]
    [InlineData("""{"lines":[{"isbn":"9780000000057"}],"payments":[]}""", "no item")]
    [InlineData("""{"lines":[{"isbn":"9780000000019","unit_price_cents":-5}],"payments":[{"method":"cash","amount_cents":-5}]}""", "price")]
    [InlineData("""{"lines":[{"isbn":"9780000000019","qty":0}],"payments":[]}""", "quantity")]
    [InlineData("""{"lines":[],"payments":[]}""", "no lines")]
    [InlineData("""{"started_at":"yesterday","lines":[{"isbn":"9780000000019"}],"payments":[{"method":"cash","amount_cents":1795}]}""", "started_at")]
    [InlineData("""{"started_at":"2026-11-01T08:26:00","lines":[{"isbn":"9780000000019"}],"payments":[{"method":"cash","amount_cents":1795}]}""", "started_at")]
    [InlineData("""{"started_at":"2031-01-01T00:00:00Z","shipped_at":"2031-01-01T00:00:00Z","lines":[{"isbn":"9780000000019"}],"payments":[{"method":"cash","amount_cents":1795}]}""", "far")]
    [InlineData("""{"started_at":"2026-11-01T08:26:00Z","shipped_at":"2026-11-01T08:25:00Z","lines":[{"isbn":"9780000000019"}],"payments":[{"method":"cash","amount_cents":1795}]}""", "before")]
    [InlineData("""{"lines":[{"isbn":"9780000000019"}],"payments":[{"method":"shells","amount_cents":1795}]}""", "shells")]
    [InlineData("""{"contact_id":"01930000-0000-7000-8000-0000000000aa","lines":[{"isbn":"9780000000019"}],"payments":[{"method":"cash","amount_cents":1795}]}""", "no contact")]
    public async Task A_sale_that_cannot_be_is_refused_and_takes_no_number(string json, string reason)
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var draft = System.Text.Json.JsonSerializer.Deserialize(json, DraftJson.Default.SaleDraft)!;
        var (outcome, _) = await till.SellAsync(draft);
        Assert.Contains(reason, outcome.Refused!.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(outcome.Refused.Remedy);
        Assert.Equal((0, 100_000), (till.Status().Unposted, till.Status().DNumbersLeft));
    }

    [Fact]
    public async Task What_is_typed_too_long_is_refused_and_what_a_record_has_had_since_before_is_sold_cut_to_the_lengths()
    {
        await using var shop = await Shop.OpenAsync();
        // As programs without lengths have taken them in.
        shop.Write("UPDATE stock SET title = @title WHERE isbn13 = @isbn", new string('x', 999) + "📚📚", long.Parse(Sales.Maps, System.Globalization.CultureInfo.InvariantCulture));
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);

        var typed = await till.SellAsync(new SaleDraft
        {
            ShippedAt = SaleDraft.Now, Lines = [new LineDraft { Title = new string('t', 1_001), UnitPriceCents = 5 }], Payments = [new PaymentDraft { Method = "cash", AmountCents = 5 }],
        });
        var note = Sales.Of(Sales.Garden);
        note.Reference = new string('r', 201);
        var contact = (await till.NewContactAsync(new ContactDraft { Name = new string('n', 301) })).Outcome;
        var sold = await till.SellAsync(Sales.Of(Sales.Maps));

        Assert.Equal("title has 1,001 characters, and may have 1,000", typed.Outcome.Refused!.Reason);
        Assert.StartsWith("reference has 201", (await till.SellAsync(note)).Outcome.Refused!.Reason, StringComparison.Ordinal);
        Assert.StartsWith("name has 301", contact.Refused!.Reason, StringComparison.Ordinal);
        Assert.NotNull(sold.Outcome.Entry);
        Assert.True((await shop.ResyncAsync("front")).Agree);
        // No pair of halves is parted.
        Assert.Equal(new string('x', 999), shop.FindSale("D100001")!.Lines[0].Title);
    }

    [Fact]
    public async Task Goods_that_come_back_without_their_docket_are_a_sale_of_less_than_nothing()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync("/other", "2", Sales.Lighthouse, "1", "", "/pay", "");
        Assert.Contains("D100001  -17.95", picture.Message, StringComparison.Ordinal);
        await pos.Shop.ResyncAsync("front");
        Assert.Equal(-1_795, Assert.Single(pos.Shop.Totals()).ByMethod["cash"]);
    }

    [Fact]
    public async Task A_line_takes_the_branchs_price_and_times_default_to_now()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var draft = System.Text.Json.JsonSerializer.Deserialize(
            """{"lines":[{"isbn":"0-00-000001-9"}],"payments":[{"method":"card","amount_cents":1795}]}""", DraftJson.Default.SaleDraft)!;
        draft.Lines![0].Isbn = Sales.Lighthouse;
        await till.SellAsync(draft);
        var sale = Assert.IsType<FoundTransaction>(Assert.Single(await till.FindAsync("D100001"))).Transaction;
        Assert.Equal((1795, "2026-11-02T12:00:00Z", "2026-11-02T12:00:00Z"), (sale.TotalCents, sale.StartedAt, sale.ShippedAt));
        Assert.Equal("2026-11-02T12:00:00Z", sale.Payments[0].TakenAt);
    }

    [Fact]
    public async Task An_item_without_a_record_is_sold_by_its_title_and_counts_as_shipped()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        await shop.OpenTill("front", true).SellAsync(new SaleDraft
        {
            Lines = [new LineDraft { Title = "A box of postcards", UnitPriceCents = 250, Qty = 2 }],
            Payments = [new PaymentDraft { Method = "cash", AmountCents = 500 }],
            Reference = "web-77",
        });
        await shop.ResyncAsync("front");
        Assert.Equal((2, 500), (shop.Totals()[0].ShippedQuantity, shop.Totals()[0].ShippedCents));
        Assert.Equal(500, shop.FindSale("web-77")!.TotalCents);
        Assert.NotEmpty(await shop.OpenTill("front", true).FindAsync("web-77"));
    }

    [Fact]
    public async Task New_stock_made_here_is_found_sold_and_posted_with_an_in_house_EAN_of_its_own()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        await till.NewStockAsync(new StockDraft { Title = "Signed Broadside", Condition = "used", PriceCents = 4000, Qty = 2 });
        var made = Assert.IsType<FoundStock>(Assert.Single(await till.FindAsync("broadside")));
        Assert.True(global::Bookmine.Schema.Isbn.IsEan(made.Code));
        Assert.Equal(2, made.OnHand);
        await till.SellAsync(new SaleDraft { Lines = [new LineDraft { Code = made.Code }], Payments = [new PaymentDraft { Method = "cash", AmountCents = 4000 }] });
        await shop.ResyncAsync("front");
        Assert.Equal(1, shop.Number("SELECT on_hand FROM holding WHERE stock_id = @id", made.StockId));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding"));
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public void A_truncated_last_line_is_refused_by_its_number_and_the_lines_before_it_are_read()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "{\"lines\":[]}\n\n{\"lines\":[{\"isbn\":\"97800");
        var read = JsonLines.Read(file, DraftJson.Default.SaleDraft).ToList();
        Assert.Null(read[0].Refused);
        Assert.Equal(3, read[1].Refused!.Line);
        File.WriteAllText(file, "{\"lnes\":[]}\n");
        Assert.Contains("lnes", JsonLines.Read(file, DraftJson.Default.SaleDraft).Single().Refused!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_edits_with_the_server_at_hand_do_not_overwrite_one_another()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", false);
        Assert.Null((await till.EditStockAsync(new StockDraft { Isbn = Sales.Lighthouse, PriceCents = 1500 })).Refused);
        Assert.Equal(1500, Assert.IsType<FoundStock>(Assert.Single(await till.FindAsync(Sales.Lighthouse))).PriceCents);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM dropped"));
    }

    [Fact]
    public async Task A_docket_shows_header_lines_tax_payments_change_and_its_number()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var sale = Sales.Of(Sales.Lighthouse, 2, started: "2026-11-01T08:26:00Z");
        sale.Payments = [new PaymentDraft { Method = "cash", AmountCents = 4000 }, new PaymentDraft { Method = "cash", AmountCents = -410, Change = true }];
        await till.SellAsync(sale);
        var docket = (await till.DocketAsync("D100001"))!.ToText();
        foreach (var part in (string[])["The Test Shop", "2 x 17.95", "TOTAL GBP", "35.90", "Cash", "40.00", "Change", "4.10", "10% tax", "3.26", "* D100001 *"])
        {
            Assert.Contains(part, docket, StringComparison.Ordinal);
        }
        Assert.All(docket.Split('\n'), line => Assert.InRange(line.Length, 0, 42));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("note")]
    public async Task What_is_no_text_is_refused_before_it_is_sealed(string where)
    {
        var (byOperator, note) = where == "operator" ? ("ad\0a", null) : ("ada", $"half a pair {(char)0xd800}");
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        var (outcome, _) = await till.SellAsync(Sales.Of(Sales.Lighthouse) with { Operator = byOperator, Note = note });
        Assert.Contains("no text", outcome.Refused!.Reason, StringComparison.Ordinal);
        Assert.Equal(0, till.Status().Unposted);
    }
}
