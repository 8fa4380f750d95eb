using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Rules;

namespace Bookmine.Tests.SyncServer;

/// <summary>The upload rules driven by a second, tiny engine: rows in dictionaries, no journal, no wire, no database.</summary>
public sealed class UploadRulesTests
{
    private const long Now = 1_762_084_800_000;
    private static readonly Guid Id = Guid.Parse("01930000-0000-7000-8000-000000000001");
    private readonly TinyEngine engine = new();

    [Fact]
    public void A_document_receives_the_next_TransID_and_the_moment_of_posting_and_keeps_its_own_dates()
    {
        var ruling = engine.Upload("sale", Sale(1000, 1000));
        var document = engine.Rows[(BookmineSetup.Document, new RowKey(Id))];
        Assert.Null(ruling.Refused);
        Assert.Equal<object?>([700L, Now, 1_000_000_000_000L], [document["trans_id"], document["posted_at"], document["started_at"]]);
        Assert.Equal(Now, Assert.Single(engine.Rows.Values, r => r.Table == BookmineSetup.Payment)["paid_at"]);
    }

    [Fact]
    public void What_a_till_may_not_decide_is_set_by_the_server()
    {
        var stock = new Row(BookmineSetup.Stock) { ["id"] = Id, ["code"] = "c", ["title"] = "t", ["made_by"] = 99L };
        var holding = new Row(BookmineSetup.Holding) { ["branch"] = 1L, ["stock_id"] = Id, ["on_hand"] = 500L };
        engine.Upload("stock", new RowChange(ChangeOp.Insert, stock), new RowChange(ChangeOp.Insert, holding));
        Assert.Equal(5L, engine.Rows[(BookmineSetup.Stock, new RowKey(Id))]["made_by"]);
        Assert.Equal(0L, engine.Rows[(BookmineSetup.Holding, new RowKey(1, Id))]["on_hand"]);
    }

    [Fact]
    public void An_edit_of_another_tills_record_is_dropped_even_when_it_claims_to_be_a_correction()
    {
        engine.Rows[(BookmineSetup.Contact, new RowKey(Id))] = new Row(BookmineSetup.Contact) { ["id"] = Id, ["kind"] = "customer", ["name"] = "Ada", ["made_by"] = 6L };
        var ruling = engine.Upload("edit", Change(ChangeOp.Amend, "Eve", "Ada"));
        Assert.Equal("Ada", engine.Rows[(BookmineSetup.Contact, new RowKey(Id))]["name"]);
        Assert.Equal(("name", "Eve", "Ada"), (ruling.Dropped[0].Field, ruling.Dropped[0].ClientValue, ruling.Dropped[0].ServerValue));
    }

    [Fact]
    public void A_correction_of_the_tills_own_record_is_applied()
    {
        engine.Rows[(BookmineSetup.Contact, new RowKey(Id))] = new Row(BookmineSetup.Contact) { ["id"] = Id, ["kind"] = "customer", ["name"] = "Ada", ["made_by"] = 5L };
        Assert.Empty(engine.Upload("edit", Change(ChangeOp.Amend, "Adah", "Ada")).Dropped);
        Assert.Equal("Adah", engine.Rows[(BookmineSetup.Contact, new RowKey(Id))]["name"]);
    }

    [Fact]
    public void The_same_group_and_facts_give_the_same_ruling_and_the_group_is_left_as_it_was()
    {
        var sale = Sale(1000, 1000);
        var before = sale.Select(c => Convert.ToHexString(CanonicalRow.Write(c.Values))).ToList();
        engine.Upload("sale", sale);
        Assert.Equal(before, sale.Select(c => Convert.ToHexString(CanonicalRow.Write(c.Values))));
    }

    public static TheoryData<string, Func<RowChange[]>> Impossible => new()
    {
        { "payments", () => Sale(1000, 999) },
        { "branch 2", () => With(Sale(1000, 1000), BookmineSetup.Document, "branch", 2L) },
        { "another document", () => With(Sale(1000, 1000), BookmineSetup.Payment, "document_id", Guid.Empty) },
        { "before it was started", () => With(Sale(1000, 1000), BookmineSetup.Document, "shipped_at", 999_999_999_000L) },
        { "no calendar", () => With(Sale(1000, 1000), BookmineSetup.Document, "started_at", long.MinValue) },
        { "not leased", () => With(Sale(1000, 1000), BookmineSetup.Document, "docket", 99L) },
        { "of till 6", () => With(Sale(1000, 1000), BookmineSetup.Document, "till", 6L) },
        { "beyond any bookshop's", () => With(Sale(1000, 1000), BookmineSetup.DocumentLine, "unit_price_cents", long.MaxValue) },
        { "is missing", () => With(Sale(1000, 1000), BookmineSetup.Document, "docket", null) },
        { "without a document", () => [.. Sale(1000, 1000).Where(c => c.Table == BookmineSetup.Email)] },
        { "may not write", () => [new RowChange(ChangeOp.Insert, new Row(BookmineSetup.Branch) { ["id"] = 9L, ["name"] = "x" })] },
        { "ever changed", () => [new RowChange(ChangeOp.Update, new Row(BookmineSetup.Payment) { ["id"] = Id, ["amount_cents"] = 1L })] },
        { "ever changed", () => [new RowChange(ChangeOp.Amend, new Row(BookmineSetup.Document) { ["id"] = Id, ["total_cents"] = 1L })] },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_no_honest_till_sends_is_refused_whole(string reason, Func<RowChange[]> changes)
    {
        var ruling = engine.Upload("sale", changes());
        Assert.Contains(reason, ruling.Refused, StringComparison.Ordinal);
        Assert.Empty(engine.Rows);
    }

    [Fact]
    public void Interceptors_run_one_after_another_and_a_refusal_ends_the_chain()
    {
        var chain = new InterceptorChain<PostingFacts>(new UploadRules(), new RefuseSecond());
        var facts = TinyEngine.FactsOf([]);
        var group = new ChangeGroup(Id, "sale", null, 0, Sale(1000, 1000));
        Assert.Equal("second", chain.OnApplying(group, facts).Refused);
        Assert.Equal(700L, RefuseSecond.Seen);
    }

    private sealed class RefuseSecond : IUploadInterceptor<PostingFacts>
    {
        public static object? Seen { get; private set; }

        public Ruling OnApplying(ChangeGroup group, PostingFacts facts)
        {
            Seen = group.Changes[0].Values["trans_id"];
            return Ruling.Refuse("second");
        }
    }

    /// <summary>All that an engine must offer the interceptor: live rows and the host's facts; it writes what the ruling says.</summary>
    private sealed class TinyEngine
    {
        public Dictionary<(SyncTable, RowKey), Row> Rows { get; } = [];

        public static PostingFacts FactsOf(Dictionary<(SyncTable, RowKey), Row> rows) =>
            new(5, [1], [(100_001, 200_000)], 700, Now, TimeZoneInfo.Utc, (table, key) => rows.GetValueOrDefault((table, key)));

        public Ruling Upload(string kind, params RowChange[] changes)
        {
            var ruling = new UploadRules().OnApplying(new ChangeGroup(Id, kind, "07", Now, changes), FactsOf(Rows));
            foreach (var change in ruling.Apply)
            {
                if (!Rows.TryAdd((change.Table, change.Key), change.Values))
                {
                    Rows[(change.Table, change.Key)].Merge(change.Values);
                }
            }
            return ruling;
        }
    }

    private static RowChange Change(ChangeOp op, string name, string old) => new(
        op, new Row(BookmineSetup.Contact) { ["id"] = Id, ["name"] = name }, new Row(BookmineSetup.Contact) { ["id"] = Id, ["name"] = old });

    private static RowChange[] Sale(long lines, long payments)
    {
        var header = new DocumentHeader(Id, 100_001, "sale", 1, 5, "07", null, 1_000_000_000_000, 1_000_000_060_000, null, null, true);
        var document = new DocumentEntry(
            header, [new DocumentLine(Guid.NewGuid(), null, "c", null, "t", 1, lines, 0, 1000)],
            [new DocumentPayment(Guid.NewGuid(), "cash", payments, false, 1_000_000_060_000)], []);
        return [.. DocumentRows.Of(document, Guid.NewGuid)];
    }

    private static RowChange[] With(RowChange[] sale, SyncTable table, string column, object? value)
    {
        sale.First(c => c.Table == table).Values[column] = value;
        return sale;
    }
}
