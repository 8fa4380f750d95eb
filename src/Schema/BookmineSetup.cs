using Bookmine.Sync.Journal;
using Bookmine.Sync.Setup;

namespace Bookmine.Schema;

/// <summary>
/// Every replicated table on one page: columns by number (a number is never used again), key, bucket, direction, and what a till
/// looks things up by. A new table is an entry here and a migration in <c>db</c>. Instants are Unix milliseconds, money is cents,
/// days are 20261123 and months 202611 in the branch's time zone, rates are basis points (1000 = 10 %).
/// What the server decides whatever a till sends says so (<see cref="TableBuilder.ByServer"/>).
/// </summary>
public static class BookmineSetup
{
    public const int SchemaVersion = 5;
    public const string Shared = "shared";
    private const string OfBranch = "branch:{branch}";

    /// <summary>A document's rows lie in their branch's month of posting, for ever; while it is active they have no month and lie with the branch.</summary>
    private const string OfBranchMonth = "branch:{branch}:{month}";

    public static readonly SyncTable Branch = new TableBuilder(1, "branch")
        .Integer(1, "id").Text(2, "name").Text(3, "time_zone").Text(4, "header").Integer(5, "tax_rate_bp").Rate().Text(6, "currency")
        .Text(7, "supervised", nullable: true).Integer(8, "cash_rounding", nullable: true)
        .Text(9, "footer", nullable: true).Text(10, "tax_number", nullable: true).Text(11, "category_rates", nullable: true)
        .Key("id").InBucket(Shared).Build();

    public static readonly SyncTable Operator = new TableBuilder(2, "operator")
        .Integer(1, "id").Text(2, "name").Text(3, "pin_hash").Integer(4, "disabled").Text(5, "role", nullable: true)
        .Text(6, "branches", nullable: true)
        .Key("id").InBucket(Shared).Build();

    /// <summary>The hash of an operator's PIN in a branch where it is used; the operator's own row, which every till has, holds none.</summary>
    public static readonly SyncTable OperatorPin = new TableBuilder(18, "operator_pin")
        .Guid(1, "id").Integer(2, "branch").Integer(3, "operator").Text(4, "pin_hash")
        .Key("id").InBucket(OfBranch).Build();

    /// <summary>The server's words on who is let in no more, which tills keep for a server that forgets.</summary>
    public static readonly SyncTable Word = new TableBuilder(19, "word")
        .Guid(1, "id").Text(2, "subject").Integer(3, "revision").Text(4, "state").Integer(5, "said_at").Text(6, "mac")
        .Key("id").InBucket(Shared).Build();

    public static readonly SyncTable PaymentMethod = new TableBuilder(3, "payment_method")
        .Integer(1, "id").Text(2, "code").Text(3, "name").Integer(4, "gives_change")
        .Key("id").InBucket(Shared).Build();

    /// <summary>Blocks of D-numbers, so that any till can say whose a number is.</summary>
    public static readonly SyncTable NumberBlock = new TableBuilder(4, "number_block")
        .Integer(1, "first").Integer(2, "last").Integer(3, "till").Integer(4, "branch").Text(5, "till_name")
        .Key("first").InBucket(Shared).Build();

    public static readonly SyncTable Stock = new TableBuilder(5, "stock")
        .Guid(1, "id").Text(2, "code").Most(100).Integer(3, "isbn13", nullable: true).Text(4, "isbn10", nullable: true)
        .Text(5, "title").Most(1_000)
        .Text(6, "authors", nullable: true).Most(1_000).Text(7, "publisher", nullable: true).Most(500).Integer(8, "year", nullable: true)
        .Text(9, "binding", nullable: true).Most(100).Text(10, "condition", nullable: true).Most(500)
        .Text(11, "category", nullable: true).Most(200)
        .Integer(12, "tax_rate_bp", nullable: true).Rate().Integer(13, "made_by", nullable: true).ByServer()
        .Integer(14, "withdrawn", nullable: true).ByServer().Guid(15, "merged_into", nullable: true).ByServer()
        .Key("id").InBucket(Shared).UploadedByClients().Index("isbn13").Index("code").Search("title", "authors").Build();

    public static readonly SyncTable Contact = new TableBuilder(6, "contact")
        .Guid(1, "id").Text(2, "kind").Most(50).Text(3, "name").Most(300).Text(4, "email", nullable: true).Most(320)
        .Text(5, "phone", nullable: true).Most(100)
        .Text(6, "address", nullable: true).Most(1_000).Text(7, "notes", nullable: true).Most(2_000)
        .Integer(8, "made_by", nullable: true).ByServer()
        .Integer(9, "withdrawn", nullable: true).ByServer().Guid(10, "merged_into", nullable: true).ByServer()
        .Key("id").InBucket(Shared).UploadedByClients().Index("merged_into").Search("name", "email", "phone").Build();

    /// <summary>A branch's sell price and on-hand count of a stock record.</summary>
    public static readonly SyncTable Holding = new TableBuilder(7, "holding")
        .Integer(1, "branch").Guid(2, "stock_id").Integer(3, "price_cents", nullable: true).Price().Integer(4, "on_hand").Quantity().ByServer()
        .Key("branch", "stock_id").InBucket(OfBranch).UploadedByClients().Build();

    /// <summary>Up to which entry each till's journal has been posted.</summary>
    public static readonly SyncTable TillHead = new TableBuilder(8, "till_head")
        .Integer(1, "till").Integer(2, "branch").Integer(3, "n")
        .Key("till").InBucket(OfBranch).Build();

    /// <summary>A transaction: a sale, refund or other POS document. The header keeps its own dates whenever it is posted.</summary>
    public static readonly SyncTable Document = new TableBuilder(9, "document")
        .Guid(1, "id").Integer(2, "trans_id", nullable: true).ByServer().Integer(3, "docket").Text(4, "kind").Integer(5, "branch")
        .Integer(6, "till").Text(7, "operator", nullable: true).Most(200).Guid(8, "contact_id", nullable: true)
        .Integer(9, "started_at").Instant().Integer(10, "shipped_at", nullable: true).Instant()
        .Integer(11, "posted_at", nullable: true).Instant().ByServer().Integer(12, "posted_day", nullable: true).Day().ByServer()
        .Integer(13, "month", nullable: true).ByServer()
        .Integer(14, "taken_day", nullable: true).Day().ByServer().Integer(15, "total_cents").Cents()
        .Text(16, "reference", nullable: true).Most(200)
        .Text(17, "note", nullable: true).Most(2_000).Integer(18, "disconnected").Guid(19, "original_id", nullable: true)
        .Text(20, "original_number", nullable: true).Most(100).Integer(21, "tax_rule", nullable: true)
        .Integer(22, "returned_cents", nullable: true).Cents().ByServer()
        .Key("id").InBucket(OfBranchMonth).UploadedByClients()
        .Index("trans_id").Index("docket").Index("original_id").Index("reference").Index("contact_id").Build();

    public static readonly SyncTable DocumentLine = new TableBuilder(10, "document_line")
        .Guid(1, "id").Guid(2, "document_id").Integer(3, "branch").Integer(4, "month", nullable: true).ByServer().Integer(5, "line")
        .Guid(6, "stock_id", nullable: true).Text(7, "code", nullable: true).Most(100).Integer(8, "isbn13", nullable: true)
        .Text(9, "title").Most(1_000)
        .Integer(10, "qty").Quantity().Integer(11, "unit_price_cents").Price()
        .Integer(12, "discount_cents").Cents().Integer(13, "tax_rate_bp").Rate()
        .Guid(14, "original_line_id", nullable: true)
        .Key("id").InBucket(OfBranchMonth).UploadedByClients().Index("document_id").Index("original_line_id").Build();

    /// <summary>Paid at the moment of posting; taken when the cashier took it.</summary>
    public static readonly SyncTable Payment = new TableBuilder(11, "payment")
        .Guid(1, "id").Guid(2, "document_id").Integer(3, "branch").Integer(4, "month", nullable: true).ByServer().Text(5, "method")
        .Integer(6, "amount_cents").Cents().Integer(7, "change").Integer(8, "taken_at").Instant()
        .Integer(9, "paid_at", nullable: true).Instant().ByServer()
        .Integer(10, "paid_day", nullable: true).Day().ByServer().Integer(11, "taken_day", nullable: true).Day().ByServer()
        .Key("id").InBucket(OfBranchMonth).UploadedByClients().Index("document_id").Build();

    /// <summary>A change of an on-hand count: goods shipped (negative), returned or received. Those of documents are the shipment postings.</summary>
    public static readonly SyncTable StockMovement = new TableBuilder(12, "stock_movement")
        .Guid(1, "id").Guid(2, "document_id", nullable: true).Integer(3, "branch").Integer(4, "month", nullable: true).ByServer()
        .Guid(5, "stock_id", nullable: true).Text(6, "code", nullable: true).Most(100).Integer(7, "qty").Quantity()
        .Integer(8, "value_cents").Cents()
        .Text(9, "reason").Integer(10, "taken_at").Instant()
        .Integer(11, "posted_at", nullable: true).Instant().ByServer().Integer(12, "posted_day", nullable: true).Day().ByServer()
        .Integer(13, "taken_day", nullable: true).Day().ByServer().Integer(14, "clock_ahead", nullable: true).Span()
        .Key("id").InBucket(OfBranchMonth, onlyWith: "document_id").UploadedByClients().Index("document_id").Build();

    /// <summary>General Credit as a ledger: raised is positive, used negative; a balance is a sum.</summary>
    public static readonly SyncTable Credit = new TableBuilder(13, "credit")
        .Guid(1, "id").Guid(2, "document_id").Integer(3, "branch").Guid(4, "contact_id").Integer(5, "amount_cents").Cents()
        .Integer(6, "entered_at", nullable: true).Instant().ByServer()
        .Key("id").InBucket(OfBranch).UploadedByClients().Index("contact_id").Build();

    public static readonly SyncTable Email = new TableBuilder(14, "email")
        .Guid(1, "id").Integer(2, "branch").Guid(3, "contact_id").Text(4, "subject").Most(500).Text(5, "body").Most(20_000)
        .Text(6, "operator", nullable: true).Most(200).Integer(7, "sent_at").Instant()
        .Key("id").InBucket(OfBranch).UploadedByClients().Index("contact_id").Build();

    /// <summary>Entries kept in quarantine, so that the till goes on showing them.</summary>
    public static readonly SyncTable Quarantine = new TableBuilder(15, "quarantine")
        .Guid(1, "id").Integer(2, "branch").Integer(3, "till").Integer(4, "n").Text(5, "state")
        .Key("id").InBucket(OfBranch).Build();

    /// <summary>What happened at a till that is no transaction and stays on record: see <see cref="TillEvents"/>.</summary>
    public static readonly SyncTable TillEvent = new TableBuilder(16, "till_event")
        .Guid(1, "id").Integer(2, "branch").Integer(3, "till").Text(4, "operator", nullable: true).Most(200).Text(5, "kind")
        .Text(6, "text").Most(20_000)
        .Integer(7, "amount_cents").Cents().Integer(8, "happened_at").Instant().Integer(9, "posted_at", nullable: true).Instant().ByServer()
        .Text(10, "figures", nullable: true).Most(20_000)
        .Key("id").OnServerOnly().UploadedByClients().Build();

    /// <summary>Gift vouchers as a ledger by their number: sold is positive, used negative; a balance is a sum. Good in every branch.</summary>
    public static readonly SyncTable Voucher = new TableBuilder(17, "voucher")
        .Guid(1, "id").Guid(2, "document_id").Integer(3, "branch").Text(4, "number").Most(100).Integer(5, "amount_cents").Cents()
        .Integer(6, "entered_at", nullable: true).Instant().ByServer()
        .Key("id").InBucket(Shared).UploadedByClients().Index("number").Index("document_id").Build();

    public static readonly SyncSetup Instance = new(
        SchemaVersion,
        [
            Branch, Operator, PaymentMethod, NumberBlock, Stock, Contact, Holding, TillHead,
            Document, DocumentLine, Payment, StockMovement, Credit, Email, Quarantine, TillEvent, Voucher, OperatorPin, Word,
        ],
        headTable: TillHead.Name,
        snapshotBucket: Shared);

    /// <summary>How many months of its branch's transactions a till holds, the present one included.</summary>
    public const int MonthsHeld = 4;

    /// <summary>The buckets of a till of <paramref name="branch"/> in the month 202611.</summary>
    public static IReadOnlyList<string> ScopeOf(long branch, int month) =>
    [
        Shared,
        FormattableString.Invariant($"branch:{branch}"),
        .. Enumerable.Range(0, MonthsHeld).Select(back => FormattableString.Invariant($"branch:{branch}:{MonthsBefore(month, back)}")),
    ];

    private static int MonthsBefore(int month, int back)
    {
        var months = (month / 100 * 12) + (month % 100) - 1 - back;
        return (months / 12 * 100) + (months % 12) + 1;
    }
}
