using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>Mutated and random input: answered, never with the server's own failure. BOOKMINE_FUZZ asks for more inputs.</summary>
public abstract class FuzzTests(Engine engine) : ServerSuite(engine)
{
    private static readonly int Inputs = int.Parse(Environment.GetEnvironmentVariable("BOOKMINE_FUZZ") ?? "3000", CultureInfo.InvariantCulture);
    private readonly int seed = Environment.TickCount;

    [Fact]
    public async Task No_request_makes_the_server_fail_whatever_is_in_it()
    {
        var random = Seeded();
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var till = shop.OpenTill("front", true);
        for (var i = 0; i < 3; i++)
        {
            await till.SellAsync(Sales.Of(Sales.Garden));
        }
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        using var http = new HttpClient { BaseAddress = new Uri(shop.Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", string.Create(CultureInfo.InvariantCulture, $"{identity.Till}:{identity.Secret}"));
        var entries = Entries(shop);
        var hello = Encoding.UTF8.GetBytes("""{"protocol":1,"schema":1,"last_n":3,"acknowledged":0,"chain":"","epoch":"x","cursors":{"shared":1},"provisioned_at":5,"numbers_left":7,"blocks":[{"first":100001,"last":200000}],"last_chain":"00","highest_number":0,"proof":{"hash":"00ff","answer":{"n":1,"state":"Posted","number":1,"posted_at":1,"dropped":[],"reason":null}}}""");
        (string Path, byte[] Body)[] valid =
        [
            ("sync/hello", hello), ("sync/push", PushEnvelope.Write(Guid.NewGuid(), entries)), ("sync/fork", PushEnvelope.Write(Guid.NewGuid(), entries)),
            ("sync/pull", Encoding.UTF8.GetBytes($$$"""{"epoch":"{{{shop.Text("SELECT epoch FROM sync_state")}}}","cursors":{"shared":0,"branch:1":0}}""")),
            ("sync/enrol", """{"code":"ABCDEFGHJK","protocol":1,"schema":1}"""u8.ToArray()),
            ("sync/readmit", """{"till":1,"name":"front","branch":1,"secret":"00","proof":"00","epoch":null,"highest_number":0}"""u8.ToArray()),
            ($"shop/edit/{Guid.NewGuid()}", entries[0].Payload),
        ];
        for (var i = 0; i < Inputs; i++)
        {
            var (path, body) = valid[random.Next(valid.Length)];
            using var content = new ByteArrayContent(Mutate(random, body));
            if (path is "sync/hello" or "sync/pull" or "sync/enrol" or "sync/readmit")
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

    [Fact]
    public void Readers_of_the_wire_and_of_exported_journals_refuse_what_they_cannot_read_and_never_fail()
    {
        var random = Seeded();
        var payload = """{"kind":"sale","by":null,"at":5,"rows":[{"table":"contact","op":"insert","values":{"id":"01930000-0000-7000-8000-000000000009","kind":"customer","name":"Zoë"}}]}"""u8.ToArray();
        var entry = new JournalEntry(1, Guid.NewGuid(), "sale", 1, 100_001, 5, payload, JournalEntry.HashOf(1, Guid.Empty, "sale", 1, 5, payload), JournalEntry.NoChain, 5);
        var push = PushEnvelope.Write(Guid.NewGuid(), [entry, entry]);
        var row = CanonicalRow.Write(new Row(BookmineSetup.Contact) { ["id"] = Shop.Rosa, ["kind"] = "customer", ["name"] = "Rosa" });
        var chunk = new PullChunk(new ChunkHead(["shared"], new() { ["shared"] = 1 }, 1, null), [new FeedRow(0, (ushort)BookmineSetup.Contact.Number, new RowKey(Shop.Rosa), false, row)]).Write();
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
                new global::Bookmine.SyncServer.Imports.StockImport(shop.Database, 1, shop.Clock).Run(file, _ => { });
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
                case 5: bytes.InsertRange(at, Encoding.UTF8.GetBytes(random.Next(4) switch { 0 => "99999999999999999999", 1 => "null", 2 => "\"\\ud800\"", _ => "-1" })); break;
                case 6 when at + 4 <= bytes.Count: bytes.RemoveRange(at, 4); bytes.InsertRange(at, [0x7f, 0xff, 0xff, 0xff]); break;
            }
        }
        return [.. bytes];
    }

    private static IReadOnlyList<JournalEntry> Entries(Shop shop)
    {
        using var journal = ClientJournal.Open(Disk.Files, shop.TillFolder("front"), 1, shop.Clock, new EntityIds(shop.Clock));
        return journal.After(0, 10);
    }
}
