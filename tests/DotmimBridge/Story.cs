using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Bookmine.DotmimBridge;
using Bookmine.ForeignTill;
using Bookmine.TillClient.Finding;
using Dotmim.Sync;
using Dotmim.Sync.Enumerations;
using Dotmim.Sync.Sqlite;
using Dotmim.Sync.Web.Client;
using Microsoft.Data.Sqlite;

namespace Bookmine.DotmimStory;

/// <summary>What a shop with a Dotmim till goes through, each claim checked.</summary>
internal sealed class Story(Shop shop, Claims claims)
{
    private const int Lighthouse = 1;
    private const int Garden = 2;

    public async Task TellAsync()
    {
        using var side = await shop.NativeAsync("side");
        var line = new Line();
        using var front = new Counter(shop.TillFile("front"), await shop.EnrolAsync("front"), shop.Url, line);
        await FirstDayAsync(front, side);
        await BrokenLinesAsync(front, line);
        await InTheMiddleAsync(front);
        await RefusalsAsync(front, side);
        await RevokedAsync();
        await RestoredAsync(front);
        await ForgottenAsync();
        await ManyAsync();
        await SmallAsync();
        Sessions();
        claims.That("the books agree", shop.Verb("check").Count >= 0 && shop.Number("SELECT count(*) FROM document WHERE trans_id IS NULL") == 0);
    }

    private async Task FirstDayAsync(Counter front, TillClient.Till side)
    {
        await front.SyncAsync();
        claims.That("the till's tables hold the shop's titles", front.Long("SELECT count(*) FROM stock") == 4);
        claims.That("and of the holdings those of its branch alone", front.Long("SELECT count(*) FROM holding") == 4 && front.Long("SELECT count(*) FROM holding WHERE branch <> 1") == 0);
        claims.That("Dotmim has no table of tracking and no trigger in the shop", !shop.Tables().Exists(t => t.Contains("tracking", StringComparison.Ordinal)
            || t.Contains("insert_trigger", StringComparison.Ordinal) || t == "scope_info"));
        var before = shop.Number("SELECT max(seq) FROM sync_feed");
        await front.SyncAsync();
        claims.That("with nothing to do, nothing changes", shop.Number("SELECT max(seq) FROM sync_feed") == before);

        shop.Kill();
        var contact = Guid.CreateVersion7();
        var own = Guid.CreateVersion7();
        using (var connection = front.Open())
        {
            Counter.Insert(connection, null, "contact", ("id", contact), ("kind", "customer"), ("name", "Bela Orban"));
            Counter.Insert(connection, null, "stock", ("id", own), ("code", "broadside"), ("title", "A Signed Broadside"));
            Counter.Insert(connection, null, "holding", ("branch", 1L), ("stock_id", own), ("price_cents", 4500L), ("on_hand", 2L));
            Counter.Insert(connection, null, "stock_movement", ("id", Guid.CreateVersion7()), ("branch", 1L), ("stock_id", own), ("qty", 2L), ("value_cents", 0L), ("reason", "receipt"),
                ("taken_at", 1_700_000_000_000L));
            Counter.Insert(connection, null, "email", ("id", Guid.CreateVersion7()), ("branch", 1L), ("contact_id", contact), ("subject", "Your order"), ("body", "It is here."),
                ("sent_at", 1_700_000_000_000L));
        }
        var first = front.Sell(front.StockOf(Shop.IsbnOf(Lighthouse)), 1001, contact: contact);
        var second = front.Sell(own, 4500);
        front.One("UPDATE stock SET title = 'Another title' WHERE isbn13 = @isbn", ("@isbn", Shop.IsbnOf(Garden)));
        await claims.FailsAsync("while the server is away a synchronisation fails, and loses nothing", () => front.SyncAsync());
        shop.Start();
        await front.SyncAsync();
        claims.That("both sales have their TransIDs in the same synchronisation, in the order of their dockets",
            front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", first.Number)) is > 0 and var a && front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", second.Number)) == a + 1);
        claims.That("payments are dated when they were posted, documents keep their dates", front.Long("SELECT count(*) FROM payment WHERE paid_at > taken_at") == 2
            && front.Long("SELECT count(*) FROM document WHERE started_at < posted_at") == 2);
        claims.That("the edit and the email are dropped, and listed", shop.Verb("dropped", "list").Count == 2);
        claims.That("and are on the till as the server has them", front.One("SELECT title FROM stock WHERE isbn13 = @isbn", ("@isbn", Shop.IsbnOf(Garden))) is "Title 2" && front.Long("SELECT count(*) FROM email") == 0);
        claims.That("the new title has its price, and one of two is left", shop.Number("SELECT on_hand FROM holding WHERE stock_id = @id AND price_cents = 4500", own) == 1
            && front.Long("SELECT on_hand FROM holding WHERE price_cents = 4500") == 1);
        await side.SynchroniseAsync();
        claims.That("a till of Bookmine's own finds the sale by its D-number", (await side.FindAsync($"D{first.Number}")) is [FoundTransaction { Transaction.TransId: > 0 }]);
    }

    private async Task BrokenLinesAsync(Counter front, Line line)
    {
        var stock = front.StockOf(Shop.IsbnOf(Lighthouse));
        var sale = front.Sell(stock, 1001);
        line.Lost = 2;
        await claims.FailsAsync("a lost answer is a failed synchronisation", () => front.SyncAsync());
        await claims.FailsAsync("and so is the next", () => front.SyncAsync());
        var told = shop.Number("SELECT trans_id FROM document WHERE docket = @n", sale.Number);
        await front.SyncAsync();
        claims.That("the third time brings the number that was given the first time", told > 0 && front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", sale.Number)) == told);
        line.IsDoubled = true;
        var doubled = front.Sell(stock, 1001);
        try
        {
            await front.SyncAsync();
        }
        catch (SyncException)
        {
            // Dotmim's own session does not bear two at a time; the sale must.
        }
        line.IsDoubled = false;
        await front.SyncAsync();
        claims.That("a request that is doubled posts once", shop.Number("SELECT count(*) FROM document WHERE docket = @n", doubled.Number) == 1
            && front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", doubled.Number)) == shop.Number("SELECT trans_id FROM document WHERE docket = @n", doubled.Number)
            && shop.Number("SELECT count(*) FROM payment") == shop.Number("SELECT count(*) FROM document"));
        var cut = front.Sell(stock, 1001);
        var syncing = front.SyncAsync();
        await Task.Delay(30);
        shop.Kill();
        await Claims.FailsOrNotAsync(syncing);
        shop.Start();
        await front.SyncAsync();
        claims.That("a server that is killed in the middle loses nothing", front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", cut.Number)) > 0);
        front.Sell(stock, 1001);
        var result = await front.SyncAsync();
        claims.That("of a sale go back its four rows, the holding that it moved, and the till's head, and no more", result.TotalChangesDownloadedFromServer == 6);
        claims.That("and with nothing new nothing", (await front.SyncAsync()) is { TotalChangesDownloadedFromServer: 0, TotalChangesUploadedToServer: 0 });
    }

    private async Task InTheMiddleAsync(Counter front)
    {
        var stock = front.StockOf(Shop.IsbnOf(Lighthouse));
        (Guid Id, long Number) late = default;
        var isDone = false;
        var watching = front.Till.Agent.LocalOrchestrator.OnTableChangesSelected(args =>
        {
            if (args.Context.SyncWay == SyncWay.Upload && args.SchemaTable.TableName == "document" && !isDone)
            {
                isDone = true;
                late = front.Sell(stock, 1001);
            }
        });
        await front.SyncAsync();
        front.Till.Agent.LocalOrchestrator.ClearInterceptors(watching);
        claims.That("a sale that is made while the tables are read comes in parts, which wait", isDone && front.Long("SELECT count(*) FROM payment p JOIN document d ON d.id = p.document_id WHERE d.docket = @n", ("@n", late.Number)) == 1);
        await front.SyncAsync();
        claims.That("and is posted whole the next time, and needs nobody", front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", late.Number)) > 0
            && shop.Verb("quarantine", "list").Count == 0);
        var clock = front.Sell(stock, 1001);
        front.One("UPDATE document_tracking SET timestamp = 1 WHERE id = (SELECT id FROM document WHERE docket = @n)", ("@n", clock.Number));
        front.One("UPDATE document_line_tracking SET timestamp = 1");
        front.One("UPDATE payment_tracking SET timestamp = 1");
        using (var connection = front.Open())
        {
            Counter.Insert(connection, null, "contact", ("id", Guid.CreateVersion7()), ("kind", "customer"), ("name", "Set Back"));
            Counter.Insert(connection, null, "till_event", ("id", Guid.CreateVersion7()), ("branch", 1L), ("till", front.Identity.Till), ("kind", "no-sale"), ("text", "change"), ("amount_cents", 0L), ("happened_at", 1L));
        }
        front.One("UPDATE contact SET phone = '0199' WHERE name = 'Bela Orban'");
        front.One("UPDATE contact_tracking SET timestamp = 1");
        front.One("UPDATE till_event_tracking SET timestamp = 1");
        await front.SyncAsync();
        claims.That("a sale under a clock that was set back is sent all the same", front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", clock.Number)) > 0);
        claims.That("and so are a contact, an event and an edit", shop.Number("SELECT count(*) FROM contact WHERE name = 'Set Back'") == 1
            && shop.Number("SELECT count(*) FROM till_event WHERE till = @t", front.Identity.Till) == 1 && shop.Verb("dropped", "list").Exists(d => d.ToString().Contains("0199", StringComparison.Ordinal)));
        claims.That("once", (await front.SyncAsync()).TotalChangesUploadedToServer == 0);
        var unsent = front.Sell(stock, 1001);
        await front.SyncAsync(SyncType.Reinitialize);
        claims.That("Reinitialize destroys no unsent sale", front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", unsent.Number)) > 0);
        isDone = false;
        watching = front.Till.Agent.LocalOrchestrator.OnTableChangesSelected(args =>
        {
            if (args.Context.SyncWay == SyncWay.Upload && args.SchemaTable.TableName == "document" && !isDone)
            {
                isDone = true;
                late = front.Sell(stock, 1001);
            }
        });
        await claims.FailsAsync("nor one that is made while it reads: it is told to come again", () => front.SyncAsync(SyncType.Reinitialize), "Something was sold");
        front.Till.Agent.LocalOrchestrator.ClearInterceptors(watching);
        await front.SyncAsync();
        claims.That("and then the sale is posted", front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", late.Number)) > 0 && shop.Verb("quarantine", "list").Count == 0);
    }

    private async Task RefusalsAsync(Counter front, TillClient.Till side)
    {
        var stock = front.StockOf(Shop.IsbnOf(Lighthouse));
        var posted = front.Sell(stock, 1001);
        var removed = front.Sell(stock, 1001);
        await front.SyncAsync();
        var waiting = shop.Verb("quarantine", "list").Count;
        front.One("UPDATE document SET total_cents = 1 WHERE docket = @n", ("@n", posted.Number));
        front.One("DELETE FROM document_line WHERE document_id = (SELECT id FROM document WHERE docket = @n)", ("@n", removed.Number));
        front.One("DELETE FROM payment WHERE document_id = (SELECT id FROM document WHERE docket = @n)", ("@n", removed.Number));
        front.One("DELETE FROM document WHERE docket = @n", ("@n", removed.Number));
        await front.SyncAsync();
        claims.That("an edit of a posted transaction waits for a person, and is undone on the till", shop.Verb("quarantine", "list").Count == waiting + 1
            && front.Long("SELECT total_cents FROM document WHERE docket = @n", ("@n", posted.Number)) == 1001);
        claims.That("a deleted sale is listed, and comes back", front.Long("SELECT count(*) FROM document WHERE docket = @n", ("@n", removed.Number)) == 1
            && shop.Verb("dropped", "list").Count(d => d.ToString().Contains("removed", StringComparison.Ordinal)) == 3);
        using (var connection = front.Open())
        {
            Counter.Insert(connection, null, "stock_movement", ("id", Guid.CreateVersion7()), ("branch", 2L), ("stock_id", stock), ("qty", 1000L), ("value_cents", 0L), ("reason", "receipt"), ("taken_at", 1L));
        }
        await front.SyncAsync();
        claims.That("rows of another branch wait for a person", shop.Verb("quarantine", "list").Count == waiting + 2 && shop.Number("SELECT on_hand FROM holding WHERE branch = 2 AND stock_id = @s", stock) == 50);

        using var http = new HttpClient();
        claims.That("a stranger is refused", await StatusAsync(http, "Till 1:none") == HttpStatusCode.Unauthorized);
        claims.That("and so is the secret of a till that keeps a journal", await StatusAsync(http, $"Till {side.Identity.Till}:{side.Identity.Secret}") == HttpStatusCode.Forbidden);
        var own = $"Till {front.Identity.Till}:{front.Identity.Secret}";
        claims.That("a request that is none is refused", await StatusAsync(http, own) is HttpStatusCode.BadRequest);
        foreach (var (claim, body) in Hostile(front.Identity.Till))
        {
            claims.That(claim, await StatusAsync(http, own, Gzipped(body), claim.Contains("scope", StringComparison.Ordinal) ? "2" : "4") == HttpStatusCode.BadRequest);
        }
        claims.That("and nothing of it is anywhere", !shop.Tables().Exists(t => t.Contains("tracking", StringComparison.Ordinal)) && !Directory.Exists(Path.Combine(shop.Folder, "outside")));
        claims.That("a session that nobody knows is told", await StatusAsync(http, own, Gzipped("{}")) is HttpStatusCode.BadRequest);
        claims.That("a bomb is refused", await StatusAsync(http, own, Bomb()) is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest);
        using var elsewhere = new Counter(Path.Combine(shop.Folder, "scope", "till.db"), front.Identity, shop.Url);
        Directory.CreateDirectory(Path.Combine(shop.Folder, "scope"));
        await claims.FailsAsync("an unknown scope is told", () => elsewhere.Till.Agent.SynchronizeAsync("other", (SyncSetup?)null, SyncType.Normal, null, null, default), "There is no such scope");
        using var schema = new Counter(Path.Combine(shop.Folder, "schema", "till.db"), front.Identity, shop.Url);
        Directory.CreateDirectory(Path.Combine(shop.Folder, "schema"));
        await claims.FailsAsync("another schema is told", () => schema.Till.Agent.SynchronizeAsync("bookmine", new SyncSetup("stock", "mine"), SyncType.Normal, null, null, default), "setup");
    }

    private async Task RevokedAsync()
    {
        using var back = new Counter(shop.TillFile("back"), await shop.EnrolAsync("back"), shop.Url);
        await back.SyncAsync();
        var sale = back.Sell(back.StockOf(Shop.IsbnOf(Lighthouse)), 1001);
        shop.Verb("till", "revoke", "back");
        var waiting = shop.Verb("quarantine", "list").Count;
        await back.SyncAsync();
        claims.That("what a revoked till brings is kept, and it gets nothing", shop.Verb("quarantine", "list").Count == waiting + 1 && back.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", sale.Number)) == 0);
        await claims.FailsAsync("asked to begin afresh it is told why it cannot", () => back.SyncAsync(SyncType.Reinitialize), "revoked");
        claims.That("and its sale is still there", back.Long("SELECT count(*) FROM document WHERE trans_id IS NULL") == 1);
    }

    private async Task RestoredAsync(Counter front)
    {
        var stock = front.StockOf(Shop.IsbnOf(Lighthouse));
        var plain = await PlainAsync();
        if (shop.IsEmbedded)
        {
            var copy = Path.Combine(shop.Folder, "backup.db");
            shop.Verb("backup", copy);
            var lost = front.Sell(stock, 1001);
            await front.SyncAsync();
            var told = front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", lost.Number));
            shop.Kill();
            shop.Verb("restore", copy);
            shop.Start();
            var later = front.Sell(stock, 1001);
            await front.SyncAsync();
            claims.That("after a restore the till brings what was lost, with a new number", front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", lost.Number)) is var now && now > told
                && shop.Number("SELECT trans_id FROM document WHERE docket = @n", lost.Number) == now && front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", later.Number)) > now);
        }
        else
        {
            // By PostgreSQL's own means, behind the server's back.
            shop.Kill();
            shop.Copy(back: false);
            shop.Start();
            var lost = front.Sell(stock, 1001);
            await front.SyncAsync();
            var told = front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", lost.Number));
            shop.Kill();
            shop.Copy(back: true);
            shop.Start();
            await front.SyncAsync();
            claims.That("after a restore the till brings what was lost, with a new number", shop.Number("SELECT trans_id FROM document WHERE docket = @n", lost.Number) > told
                && front.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", lost.Number)) == shop.Number("SELECT trans_id FROM document WHERE docket = @n", lost.Number));
        }
        claims.That("the restore is a finding", shop.Verb("finding", "list").Exists(f => f.ToString().Contains("records restored", StringComparison.Ordinal)));
        var unguarded = plain.Sell(stock, 1001);
        await plain.Agent.SynchronizeAsync("bookmine", (SyncSetup?)null, SyncType.Normal, null, null, default);
        claims.That("a till without the guard is told to wait, and loses nothing", plain.Counter.Long("SELECT count(*) FROM document WHERE docket = @n AND trans_id IS NULL", ("@n", unguarded.Number)) == 1);
        claims.That("and the manager hears of it", shop.Verb("finding", "list").Exists(f => f.ToString().Contains("till unguarded", StringComparison.Ordinal)));
        await plain.Counter.SyncAsync();
        claims.That("with the guard it brings it", plain.Counter.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", unguarded.Number)) > 0);
        await front.SyncAsync();
        plain.Counter.Dispose();
    }

    private async Task ForgottenAsync()
    {
        if (shop.IsEmbedded)
        {
            var copy = Path.Combine(shop.Folder, "before.db");
            shop.Verb("backup", copy);
            using var late = new Counter(shop.TillFile("late"), await shop.EnrolAsync("late"), shop.Url);
            await late.SyncAsync();
            var sale = late.Sell(late.StockOf(Shop.IsbnOf(Lighthouse)), 1001);
            shop.Kill();
            shop.Verb("restore", copy);
            shop.Start();
            var waiting = shop.Verb("quarantine", "list").Count;
            await late.SyncAsync();
            claims.That("records older than the till's enrolment know it again, and keep what it brings", shop.Verb("quarantine", "list").Count == waiting + 1);
            shop.Verb("till", "admit", "late");
            await late.SyncAsync();
            claims.That("until it is admitted", late.Long("SELECT trans_id FROM document WHERE docket = @n", ("@n", sale.Number)) > 0
                && shop.Number("SELECT count(*) FROM document WHERE docket = @n", sale.Number) == 1);
        }
        var identity = await shop.EnrolAsync("again");
        using var first = new Counter(shop.TillFile("again"), identity, shop.Url);
        await first.SyncAsync();
        first.Sell(first.StockOf(Shop.IsbnOf(Lighthouse)), 1001);
        await first.SyncAsync();
        var printed = first.Sell(first.StockOf(Shop.IsbnOf(Lighthouse)), 1001).Number;
        using var second = new Counter(shop.TillFile("again2"), identity, shop.Url);
        await second.SyncAsync();
        claims.That("a file that was lost, and is made anew, prints no number again", second.Sell(second.StockOf(Shop.IsbnOf(Lighthouse)), 1001).Number > printed);
    }

    /// <summary>A till as an application has it that knows only Dotmim.</summary>
    private async Task<(Counter Counter, SyncAgent Agent, Func<Guid, long, (Guid Id, long Number)> Sell)> PlainAsync()
    {
        var counter = new Counter(shop.TillFile("plain"), await shop.EnrolAsync("plain"), shop.Url);
        await counter.SyncAsync();
        var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Till", $"{counter.Identity.Till}:{counter.Identity.Secret}");
        var agent = new SyncAgent(new SqliteSyncProvider(shop.TillFile("plain")), new WebRemoteOrchestrator(new Uri(shop.Url, "dotmim").ToString(), client: http));
        return (counter, agent, (stock, cents) => counter.Sell(stock, cents));
    }

    private async Task ManyAsync()
    {
        const int tills = 8, sales = 25;
        var counters = new List<Counter>();
        for (var i = 0; i < tills; i++)
        {
            counters.Add(new Counter(shop.TillFile($"many{i}"), await shop.EnrolAsync($"many{i}"), shop.Url));
        }
        await Task.WhenAll(counters.Select(c => c.SyncAsync()));
        var stock = counters[0].StockOf(Shop.IsbnOf(Lighthouse));
        var before = shop.Number("SELECT count(*) FROM document");
        await Task.WhenAll(counters.Select(counter => Task.Run(async () =>
        {
            for (var round = 0; round < 5; round++)
            {
                for (var i = 0; i < sales / 5; i++)
                {
                    counter.Sell(stock, 1001);
                }
                await counter.SyncAsync();
            }
        })));
        await Task.WhenAll(counters.Select(c => c.SyncAsync()));
        claims.That($"{tills} tills at once post {tills * sales} sales, each once", shop.Number("SELECT count(*) FROM document") == before + (tills * sales)
            && shop.Number("SELECT count(DISTINCT trans_id) FROM document") == shop.Number("SELECT count(*) FROM document"));
        var all = shop.Number("SELECT count(*) FROM document WHERE branch = 1");
        claims.That("and all of them hold all", counters.TrueForAll(c => c.Long("SELECT count(*) FROM document WHERE trans_id IS NOT NULL") == all));
        counters.ForEach(c => c.Dispose());
    }

    private void Sessions()
    {
        var (clock, at) = (new Minutes(), Path.Combine(shop.Folder, "sessions"));
        var sessions = new BridgeSessions(at, clock);
        BridgeSession Use(long till, string id)
        {
            var session = sessions.Of(till, id);
            session.Leave();
            return session;
        }
        var (first, other) = (Use(1, "a"), Use(2, "a"));
        Directory.CreateDirectory(first.Folder);
        claims.That("a session is its till's own", first != other && first.Folder != other.Folder && Use(1, "a") == first);
        clock.Now += 19;
        Use(1, "a");
        clock.Now += 19;
        claims.That("and lives as long as it is used", Use(1, "a") == first && Use(2, "a") != other);
        first.Enter();
        clock.Now += 21;
        Use(1, "b");
        var isKept = Directory.Exists(first.Folder);
        first.Leave();
        claims.That("and no longer, with all that it held, once its last request is answered", isKept && !Directory.Exists(first.Folder) && Use(1, "a") != first);
        var names = Enumerable.Range(0, 10).Select(i => Use(3, $"{i}")).ToList();
        claims.That("a till has a few at a time", Use(3, "0") != names[0] && Use(3, "9") == names[9]);
    }

    private sealed class Minutes : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Now * 60;
    }

    /// <summary>The till of docs/dotmim.md, as it stands there.</summary>
    private async Task SmallAsync()
    {
        var at = Directory.CreateDirectory(Path.Combine(shop.Folder, "small")).FullName;
        var code = shop.Verb("till", "enrol-code", "--foreign", "--branch", "1", "--name", "small")[0].GetProperty("code").GetString()!;
        using var screen = new StringWriter();
        using var day = new StringReader($"{Shop.IsbnOf(Garden)}\n1\nsync\n");
        await SmallTill.RunAsync(at, shop.Url, code, day, screen);
        var lines = screen.ToString().Split(Environment.NewLine);
        using var later = new StringReader($"{lines[1].Split(' ')[0]}\n");
        await SmallTill.RunAsync(at, shop.Url, null, later, screen);
        claims.That("the small till of the documentation sells, posts, and finds its sale by its docket",
            lines is ["0 rows brought", ['D', ..], "not known here", "4 rows brought", ""]
            && screen.ToString().TrimEnd().Split(Environment.NewLine)[^1].StartsWith("sale ", StringComparison.Ordinal)
            && !screen.ToString().Contains("not posted", StringComparison.Ordinal));
    }

    private async Task<HttpStatusCode> StatusAsync(HttpClient http, string authorization, byte[]? gzipped = null, string step = "4")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shop.Url, "dotmim")) { Content = new ByteArrayContent(gzipped ?? []) };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (gzipped is not null)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
            foreach (var (name, value) in new Dictionary<string, string> { ["session-id"] = $"{Guid.Empty}", ["scope-name"] = "bookmine", ["step"] = step, ["serialization-format"] = JsonSerializer.Serialize(new { f = "json", s = 0 }) })
            {
                request.Headers.Add($"dotmim-sync-{name}", value);
            }
        }
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>What Dotmim believes of a request: that its body's scope is the header's, and that its tables' names are names.</summary>
    private IEnumerable<(string Claim, string Body)> Hostile(long till)
    {
        var client = $$"""{"id":"{{Guid.Empty}}","n":"bookmine","h":null,"lst":1,"lsst":1,"in":false,"p":null}""";
        string Context(string scope) => $$"""{"id":"{{Guid.Empty}}","csid":"{{Guid.Empty}}","sn":"{{scope}}","way":2,"stage":9,"pp":0.3}""";
        yield return ("another scope in the body is refused", $$"""{"sc":{{Context("Bookmine")}}}""");
        yield return ("a scope that is none is refused", $$"""{"sc":{{Context("x] FROM bigint; --")}}}""");
        var outside = Path.Combine(shop.Folder, "outside", "evil.branch");
        yield return ("a table that is a path is refused",
            $$"""{"sc":{{Context("bookmine")}},"scopeclient":{{client}},"bi":0,"bc":1,"islb":false,"changes":{"t":[{"n":"{{outside}}","s":"","c":[{"n":"id","t":"7","p":1}],"r":[[16,{{till}}]]}]},"clst":1,"scope":null}""");
    }

    private static byte[] Gzipped(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }
        return packed.ToArray();
    }

    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 200; i++)
            {
                gzip.Write(zeros);
            }
        }
        return packed.ToArray();
    }
}

/// <summary>Counts what is claimed, and says what does not hold.</summary>
internal sealed class Claims
{
    public int Held { get; private set; }

    public int Failed { get; private set; }

    public void That(string claim, bool holds)
    {
        Console.WriteLine($"{(holds ? "  " : "NO")} {claim}");
        (Held, Failed) = holds ? (Held + 1, Failed) : (Held, Failed + 1);
    }

    public async Task FailsAsync(string claim, Func<Task> work, string? says = null)
    {
        try
        {
            await work();
            That(claim + ": it did not fail", false);
        }
        catch (Exception e) when (e is SyncException or HttpRequestException or InvalidOperationException)
        {
            That(claim, says is null || e.ToString().Contains(says, StringComparison.OrdinalIgnoreCase));
            if (says is not null && !e.ToString().Contains(says, StringComparison.OrdinalIgnoreCase))
            {
                Console.WriteLine("     it says: " + e.Message);
            }
        }
    }

    public static async Task FailsOrNotAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception e) when (e is SyncException or HttpRequestException)
        {
            Console.WriteLine("     (cut off: " + e.GetType().Name + ")");
        }
    }
}
