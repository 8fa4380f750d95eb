using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Rules;
using Bookmine.SyncServer.Tills;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Files;

namespace Bookmine.Tests.SyncServer;

/// <summary>A push is posted as one unit; what is wrong with one of its entries costs the others nothing.</summary>
public abstract class PostingUnitTests(Engine engine) : ServerSuite(engine)
{
    [Fact]
    public async Task One_impossible_row_among_a_hundred_sales_is_kept_for_a_person_and_the_others_are_posted_in_order()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        // A key that is there already: found only in the writing, since nobody looks for a hundred keys beforehand.
        var taken = Guid.CreateVersion7();
        shop.Write("INSERT INTO payment (id, document_id, branch, method, amount_cents, change, taken_at) VALUES (@id, @document, 1, 'cash', 0, 0, 0)", taken, Guid.NewGuid());
        var push = Sales(100).ToList();
        push[41] = Sale(42, payment: taken);

        var answers = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), push).Results;

        Assert.Equal([42L], answers.Where(a => a.State == EntryState.Quarantined).Select(a => a.N));
        Assert.Contains($"a row of payment with the key {taken} already", answers[41].Reason, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 99).Select(i => (long?)546789 + i), answers.Where(a => a.State == EntryState.Posted).Select(a => a.Number));
        Assert.Equal(99, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(-99, shop.Number("SELECT on_hand FROM holding WHERE stock_id = @id", Book));
        Assert.Equal(answers, Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), push).Results, (a, b) => (a.N, a.State, a.Number, a.Mac) == (b.N, b.State, b.Number, b.Mac));
    }

    [Fact]
    public async Task A_trigger_of_an_administrator_that_replaces_its_own_rows_goes_on_doing_so()
    {
        Assert.SkipWhen(Engine != Engine.Sqlite, "OR REPLACE is SQLite's");
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [Sale(1)]);
        using (var admin = shop.Connect())
        {
            admin.Script(
                """
                CREATE TABLE last_sale (branch INTEGER PRIMARY KEY, docket INTEGER);
                CREATE TRIGGER remember AFTER INSERT ON document BEGIN INSERT OR REPLACE INTO last_sale VALUES (new.branch, new.docket); END;
                CREATE TABLE sold (stock BLOB PRIMARY KEY);
                CREATE TRIGGER counted AFTER UPDATE ON holding BEGIN INSERT OR IGNORE INTO sold VALUES (new.stock_id); END;
                """);
        }

        var answers = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [Sale(2), Sale(3)]).Results;
        answers = [.. answers, .. Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [Sale(4)]).Results];

        Assert.All(answers, a => Assert.Equal(EntryState.Posted, a.State));
        Assert.Equal(100_004, shop.Number("SELECT docket FROM last_sale"));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM sold"));
    }

    [Fact]
    public async Task A_failure_of_the_machine_in_a_later_unit_tells_what_was_posted_before_it()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var failing = new FailingDatabase(shop.Database, unit: 3);
        var orchestrator = ShopOrchestrator.Make(failing, shop.TillFolder("unused"), shop.Clock);

        var reply = orchestrator.Push(Client(shop), Guid.NewGuid(), [.. Sales(250)]);

        Assert.Equal((200, 200), (reply.Acknowledged, reply.Results.Count));
        var away = ShopOrchestrator.Make(new FailingDatabase(shop.Database, unit: 1), shop.TillFolder("unused"), shop.Clock);
        Assert.Throws<IOException>(() => away.Push(Client(shop), Guid.NewGuid(), [.. Sales(250).Skip(200)]));
        Assert.Equal(250, Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [.. Sales(250).Skip(200)]).Acknowledged);
    }

    /// <summary>A database whose disk fails at one writing transaction.</summary>
    private sealed class FailingDatabase(IServerDatabase inner, int unit) : IServerDatabase
    {
        private int writings;

        public string EngineTables => inner.EngineTables;

        public T Writing<T>(Func<Bookmine.Sync.Data.Session, T> work) => ++writings == unit ? throw new IOException("the disk is full") : inner.Writing(work);

        public bool TrySequencing(Action<Bookmine.Sync.Data.Session> work) => inner.TrySequencing(work);

        public bool ComesFromData(Exception failure) => inner.ComesFromData(failure);

        public IChangeWatch Watch() => inner.Watch();

        public T Reading<T>(Func<Bookmine.Sync.Data.Session, T> work) => inner.Reading(work);

        public IEnumerable<string> Triggers(SyncTable table) => inner.Triggers(table);

        public void Dispose()
        {
        }
    }

    [Fact]
    public async Task A_long_push_is_posted_unit_after_unit_with_an_answer_for_each_entry()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var push = Sales(250).ToList();
        push[149] = Sale(150, docket: 999_999);

        var reply = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), push);

        Assert.Equal((250, 250), (reply.Acknowledged, reply.Results.Count));
        Assert.Equal(push.Select(e => e.N), reply.Results.Select(r => r.N));
        Assert.Equal([150L], reply.Results.Where(r => r.State == EntryState.Quarantined).Select(r => r.N));
        Assert.Equal(Enumerable.Range(0, 249).Select(i => (long?)546789 + i), reply.Results.Select(r => r.Number).OfType<long>().Select(n => (long?)n));
        Assert.Equal(reply.Results.Select(r => r.Number), Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), push).Results.Select(r => r.Number));
    }

    [Fact]
    public async Task A_push_with_a_hole_in_a_later_unit_is_posted_up_to_the_hole()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var push = Sales(250).Where(e => e.N != 130).ToList();

        var reply = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), push);

        Assert.Equal((129, 129), (reply.Acknowledged, reply.Results.Count));
        Assert.Equal(129, shop.Number("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task A_push_whose_line_breaks_posts_nothing_or_all_and_is_sent_again()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var identity = TillIdentity.Read(Disk.Files, shop.TillFolder("front"));
        var body = PushEnvelope.Write(Guid.NewGuid(), [.. Sales(5).Select(e => new JournalEntry(e.N, e.Id, e.Kind, e.Format, null, 0, e.Payload, e.Hash, [], e.SealedAt, null))]);
        var head = System.Text.Encoding.ASCII.GetBytes(
            $"POST /sync/push HTTP/1.1\r\nHost: localhost\r\nAuthorization: Till {identity.Till}:{identity.Secret}\r\nContent-Length: {body.Length}\r\n\r\n");
        var at = new Uri(shop.Url);
        foreach (var sent in Enumerable.Range(0, 20).Select(i => body.Length * i / 20))
        {
            using var line = new System.Net.Sockets.TcpClient(at.Host, at.Port);
            await line.GetStream().WriteAsync(head);
            await line.GetStream().WriteAsync(body.AsMemory(0, sent));
        }
        await Task.Delay(300);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document"));

        // Cut when all is sent: the answer is lost, the posting is not.
        using (var line = new System.Net.Sockets.TcpClient(at.Host, at.Port))
        {
            await line.GetStream().WriteAsync(head);
            await line.GetStream().WriteAsync(body);
        }
        var again = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), PushEnvelope.Read(body).Entries);

        Assert.Equal([546789L, 546790, 546791, 546792, 546793], again.Results.Select(r => r.Number!.Value));
        Assert.Equal(5, shop.Number("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task A_refusal_of_the_database_that_nobody_foresaw_keeps_one_entry_and_posts_the_others()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        RefuseDocket(shop, 100_007);

        var answers = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [.. Sales(20)]).Results;

        Assert.Equal([7L], answers.Where(a => a.State == EntryState.Quarantined).Select(a => a.N));
        Assert.Equal(19, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(20, shop.Number("SELECT n FROM till_head"));
    }

    [Fact]
    public async Task An_entry_whose_kind_no_database_can_hold_stops_nothing_behind_it()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var odd = Sale(1);
        odd = odd with { Kind = "sale\0", Hash = JournalEntry.HashOf(1, odd.Id, "sale\0", 1, 0, odd.Payload) };

        var answers = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [odd, Sale(2)]).Results;

        Assert.Equal([1L, 2L], answers.Select(a => a.N));
        Assert.Equal(2, shop.Number("SELECT n FROM till_head"));
    }

    [Fact]
    public async Task A_finding_ticked_off_is_found_again_when_it_occurs_again()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [Sale(1)]);
        var oversold = shop.Database.Reading(s => OpenFindings.Read(s, all: false)).Single(f => f.Kind == "oversold");
        Assert.True(shop.Database.Writing(s => FindingLog.Resolve(s, oversold.Id, 5)));
        Assert.False(shop.Database.Writing(s => FindingLog.Resolve(s, oversold.Id, 5)));

        Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [Sale(2)]);

        var again = shop.Database.Reading(s => OpenFindings.Read(s, all: false)).Single(f => f.Kind == "oversold");
        Assert.NotEqual(oversold.Id, again.Id);
        Assert.Contains("on hand -2 in branch 1 (D100002, ada)", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_docket_twice_in_one_push_is_posted_once()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");

        var answers = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [Sale(1, docket: 100_001), Sale(2, docket: 100_001), Sale(3, docket: 100_002)]).Results;

        Assert.Equal([EntryState.Posted, EntryState.Quarantined, EntryState.Posted], answers.Select(a => a.State));
        Assert.Contains("another row of document with a number that may be there once only", answers[1].Reason, StringComparison.Ordinal);
        Assert.Equal([546789L, 546790L], answers.Select(a => a.Number).OfType<long>());
    }

    [Fact]
    public async Task A_record_its_correction_and_its_price_come_right_in_one_push()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var made = new Row(BookmineSetup.Stock) { ["id"] = Book, ["code"] = "2000000000017", ["title"] = "Rivers" };
        var price = new Row(BookmineSetup.Holding) { ["branch"] = 1L, ["stock_id"] = Book, ["price_cents"] = 800L };

        // The sale comes first, as when the record had to be mended: its movement has made the holding.
        var answers = Orchestrator(shop).Push(Client(shop), Guid.NewGuid(),
        [
            Sale(1),
            Entry(2, EntryKinds.Stock, new RowChange(ChangeOp.Insert, made), new RowChange(ChangeOp.Insert, price)),
            Entry(3, EntryKinds.Edit, new RowChange(ChangeOp.Amend, With("title", "Rivers of the North"), With("title", "Rivers"))),
        ]).Results;

        Assert.All(answers, a => Assert.Equal((EntryState.Posted, 0), (a.State, a.Dropped.Count)));
        Assert.Equal("Rivers of the North", shop.Text("SELECT title FROM stock WHERE id = @id", Book));
        Assert.Equal((-1, 800), (shop.Number("SELECT on_hand FROM holding WHERE stock_id = @id", Book), shop.Number("SELECT price_cents FROM holding WHERE stock_id = @id", Book)));
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding WHERE kind = 'unresolved' AND resolved_at IS NULL"));
    }

    [Fact]
    public async Task A_host_that_runs_on_while_another_brings_the_tables_up_to_date_posts_and_sequences_nothing()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        shop.Write("UPDATE tables_version SET version = version + 1");

        Assert.Throws<ProgramOutdatedException>(() => Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [.. Sales(3)]));
        Assert.Throws<ProgramOutdatedException>(() => new Sequencer(shop.Database, BookmineSetup.Instance).Pass());
        Assert.Equal((0, 0), (shop.Number("SELECT count(*) FROM document"), shop.Number("SELECT count(*) FROM sync_inbox")));
        using (var admin = shop.Connect())
        {
            admin.Execute("UPDATE tables_version SET version = version - 1");
        }
        Assert.Equal(3, Orchestrator(shop).Push(Client(shop), Guid.NewGuid(), [.. Sales(3)]).Results.Count);
    }

    [Fact]
    public void Whatever_the_server_decides_has_a_decision()
    {
        foreach (var table in BookmineSetup.Instance.Tables.Where(t => t.Direction == Direction.Both && t != BookmineSetup.Email))
        {
            var row = new Row(table);
            foreach (var instant in table.Columns.Where(c => c.Meaning == Meaning.Instant))
            {
                row[instant] = 0L;
            }
            ServerValues.Decide(row, default, new PostingFacts(1, [1], [], 1, 0, TimeZoneInfo.Utc, (_, _) => null));
            Assert.All(table.Columns.Where(c => c.IsByServer), c => Assert.True(row.Has(c)));
        }
    }

    private static readonly Guid Book = Guid.Parse("01930000-0000-7000-8000-00000000000b");

    private static ServerOrchestrator Orchestrator(Shop shop) => ShopOrchestrator.Make(shop.Database, shop.TillFolder("unused"), shop.Clock);

    private static ClientRecord Client(Shop shop)
    {
        var register = new TillRegister(shop.Database, shop.Clock);
        return register.RecordOf(register.Find(1)!);
    }

    /// <summary>An administrator's own trigger, as shops have them.</summary>
    private void RefuseDocket(Shop shop, long docket)
    {
        Assert.SkipWhen(Engine == Engine.SqlServer, "this trigger is written for the others");
        using var admin = shop.Connect();
        admin.Script(Engine == Engine.Sqlite
            ? $"CREATE TRIGGER refusing BEFORE INSERT ON document WHEN new.docket = {docket} BEGIN SELECT RAISE(ABORT, 'not on a Sunday'); END"
            : $$"""
              CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.docket = {{docket}} THEN RAISE EXCEPTION 'not on a Sunday'; END IF; RETURN new; END $$;
              CREATE TRIGGER refusing BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION refusing()
              """);
    }

    private static Row With(string column, string value) => new(BookmineSetup.Stock) { ["id"] = Book, [column] = value };

    private static IEnumerable<PushedEntry> Sales(int count) => Enumerable.Range(1, count).Select(n => Sale(n));

    private static PushedEntry Sale(long n, Guid? payment = null, long? docket = null)
    {
        var header = new DocumentHeader(Guid.CreateVersion7(), docket ?? 100_000 + n, EntryKinds.Sale, 1, 1, "ada", null, 1_000_000_000_000, 1_000_000_060_000, null, null, true);
        return Entry(n, EntryKinds.Sale, [.. DocumentRows.Of(
            new DocumentEntry(
                header, [new DocumentLine(Guid.CreateVersion7(), Book, "c", null, "Rivers", 1, 1000, 0, 1000)],
                [new DocumentPayment(payment ?? Guid.CreateVersion7(), "cash", 1000, false, 1_000_000_060_000)], []),
            Guid.CreateVersion7)]);
    }

    private static PushedEntry Entry(long n, string kind, params RowChange[] changes)
    {
        var id = changes.FirstOrDefault(c => c.Table == BookmineSetup.Document)?.Key.Guid ?? Guid.CreateVersion7();
        var payload = ChangeGroupJson.Write(new ChangeGroup(id, kind, "ada", 0, changes));
        return new PushedEntry(n, id, kind, 1, 0, JournalEntry.HashOf(n, id, kind, 1, 0, payload), payload);
    }
}
