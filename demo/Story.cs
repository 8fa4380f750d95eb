using System.Globalization;
using System.Text.Json;
using Bookmine.Schema;

namespace Bookmine.Demo;

/// <summary>
/// Two tills of a shop whose server is struck by a storm on Friday. One comes back on Sunday evening, the other on Monday, with a
/// crash in between; and every sale, total and number is where it should be.
/// </summary>
internal sealed class Story(Programs programs, string folder)
{
    // The story's Monday is yesterday's noon, so that it never runs over a midnight of its own.
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow();
    private static readonly TimeSpan Monday = Start.Date.AddHours(-12) - Start.UtcDateTime;
    private static readonly TimeSpan Friday = Monday - TimeSpan.FromDays(3);
    private static readonly TimeSpan Saturday = Monday - TimeSpan.FromDays(2);
    private static readonly TimeSpan Sunday = Monday - TimeSpan.FromDays(1);
    private readonly Tale tale = new();
    private readonly Dictionary<string, long> soldFront = [];
    private long soldBackCents;

    public int Claims => tale.Claims;

    public async Task TellAsync()
    {
        await OpenShopAsync();
        await FridayMorningAsync();
        await StormAsync();
        await CrashAsync();
        var sunday = await SundayEveningAsync();
        await MondayAsync(sunday);
        await RefundAsync();
        await ReprovisionAsync();
        await CheckAsync(sunday);
    }

    private async Task OpenShopAsync()
    {
        Tale.Chapter("The shop: two branches, 2,400 titles, 60 second-hand copies, 40 customers, two tills");
        programs.Shift = Friday;
        await programs.ServerAsync("branch", "add", "--name", "High Street", "--time-zone", "UTC");
        await programs.ServerAsync("branch", "add", "--name", "Harbour", "--time-zone", "UTC");
        await programs.ServerAsync("branch", "set", "1", "--header", "THE SAMPLE BOOKSHOP\\n12 High Street", "--tax-rate", "20", "--currency", "GBP");
        var (stock, contacts) = (Path.Combine(folder, "stock.csv"), Path.Combine(folder, "contacts.csv"));
        SampleShop.WriteStock(stock);
        SampleShop.WriteContacts(contacts);
        foreach (var branch in (string[])["1", "2"])
        {
            var imported = (await programs.ServerAsync("stock", "import", stock, "--branch", branch))[0];
            tale.Claim($"branch {branch}'s prices and counts are imported, no row rejected", (SampleShop.Titles + SampleShop.SecondHand, 0), (Int(imported, "imported"), Int(imported, "rejected")));
        }
        await programs.ServerAsync("contact", "import", contacts);
        await programs.StartServerAsync();
        Tale.Tell($"the server listens on {programs.Url}");
        foreach (var till in (string[])["front", "back"])
        {
            var code = (await programs.ServerAsync("till", "enrol-code", "--branch", "1", "--name", till))[0].GetProperty("code").GetString()!;
            await programs.TillAsync(till, null, "enrol", "--server", programs.Url, "--code", code);
        }
        tale.Claim("each till is enrolled and has its replica", (await programs.TillAsync("back", null, "find", "lighthouse", "--disconnected")).Count > 0);
    }

    private async Task FridayMorningAsync()
    {
        Tale.Chapter("Friday morning: the server is at hand, and dockets carry the server's numbers");
        foreach (var till in (string[])["front", "back"])
        {
            var sold = (await programs.TillAsync(till, Sale(1, 1), "sell", "--from", "-"))[0];
            tale.Claim($"the {till} till's sale has its TransID at once: {Long(sold, "trans_id")}", Long(sold, "trans_id") > 0);
        }
    }

    private async Task StormAsync()
    {
        Tale.Chapter("Friday noon: a storm. The server is gone; both tills sell on, for days and sessions");
        programs.KillServer();
        await DisconnectedAsync("front", Friday, Sale(2, 2), Split(3, 1), Sale(4, 1));
        await DisconnectedAsync("front", Saturday, Sale(5, 1), Return(6));
        await DisconnectedAsync("back", Friday, Sale(7, 3));
        await DisconnectedAsync("back", Sunday, Sale(8, 1), Split(9, 2));
        programs.Shift = Saturday;

        var record = (await programs.TillAsync("front", """{"title":"A Signed Broadside","condition":"used","price_cents":4500,"qty":1,"operator":"07"}""", "stock", "new", "--from", "-", "--disconnected"))[0];
        var code = record.GetProperty("code").GetString()!;
        tale.Claim($"a find from a house clearance gets a record and the in-house EAN {code}", Isbn.IsEan(code));
        await DisconnectedAsync("front", Saturday, $$"""{"operator":"07","lines":[{"code":"{{code}}"}],"payments":[{"method":"card","amount_cents":4500}]}""");

        await programs.TillAsync("front", """{"name":"Bela Orban","phone":"0177 55","operator":"07"}""", "contact", "new", "--from", "-", "--disconnected");
        var corrected = (await programs.TillAsync("front", """{"name":"Bela Orban","phone":"0178 55","operator":"07"}""", "contact", "edit", "--from", "-", "--disconnected"))[0];
        tale.Claim("the new customer's phone is corrected, which is no edit of the shop's records", corrected.GetProperty("warning").ValueKind == JsonValueKind.Null);
        var edited = (await programs.TillAsync("front", $$"""{"isbn":"{{SampleShop.Isbn(10)}}","price_cents":99,"operator":"07"}""", "stock", "edit", "--from", "-", "--disconnected"))[0];
        tale.Claim("an edit of an existing price is taken with the warning that it will not survive", edited.GetProperty("warning").GetString()!.Contains("drop", StringComparison.Ordinal));
        await programs.TillAsync("front", """{"name":"Bela Orban","subject":"Your order","body":"It is here.","operator":"07"}""", "email", "new", "--from", "-", "--disconnected");
    }

    private async Task CrashAsync()
    {
        Tale.Chapter("Sunday: the front till loses its power in the middle of a queue (kill -9)");
        programs.Shift = Sunday;
        using var till = programs.Start(Programs.TillProgram, ["sell", "--from", "-", "--disconnected", "--json", "--data", programs.TillData("front")]);
        var printed = new List<string>();
        var feeding = Task.Run(() =>
        {
            try
            {
                for (var i = 0; i < 500; i++)
                {
                    till.StandardInput.WriteLine(Sale(20 + i, 1));
                }
                till.StandardInput.Flush();
            }
            catch (IOException)
            {
            }
        });
        while (printed.Count < 7 && await till.StandardOutput.ReadLineAsync() is { } line)
        {
            printed.Add(line);
        }
        till.Kill();
        printed.AddRange((await till.StandardOutput.ReadToEndAsync()).Split('\n').Where(l => l.EndsWith('}')));
        await till.WaitForExitAsync();
        await feeding;

        var verified = (await programs.TillAsync("front", null, "journal", "verify", "--disconnected"))[0];
        tale.Claim($"the journal is sound after the crash ({Int(verified, "entries")} entries, every hash and the chain)", verified.GetProperty("sound").GetBoolean());
        foreach (var line in printed)
        {
            Remember("front", JsonDocument.Parse(line).RootElement, null);
        }
        var last = printed.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("docket").GetString()!).Last();
        var found = await programs.TillAsync("front", null, "find", last, "--disconnected");
        tale.Claim($"the last docket that was printed before the crash, {last}, is there", found.Count == 1);
        await DisconnectedAsync("front", Sunday, Sale(11, 1));
    }

    private async Task<JsonElement> SundayEveningAsync()
    {
        Tale.Chapter("Sunday evening: the server is back; the back till starts in normal mode and resynchronises");
        programs.Shift = Sunday;
        await programs.StartServerAsync();
        Console.WriteLine(Indent(await programs.TextAsync("back", "resync")));
        var totals = await TotalsAsync(Sunday);
        tale.Claim("what the back till sold since Friday is dated to Sunday, the day of resynchronising", soldBackCents, Long(totals, "from_disconnected_cents"));
        Tale.Tell($"Sunday's totals: {totals.GetRawText()}");
        programs.KillServer();
        return totals;
    }

    private async Task MondayAsync(JsonElement sunday)
    {
        Tale.Chapter("Monday: the front till resynchronises");
        programs.Shift = Monday;
        await programs.StartServerAsync();
        var status = (await programs.TillAsync("front", null, "status", "--disconnected"))[0];
        Tale.Tell($"before: {Int(status, "unposted")} transactions unposted, {Money.Format(Long(status, "unposted_cents"))}");
        var report = (await programs.TillAsync("front", null, "resync"))[0];
        tale.Claim("every transaction, the new stock record and the new contact are posted", (Int(status, "unposted"), 1, 1), (Posted(report, "sales"), Posted(report, "stock"), Posted(report, "contacts")));
        tale.Claim($"both sides' totals agree: {report.GetProperty("till").GetRawText()}", report.GetProperty("agree").GetBoolean());
        tale.Claim("the cents are those that were unposted", Long(status, "unposted_cents"), Long(report.GetProperty("server"), "total_cents"));

        var renumbered = report.GetProperty("renumbered").EnumerateArray().ToDictionary(r => r.GetProperty("docket").GetString()!, r => Long(r, "trans_id"));
        tale.Claim("every docket that was printed, also before the crash, has a TransID", soldFront.Keys.All(renumbered.ContainsKey));
        tale.Claim("no two of them share it", renumbered.Count, renumbered.Values.Distinct().Count());
        var (docket, transId) = (renumbered.First().Key, renumbered.First().Value);
        var found = (await programs.TillAsync("front", null, "find", docket, "--disconnected"))[0];
        tale.Claim($"typing {docket} shows the posted transaction {transId}", transId, Long(found, "trans_id"));
        var other = (await programs.TillAsync("back", null, "find", docket))[0];
        tale.Claim("and so it does on the other till, which asks the server", transId, Long(other, "trans_id"));
        foreach (var (number, id) in renumbered)
        {
            var sale = (await FindOnServerAsync(number)) ?? throw new StoryException($"{number} is not on the server.");
            if (Long(sale, "trans_id") != id)
            {
                throw new StoryException($"{number} is {Long(sale, "trans_id")} on the server and {id} on the report.");
            }
        }
        tale.Claim($"all {renumbered.Count} D-numbers are found on the server under their new TransIDs", true);
        tale.Claim("its header keeps Friday's dates, its payments are dated today", found.GetProperty("started_at").GetString()![..10] == Day(Friday) && found.GetProperty("payments")[0].GetProperty("paid_at").GetString()![..10] == Day(Monday));

        var dropped = report.GetProperty("dropped").EnumerateArray().ToList();
        foreach (var d in dropped)
        {
            Tale.Tell($"dropped: {d.GetProperty("table").GetString()} {d.GetProperty("field").GetString()}: here “{d.GetProperty("till_value").GetString()?.ReplaceLineEndings(" ")}”, on the server “{d.GetProperty("server_value").GetString()}”");
        }
        tale.Claim("the edited price and the email were dropped, and are listed", "price_cents email", string.Join(' ', dropped.Select(d => d.GetProperty("field").GetString())));
        tale.Claim("the server keeps that list as well", 2, (await programs.ServerAsync("dropped", "list")).Count);
        var price = (await programs.TillAsync("front", null, "find", SampleShop.Isbn(10), "--disconnected"))[0];
        tale.Claim("the till shows the server's price again", SampleShop.Price(10), Int(price, "price_cents"));
        var contact = (await programs.TillAsync("front", null, "find", "orban", "--disconnected"))[0];
        tale.Claim("the correction of the new customer's phone was kept", "0178 55", contact.GetProperty("phone").GetString());
        tale.Claim("Sunday's totals, already taken, are unchanged to the cent", sunday.GetRawText(), (await TotalsAsync(Sunday)).GetRawText());
        Tale.Tell($"Friday's and Saturday's takings of the front till stand under today, and by the day they were taken in: bookmine-server totals --by taken");
    }

    private async Task RefundAsync()
    {
        Tale.Chapter("A customer brings a book back with Friday's docket");
        var docket = soldFront.Keys.First();
        Console.WriteLine(Indent(await programs.TextAsync("front", "docket", docket)));
        var refund = (await programs.TillAsync("front", """{"operator":"07","lines":[{"line":1,"qty":1}]}""", "refund", "--docket", docket, "--from", "-"))[0];
        var original = await FindOnServerAsync(docket);
        tale.Claim($"the refund {Long(refund, "trans_id")} stands beside the sale, which is unchanged", Long(refund, "trans_id"), original!.Value.GetProperty("refunds")[0].GetInt64());
    }

    private async Task ReprovisionAsync()
    {
        Tale.Chapter("The administrator has the front till reprovisioned; an unposted sale is in its journal");
        programs.KillServer();
        var sold = (await programs.TillAsync("front", Sale(12, 1), "sell", "--from", "-", "--disconnected"))[0];
        await programs.StartServerAsync();
        var journal = Path.Combine(programs.TillData("front"), "journal.db");
        var before = await File.ReadAllBytesAsync(journal);
        await programs.TillAsync("front", null, "reprovision");
        var after = await File.ReadAllBytesAsync(journal);
        tale.Claim("the fresh replica is in use and the journal is byte for byte what it was", before.SequenceEqual(after));
        await programs.ServerAsync("till", "reprovision", "1");
        var report = (await programs.TillAsync("front", null, "resync"))[0];
        tale.Claim("the sale made before is posted after", sold.GetProperty("docket").GetString(), report.GetProperty("renumbered")[0].GetProperty("docket").GetString());
        var next = (await programs.TillAsync("front", Sale(13, 1), "sell", "--from", "-"))[0];
        tale.Claim("the till sells on", Long(next, "trans_id") > 0);
    }

    private async Task CheckAsync(JsonElement sunday)
    {
        Tale.Chapter("The books");
        tale.Claim("Sunday's totals are still unchanged", sunday.GetRawText(), (await TotalsAsync(Sunday)).GetRawText());
        var check = (await programs.ServerAsync("check"))[0];
        tale.Claim("the server's check finds feed, references, money, counts and numbers in order", check.GetProperty("ok").GetBoolean());
        await programs.TillAsync("back", null, "resync");
        tale.Claim("with nothing to do, a resynchronisation is one request", 1, Int((await programs.TillAsync("back", null, "resync"))[0], "requests"));
    }

    /// <summary>One session at a till without the server.</summary>
    private async Task DisconnectedAsync(string till, TimeSpan day, params string[] sales)
    {
        programs.Shift = day;
        var results = await programs.TillAsync(till, string.Join('\n', sales), "sell", "--from", "-", "--disconnected");
        for (var i = 0; i < sales.Length; i++)
        {
            Remember(till, results[i], sales[i]);
        }
        Tale.Tell($"{Day(day)}, till {till}: {string.Join(", ", results.Select(r => r.GetProperty("docket").GetString()))}");
    }

    private void Remember(string till, JsonElement sold, string? sale)
    {
        if (sold.GetProperty("refused").ValueKind != JsonValueKind.Null)
        {
            throw new StoryException($"A sale was refused: {sold.GetRawText()}");
        }
        if (till == "front")
        {
            soldFront.Add(sold.GetProperty("docket").GetString()!, 0);
        }
        else if (sale is not null)
        {
            soldBackCents += JsonDocument.Parse(sale).RootElement.GetProperty("payments").EnumerateArray().Sum(p => Long(p, "amount_cents"));
        }
    }

    private async Task<JsonElement?> FindOnServerAsync(string number) => (await programs.ServerAsync("sale", "find", number)) is [var one] ? one : null;

    private async Task<JsonElement> TotalsAsync(TimeSpan day) => (await programs.ServerAsync("totals", "--branch", "1", "--from", Day(day), "--to", Day(day)))[0];

    private static string Sale(int title, int qty)
    {
        var due = qty * SampleShop.Price(title);
        var given = (due + 999) / 1000 * 1000;
        var change = given == due ? "" : FormattableString.Invariant($$""",{"method":"cash","amount_cents":{{due - given}},"change":true}""");
        return FormattableString.Invariant($$"""{"operator":"07","lines":[{"isbn":"{{SampleShop.Isbn(title)}}","qty":{{qty}}}],"payments":[{"method":"cash","amount_cents":{{given}}}{{change}}]}""");
    }

    private static string Split(int title, int qty)
    {
        var due = qty * SampleShop.Price(title);
        return FormattableString.Invariant($$"""{"operator":"12","lines":[{"isbn":"{{SampleShop.Isbn(title)}}","qty":{{qty}}}],"payments":[{"method":"card","amount_cents":{{due - 100}}},{"method":"cash","amount_cents":100}]}""");
    }

    private static string Return(int title) => FormattableString.Invariant(
        $$"""{"operator":"07","lines":[{"isbn":"{{SampleShop.Isbn(title)}}","qty":-1}],"payments":[{"method":"cash","amount_cents":{{-SampleShop.Price(title)}}}]}""");

    private static string Day(TimeSpan shift) => (TimeProvider.System.GetUtcNow() + shift).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Indent(string text) => "   " + text.TrimEnd().ReplaceLineEndings("\n   ");

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static long Long(JsonElement element, string name) => element.GetProperty(name).ValueKind == JsonValueKind.Null ? 0 : element.GetProperty(name).GetInt64();

    private static int Posted(JsonElement report, string kind) => report.GetProperty("posted").GetProperty(kind).GetInt32();
}
