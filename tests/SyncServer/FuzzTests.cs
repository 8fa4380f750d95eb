using Bookmine.Sync.Feed;
using Bookmine.SyncServer.BackOffice;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>Mutated and random input: answered, never with the server's own failure. BOOKMINE_FUZZ asks for more inputs, BOOKMINE_FUZZ_SEED for a
/// seed.</summary>
public abstract class FuzzTests(Engine engine) : ServerSuite(engine)
{
    private static readonly int Inputs = int.Parse(Environment.GetEnvironmentVariable("BOOKMINE_FUZZ") ?? "3000", CultureInfo.InvariantCulture);
    private static readonly string?[] JsonValues =
    [
        "null", "[]", "{}", "[null]", "{\"\":null}", "-1", "0", "1e99", "0.5", "true", "\"\"", "\"x\"", "\"\\u0000\"", "\"2026-13-45\"",
            "9223372036854775807",
        "-9223372036854775808", "99999999999999999999", "\"01930000-0000-7000-8000-000000000009\"", null,
    ];
    private readonly int seed = int.Parse(Environment.GetEnvironmentVariable("BOOKMINE_FUZZ_SEED")
        ?? Environment.TickCount.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(TillState.Enrolled)]
    [InlineData(TillState.Superseded)]
    [InlineData(TillState.Recalled)]
    [InlineData(TillState.Revoked)]
    public async Task No_request_makes_the_server_fail_whatever_is_in_it(TillState state)
    {
        var random = Seeded();
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        for (var i = 0; i < 3; i++)
        {
            await till.SellAsync(Sales.Of(Sales.Garden));
        }
        shop.Write("UPDATE till SET state = @state", state.Text());
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        using var http = new HttpClient { BaseAddress = new Uri(shop.Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Till", string.Create(CultureInfo.InvariantCulture, $"{identity.Till}:{identity.Secret}"));
        var entries = Entries(shop);
        var hello = Encoding.UTF8.GetBytes("""{"protocol":1,"schema":1,"last_n":3,"acknowledged":0,"chain":"","epoch":"x","cursors":{"shared":1},"provisioned_at":5,"numbers_left":7,"blocks":[{"first":100001,"last":200000}],"last_chain":"00","highest_number":0,"proof":{"hash":"00ff","answer":{"n":1,"state":"Posted","number":1,"posted_at":1,"dropped":[],"reason":null}}}""");
        (string Path, byte[] Body)[] valid =
        [
            ("sync/hello", hello), ("sync/push", PushEnvelope.Write(Guid.NewGuid(), entries)), ("sync/fork", PushEnvelope.Write(Guid.NewGuid(), entries)),
            ("sync/pull", Encoding.UTF8.GetBytes($$$"""{"epoch":"{{{shop.Text("SELECT epoch FROM sync_state")}}}","cursors":{"shared":0,"branch:1":0}}""")),
            ("sync/enrol", """{"code":"ABCDEFGHJK","protocol":1,"schema":1}"""u8.ToArray()),
            ("sync/readmit", """{"till":1,"name":"front","branch":1,"secret":"00","proof":"00","epoch":null,"highest_number":0}"""u8.ToArray()),
            ($"shop/edit/{Guid.NewGuid()}", entries[0].Payload),
            ("sync/hello", Encoding.UTF8.GetBytes($$$"""{"protocol":1,"schema":{{{BookmineSetup.SchemaVersion}}},"last_n":3,"acknowledged":0,"chain":"","epoch":"x","cursors":{"shared":1},"provisioned_at":5,"numbers_left":7,"blocks":[],"last_chain":"","proof":null,"highest_proof":{"hash":"00","answer":{"n":1,"state":"Posted","number":5,"posted_at":1,"dropped":[],"reason":null,"mac":"00"}},"clock":{"now":1793880000000,"machine":"m","keeps_time":true}}""")),
            ("sync/words", """[{"subject":"till 1","revision":1,"state":"out","said_at":1,"mac":"00"},{"subject":"operator ada","revision":2,"state":"in","said_at":1,"mac":"00"}]"""u8.ToArray()),
            ("sync/clock", """{"time":1793880000000,"operator":"ada"}"""u8.ToArray()),
            ("sync/renew", Encoding.UTF8.GetBytes($$"""{"secret":"{{new string('a', 64)}}"}""")),
            ("shop/pin", """{"name":"ada","old":"1234","pin":"4321"}"""u8.ToArray()),
        ];
        for (var i = 0; i < (state == TillState.Enrolled ? Inputs : Inputs / 3); i++)
        {
            var (path, body) = valid[random.Next(valid.Length)];
            var isJson = path is not ("sync/push" or "sync/fork");
            using var content = new ByteArrayContent(isJson && random.Next(2) == 0 ? MutateJson(random, body) : Mutate(random, body));
            if (isJson)
            {
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }
            if (random.Next(20) == 0)
            {
                content.Headers.ContentEncoding.Add("br");
            }
            using var reply = await http.PostAsync(path, content);
            var text = await reply.Content.ReadAsStringAsync();
            Assert.True((int)reply.StatusCode is < 500 or 503, $"seed {seed}, input {i}: {path} {reply.StatusCode} {text}");
            Assert.DoesNotContain("SELECT", text, StringComparison.Ordinal);
            Assert.DoesNotContain(".cs", text, StringComparison.Ordinal);
        }
        // The server still serves an honest till; what was made up in its name differs from its journal, and it becomes another.
        using var check = await http.GetAsync("health/ready");
        Assert.True(check.IsSuccessStatusCode);
        Assert.Empty(shop.BookFaults());
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("in use")]
    [InlineData("disabled")]
    [InlineData("of before a restore")]
    public async Task No_request_of_a_person_or_a_program_makes_the_server_fail_whatever_is_in_it(string state)
    {
        var random = Seeded();
        await using var shop = await OpenShopAsync();
        var (persons, keys, actor) = (shop.Get<Persons>(), shop.Get<ApiKeys>(), new Actor("test", "verb", null));
        persons.Add(actor, "Mara", "four plain old words", Person.Manager, [1]);
        var key = keys.Add(actor, "webshop", ["stock:read"], null);
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(shop.Url) };
        var signIn = """{"name":"Mara","password":"four plain old words"}"""u8.ToArray();
        string cookie;
        using (var answer = await http.PostAsync("sign-in", new ByteArrayContent(
            signIn) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } }))
        {
            cookie = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        }
        switch (state)
        {
            case "disabled":
                persons.Disable(actor, "Mara");
                keys.Revoke(actor, "webshop");
                break;
            case "of before a restore":
                shop.Database.Writing(session =>
                {
                    FeedState.BeginEpoch(session, "another");
                    return true;
                });
                break;
        }
        (string Path, string Type, byte[] Body)[] valid =
        [
            ("sign-in", "application/json", signIn), ("sign-out", "application/json", []), ("me", "", []),
            ("first-admin", "application/x-www-form-urlencoded", "code=AAAA&name=Mara&password=four+plain+old+words"u8.ToArray()),
                ("first-admin?code=AAAA", "", []),
        ];
        var letIn = 0;
        for (var i = 0; i < Inputs / 3; i++)
        {
            var (path, type, body) = valid[random.Next(valid.Length)];
            using var request = new HttpRequestMessage(type.Length == 0 ? HttpMethod.Get : HttpMethod.Post, path);
            if (type.Length > 0)
            {
                request.Content = new ByteArrayContent(Mutate(random, body));
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }
            var isWhole = random.Next(3) == 0;
            if (state != "nobody")
            {
                var sent = isWhole ? cookie : new string([.. Encoding.Latin1.GetString(Mutate(random, Encoding.ASCII.GetBytes(cookie))).Where(
                    c => c is > ' ' and < '\x7f')]);
                request.Headers.TryAddWithoutValidation("Cookie", sent);
            }
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Convert.ToHexString(Mutate(random, Encoding.ASCII.GetBytes(key)))}");
            using var reply = await http.SendAsync(request);
            Assert.True((int)reply.StatusCode < 500, $"seed {seed}, input {i}: {path} {reply.StatusCode}");
            letIn += path == "me" && reply.IsSuccessStatusCode ? 1 : 0;
            var guessed = Encoding.Latin1.GetString(Mutate(random, Encoding.ASCII.GetBytes(key)));
            Assert.True(guessed == key || keys.Prove(guessed) is null, $"seed {seed}, input {i}: {guessed}");
        }
        Assert.True(state == "in use" == letIn > 0, $"seed {seed}: {letIn} were let in");
        Assert.Equal(state == "disabled" ? null : "webshop", keys.Prove(key)?.Name);
        Assert.Equal(["Mara"], shop.Texts("SELECT name FROM person"));
    }

    [Fact]
    public async Task No_entry_makes_the_server_fail_or_its_books_disagree_whatever_a_till_has_sealed()
    {
        var random = Seeded();
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await SealOneOfEachAsync(shop.OpenTill("front", true));
        await using var dishonest = new CrashingTill(shop, "front");
        var sealedHere = dishonest.Journal.After(0, 100);
        long held = 0;
        var posted = 0;
        for (var i = 0; i < Inputs / 10; i++)
        {
            var push = new List<JournalEntry>();
            for (var n = held + 1; n <= held + 5; n++)
            {
                var (id, of) = (Guid.CreateVersion7(), sealedHere[random.Next(sealedHere.Count)]);
                var payload = random.Next(4) == 0 ? Mutate(random, of.Payload) : MutateJson(random, WithNewKeys(of.Payload, id, 100_000 + n));
                push.Add(of with { N = n, Id = id, Payload = payload, Hash = JournalEntry.HashOf(n, id, of.Kind, of.Format, of.SealedAt, payload) });
            }
            var reply = await dishonest.Channel.PushAsync(Guid.CreateVersion7(), push, "", default);
            Assert.True(reply.Acknowledged == held + push.Count, $"seed {seed}, push {i}: {reply.Acknowledged} of {held + push.Count}");
            var unforeseen = reply.Results.FirstOrDefault(r => r.Reason?.Contains("the server failed on it", StringComparison.Ordinal) == true);
            Assert.True(unforeseen is null,
                $"seed {seed}, push {i}: {unforeseen?.Reason} {Encoding.UTF8.GetString(push.Find(e => e.N == unforeseen?.N)?.Payload ?? [])}");
            (held, posted) = (reply.Acknowledged, posted + reply.Results.Count(r => r.State == EntryState.Posted));
        }
        Assert.InRange(posted, 1, held - 1);
        Assert.Empty(shop.BookFaults());
        // What was posted can be downloaded, and shown.
        await shop.EnrolAsync("back");
        Replicas.AssertEqual(shop, "back");
    }

    [Fact]
    public void Readers_of_the_wire_and_of_exported_journals_refuse_what_they_cannot_read_and_never_fail()
    {
        var random = Seeded();
        var payload = """{"kind":"sale","by":null,"at":5,"rows":[{"table":"contact","op":"insert","values":{"id":"01930000-0000-7000-8000-000000000009","kind":"customer","name":"Zoë"}}]}"""u8.ToArray();
        var entry = new JournalEntry(1, Guid.NewGuid(), "sale", 1, 100_001, 5, payload, JournalEntry.HashOf(1, Guid.Empty, "sale", 1, 5, payload),
            JournalEntry.NoChain, 5);
        var push = PushEnvelope.Write(Guid.NewGuid(), [entry, entry]);
        var row = CanonicalRow.Write(new Row(BookmineSetup.Contact) { ["id"] = Shop.Rosa, ["kind"] = "customer", ["name"] = "Rosa" });
        var chunk = new PullChunk(new ChunkHead(["shared"], new() { ["shared"] = 1 }, 1, null),
            [new FeedRow(0, (ushort)BookmineSetup.Contact.Number, new RowKey(Shop.Rosa), false, row)]).Write().ToArray();
        var line = JournalLines.Of(entry);
        for (var i = 0; i < Inputs * 10; i++)
        {
            Refuses(() => PushEnvelope.Read(Mutate(random, push)));
            Refuses(() => PullChunk.Read(Mutate(random, chunk)));
            Refuses(() => CanonicalRow.Read(BookmineSetup.Contact, Mutate(random, row)));
            Refuses(() => ChangeGroupJson.Read(BookmineSetup.Instance, Guid.Empty, 1, Mutate(random, payload)));
            Assert.NotNull(JournalLines.ReadEntry(2, Encoding.UTF8.GetString(Mutate(random, line))));
            Refuses(() => JournalLines.ReadHead(Encoding.UTF8.GetString(Mutate(random, JournalLines.Head(7)))));
        }
    }

    [Fact]
    public async Task A_stock_file_of_any_bytes_is_imported_or_refused_row_by_row_and_never_fails()
    {
        var random = Seeded();
        await using var shop = await OpenShopAsync();
        var csv = "isbn13,title,authors,condition,price_cents,on_hand\n9780000000019,\"The, Keeper\",Ada,,1795,10\n,Old Charts,Ines,used,600,1\n"u8.ToArray();
        var file = shop.TillFolder("fuzz.csv");
        for (var i = 0; i < Inputs / 10; i++)
        {
            await File.WriteAllBytesAsync(file, Mutate(random, csv));
            try
            {
                shop.ImportFile(global::Bookmine.SyncServer.BackOffice.ImportKinds.Stock, file);
            }
            catch (ShopException)
            {
                // Told, with what is wrong.
            }
        }
        Assert.Empty(shop.BookFaults());
    }

    private void Refuses(Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is WireFormatException or MalformedEntryException or MalformedRowException)
        {
            // As it should.
        }
        catch (Exception e)
        {
            Assert.Fail($"seed {seed}: {e}");
        }
    }

    private Random Seeded()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    private static byte[] Mutate(Random random, byte[] valid)
    {
        var bytes = valid.ToList();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
                case 1 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(30), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, Enumerable.Range(0, random.Next(30)).Select(_ => (byte)random.Next(256))); break;
                case 4 when bytes.Count > 0: bytes.InsertRange(at, bytes.GetRange(0, random.Next(bytes.Count))); break;
                case 5: bytes.InsertRange(at, Encoding.UTF8.GetBytes(random.Next(
                    4) switch { 0 => "99999999999999999999", 1 => "null", 2 => "\"\\ud800\"", _ => "-1" })); break;
                case 6 when at + 4 <= bytes.Count: bytes.RemoveRange(at, 4); bytes.InsertRange(at, [0x7f, 0xff, 0xff, 0xff]); break;
            }
        }
        return [.. bytes];
    }

    private static async Task SealOneOfEachAsync(Till till)
    {
        await till.SellAsync(Sales.Of(Sales.Garden));
        await till.NewContactAsync(new ContactDraft { Name = "Zoë Ward", Phone = "0400 000 001" });
        var zoe = Assert.IsType<FoundContact>(Assert.Single(await till.FindAsync("Zoë Ward"))).ContactId;
        await till.NewStockAsync(new StockDraft { Title = "Signed Broadside", Condition = "used", PriceCents = 4000, Qty = 2 });
        await till.SellAsync(Sales.Of(Sales.Lighthouse, qty: 3) with { ContactId = zoe, Note = "a present" });
        await till.SellAsync(Sales.Of(Sales.Maps) with { ContactId = zoe, Layby = true, ShippedAt = null,
            Payments = [new PaymentDraft { Method = "cash", AmountCents = 500 }] });
        await till.OnOrderAsync("payment", "D100003", new OrderDraft { Payments = [new PaymentDraft { Method = "card", AmountCents = 300 }] });
        await till.SellVoucherAsync(new VoucherDraft { AmountCents = 2000, Payments = [new PaymentDraft { Method = "cash", AmountCents = 2000 }] });
        await till.RefundAsync("D100002", new RefundDraft { Lines = [new RefundLineDraft(1)], Method = "credit" });
        await till.MoveCashAsync("payout", new CashDraft { AmountCents = 250, Reason = "milk" });
        await till.MoveCashAsync("deposit", new CashDraft { AmountCents = 250, Reason = "deposit", ContactId = zoe });
        await till.NoteAsync("nosale", "change for the meter", 0, "07");
        await till.EditStockAsync(new StockDraft { Isbn = Sales.Garden, PriceCents = 1900 });
        await till.EmailAsync(new EmailDraft { ContactId = zoe, Subject = "Your order", Body = "It has come." });
    }

    /// <summary>A payload as another entry of its kind would have it: other keys, another printed number.</summary>
    private static byte[] WithNewKeys(byte[] payload, Guid id, long number)
    {
        var text = Encoding.UTF8.GetString(payload);
        var rows = JsonNode.Parse(payload)!["rows"]!.AsArray().Where(r => (string?)r!["op"] == "insert").Select(r => r!["values"]!).ToList();
        foreach (var (key, i) in rows.Select(r => (string?)r["id"]).OfType<string>().Select((key, i) => (key, i)))
        {
            text = text.Replace(key, (i == 0 ? id : Guid.CreateVersion7()).ToString(), StringComparison.Ordinal);
        }
        return Encoding.UTF8.GetBytes(rows.Select(r => r["docket"]).OfType<JsonNode>().FirstOrDefault() is { } docket
            ? text.Replace($"\"docket\":{docket}", string.Create(CultureInfo.InvariantCulture, $"\"docket\":{number}"), StringComparison.Ordinal) : text);
    }

    /// <summary>One to three values of a JSON text become others, or go: what stays is JSON.</summary>
    private static byte[] MutateJson(Random random, byte[] valid)
    {
        var root = JsonNode.Parse(valid)!;
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var nodes = Nodes(root).ToList();
            if (nodes.Count == 0)
            {
                break;
            }
            var (parent, name, index) = nodes[random.Next(nodes.Count)];
            var value = JsonValues[random.Next(JsonValues.Length)];
            switch (parent)
            {
                case JsonObject o when value is null: o.Remove(name!); break;
                case JsonObject o: o[name!] = JsonNode.Parse(value!); break;
                case JsonArray a when value is null: a.Add(a[index]?.DeepClone()); break;
                case JsonArray a: a[index] = JsonNode.Parse(value!); break;
            }
        }
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static IEnumerable<(JsonNode Parent, string? Name, int Index)> Nodes(JsonNode node) => node switch
    {
        JsonObject o => o.SelectMany(p => Below(p.Value).Prepend((o, p.Key, 0))),
        JsonArray a => a.SelectMany((child, i) => Below(child).Prepend((a, null, i))),
        _ => [],
    };

    private static IEnumerable<(JsonNode Parent, string? Name, int Index)> Below(JsonNode? node) => node is null ? [] : Nodes(node);

    private static IReadOnlyList<JournalEntry> Entries(Shop shop)
    {
        using var journal = ClientJournal.Open(Disk.Files, shop.TillFolder("front"), 1, shop.Clock, new EntityIds(shop.Clock), EntryVocabulary.Packing);
        return journal.After(0, 10);
    }
}
