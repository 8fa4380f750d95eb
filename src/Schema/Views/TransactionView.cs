using System.Globalization;
using System.Text.Json.Serialization;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;

namespace Bookmine.Schema.Views;

/// <summary>A transaction as both programs show it, whole. Times are ISO 8601 UTC; money is cents.</summary>
/// <param name="Refunds">TransIDs of what takes it back: refunds and cancellations.</param>
/// <param name="OwingCents">What the contact still owes on it, as far as is known here.</param>
/// <param name="TaxCents">The tax contained, in all.</param>
/// <param name="Taxes">The same by rate; empty where it is out of the tax's scope, as a gift voucher is.</param>
/// <param name="Vouchers">Gift vouchers that it sold (positive) or that paid (negative).</param>
/// <param name="Referring">All that refers to it, in the order of posting: refunds, part payments, pick-ups, cancellations.</param>
public sealed record TransactionView(
    Guid Id, long? TransId, string Docket, string Kind, long Till, long Branch, string? Operator, string? Reference, Guid? ContactId,
    string StartedAt, string? ShippedAt, string? PostedAt, long TotalCents, long TaxCents, bool Disconnected, string? Note, string? Original,
    IReadOnlyList<LineView> Lines, IReadOnlyList<PaymentView> Payments, IReadOnlyList<ShipmentView> Shipments, IReadOnlyList<long> Refunds,
    long OwingCents = 0, IReadOnlyList<ReferringView>? Referring = null, IReadOnlyList<TaxAtRate>? Taxes = null, IReadOnlyList<VoucherView>? Vouchers = null)
{
    /// <summary>Whether goods of it are still to be handed over or money is still to be paid.</summary>
    [JsonIgnore]
    public bool IsOpenOrder => EntryKinds.IsSale(Kind) && ShippedAt is null && (OwingCents > 0 || Lines.Any(l => l.ToHandOver > 0));

    /// <summary>Copies of a line that can still come back: of an order, of those that were handed over.</summary>
    public long Refundable(LineView line) => Math.Max((ShippedAt is null ? line.PickedUpQty : line.Qty) - line.RefundedQty, 0);

    /// <summary>What was paid for the copies of a line that left the shop, less what is given back already.</summary>
    public long RefundableCents(LineView line) =>
        Math.Max(line.TotalCents - (ShippedAt is null ? line.WorthOf(line.Qty - line.PickedUpQty) : 0) - line.RefundedCents, 0);

    /// <param name="referring">What refers to it.</param>
    /// <param name="vouchers">Of the ledger of gift vouchers.</param>
    public static TransactionView Of(
        Row document, IEnumerable<Row> lines, IEnumerable<Row> payments, IEnumerable<Row> movements, IEnumerable<Row> vouchers,
        IReadOnlyList<Referring> referring)
    {
        LineView[] views = [.. lines.OrderBy(l => l.Integer("line")).Select(LineView.Of)];
        PaymentView[] paid = [.. payments.OrderBy(p => p.Guid("id")).Select(PaymentView.Of)];
        var taxes = Tax.Of(document.Text("kind"), document.IntegerOrNull("tax_rule"), views.Select(l => (l.TotalCents, l.TaxRateBp)));
        return new TransactionView(
            document.Guid("id"), document.IntegerOrNull("trans_id"), DocketNumber.D(document.Integer("docket")).ToString(), document.Text("kind"),
            document.Integer("till"), document.Integer("branch"), document.TextOrNull("operator"), document.TextOrNull("reference"),
            document.GuidOrNull("contact_id"), Instant.Format(document.Integer("started_at")), Instant.Format(document.IntegerOrNull("shipped_at")),
            Instant.Format(document.IntegerOrNull("posted_at")), document.Integer("total_cents"), taxes.Sum(t => t.TaxCents),
            document.Integer("disconnected") == 1, document.TextOrNull("note"), document.TextOrNull("original_number"),
            views, paid, [.. movements.OrderBy(m => m.Guid("id")).Select(ShipmentView.Of)], [],
            paid.Where(p => p.Method == PaymentMethods.Owing).Sum(p => p.AmountCents), [], taxes,
            [.. vouchers.OrderBy(v => v.Guid("id")).Select(v => new VoucherView(v.Text("number"), v.Integer("amount_cents")))]).With(referring);
    }

    /// <summary>The same with more that refers to it.</summary>
    public TransactionView With(IReadOnlyList<Referring> more)
    {
        var lines = more.SelectMany(r => r.Lines.Select(l => (Kind: r.Document.Text("kind"), Line: l))).ToLookup(l => l.Line.GuidOrNull("original_line_id"));
        return more.Count == 0 ? this : this with
        {
            Lines = [.. Lines.Select(l => l.With([.. lines[l.Id]]))],
            Refunds = [.. Refunds, .. more.Where(r => EntryKinds.TakesBack(r.Document.Text("kind"))).Select(r => r.TransId).OfType<long>().Order()],
            OwingCents = OwingCents + more.SelectMany(r => r.Payments).Where(p => p.Text("method") == PaymentMethods.Owing).Sum(p => p.Integer("amount_cents")),
            Referring =
            [
                .. Referring ?? [],
                .. more.OrderBy(r => r.TransId ?? long.MaxValue).ThenBy(r => r.Document.Integer("docket")).Select(r => new ReferringView(
                    r.TransId, DocketNumber.D(r.Document.Integer("docket")).ToString(), r.Document.Text("kind"), r.Document.Integer("total_cents"))),
            ],
        };
    }
}

/// <summary>A transaction that refers to another, as rows.</summary>
/// <param name="TransId">Null while it is not posted.</param>
public sealed record Referring(Row Document, long? TransId, IReadOnlyList<Row> Lines, IReadOnlyList<Row> Payments);

/// <summary>The same, as it is shown.</summary>
public sealed record ReferringView(long? TransId, string Docket, string Kind, long TotalCents);

/// <param name="TaxCents">The tax contained, rounded by itself; a transaction's own is reckoned by its rule, and may be a cent off their sum.</param>
/// <param name="RefundedQty">Copies that came back by refunds.</param>
/// <param name="RefundedCents">What was given back for them.</param>
/// <param name="PickedUpQty">Copies of an order or layby that were handed over since.</param>
/// <param name="CancelledQty">Copies of an order or layby that will not be handed over.</param>
public sealed record LineView(
    Guid Id, int Line, Guid? StockId, string? Code, string? Isbn, string Title, long Qty, long UnitPriceCents, long DiscountCents,
    long TotalCents, long TaxRateBp, long TaxCents, Guid? OriginalLineId, long RefundedQty, long PickedUpQty = 0, long CancelledQty = 0, long RefundedCents = 0)
{
    /// <summary>Copies of an order or layby that are still to be handed over.</summary>
    [JsonIgnore]
    public long ToHandOver => Math.Max(Qty - PickedUpQty - CancelledQty, 0);

    /// <summary>Their part of what some copies come to: those of an order that are still to be handed over.</summary>
    [JsonIgnore]
    public long ToHandOverCents => WorthOf(ToHandOver);

    /// <summary>What the last so many copies of the line come to; less what fewer come to, so that whatever goes in parts adds up to the line.</summary>
    public long WorthOf(long copies) => TotalCents * copies / Qty;

    internal static LineView Of(Row row)
    {
        var total = (row.Integer("qty") * row.Integer("unit_price_cents")) - row.Integer("discount_cents");
        return new LineView(
            row.Guid("id"), (int)row.Integer("line"), row.GuidOrNull("stock_id"), row.TextOrNull("code"),
            row.IntegerOrNull("isbn13")?.ToString(CultureInfo.InvariantCulture), row.Text("title"), row.Integer("qty"),
            row.Integer("unit_price_cents"), row.Integer("discount_cents"), total, row.Integer("tax_rate_bp"),
            Money.TaxContained(total, row.Integer("tax_rate_bp")), row.GuidOrNull("original_line_id"), 0);
    }

    internal LineView With(IReadOnlyList<(string Kind, Row Line)> referring)
    {
        long Copies(string kind) => Math.Abs(referring.Where(r => r.Kind == kind).Sum(r => r.Line.Integer("qty")));
        return this with
        {
            RefundedQty = RefundedQty + Copies(EntryKinds.Refund), PickedUpQty = PickedUpQty + Copies(EntryKinds.PickUp),
            CancelledQty = CancelledQty + Copies(EntryKinds.Cancellation),
            RefundedCents = RefundedCents - referring.Where(r => r.Kind == EntryKinds.Refund).Sum(r => (r.Line.Integer("qty") * r.Line.Integer("unit_price_cents")) - r.Line.Integer("discount_cents")),
        };
    }
}

/// <summary>A gift voucher's part in a transaction.</summary>
/// <param name="AmountCents">Sold is positive, used negative.</param>
public sealed record VoucherView(string Number, long AmountCents);

public sealed record PaymentView(string Method, long AmountCents, bool Change, string? PaidAt, string TakenAt)
{
    internal static PaymentView Of(Row row) => new(
        row.Text("method"), row.Integer("amount_cents"), row.Integer("change") == 1,
        Instant.Format(row.IntegerOrNull("paid_at")), Instant.Format(row.Integer("taken_at")));
}

/// <param name="Qty">Goods that went out; negative for goods that came back.</param>
public sealed record ShipmentView(string? Code, long Qty, string? ShippedAt, string TakenAt)
{
    internal static ShipmentView Of(Row row) => new(
        row.TextOrNull("code"), -row.Integer("qty"), Instant.Format(row.IntegerOrNull("posted_at")), Instant.Format(row.Integer("taken_at")));
}

/// <summary>What a run of a till's entries comes to on one side, for the proof that everything was posted.</summary>
/// <param name="Quantity">Goods shipped, less returned.</param>
/// <param name="Exceptions">What the server noted of them for a person to look at; null where nothing was asked or noted.</param>
public sealed record ControlTotals(
    long Documents, long TotalCents, long Quantity, IReadOnlyDictionary<string, long> ByMethod,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<NotedException>? Exceptions = null)
{
    /// <summary>How many entries that are kept for a person are told when totals are asked for; of more, none.</summary>
    public const int MostKept = 200;

    public bool Agrees(ControlTotals other) =>
        Documents == other.Documents && TotalCents == other.TotalCents && Quantity == other.Quantity
        && ByMethod.Where(m => m.Value != 0).OrderBy(m => m.Key, StringComparer.Ordinal)
            .SequenceEqual(other.ByMethod.Where(m => m.Value != 0).OrderBy(m => m.Key, StringComparer.Ordinal));
}

/// <summary>Something that was posted and should be looked at: oversold, refunded twice, an original that is not here yet.</summary>
/// <param name="N">The till's entry that it came with.</param>
public sealed record NotedException(long N, string Kind, string Text);

/// <summary>The JSON of what both programs exchange beside the engine's messages, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TransactionView))]
[JsonSerializable(typeof(ControlTotals))]
[JsonSerializable(typeof(EnrolRequest))]
[JsonSerializable(typeof(EnrolReply))]
[JsonSerializable(typeof(ReadmitRequest))]
[JsonSerializable(typeof(ReadmitReply))]
[JsonSerializable(typeof(ClockAcceptance))]
[JsonSerializable(typeof(PinChange))]
[JsonSerializable(typeof(AuthorityWord[]))]
[JsonSerializable(typeof(WordsHeard))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(PinChanged))]
[JsonSerializable(typeof(EditReply))]
public sealed partial class ViewJson : JsonSerializerContext;

/// <param name="Code">The one-time code, as the manager read it out.</param>
public sealed record EnrolRequest(string Code, int Protocol, int Schema);

/// <param name="Secret">256 bits in hexadecimal; the server keeps only its hash.</param>
/// <param name="Proof">The server's word that it enrolled this till, for a server whose records are restored from an older backup.</param>
public sealed record EnrolReply(long Till, string Name, long Branch, string Secret, long BlockFirst, long BlockLast, string Proof, string? BlockMac = null);

/// <summary>The server's word on who is let in no more.</summary>
/// <param name="Subject">Such as <c>till 7</c>.</param>
/// <param name="Revision">The highest of a subject counts.</param>
/// <param name="SaidAt">Unix milliseconds.</param>
public sealed record AuthorityWord(string Subject, long Revision, string State, long SaidAt, string Mac);

/// <param name="News">How many the server had forgotten.</param>
public sealed record WordsHeard(int News);

/// <summary>A machine whose journal has forked asks for an identity of its own.</summary>
/// <param name="Secret">
/// 256 bits in hexadecimal, made and kept by the machine: who asks again with it, because the answer was lost, gets the same identity.
/// </param>
public sealed record RenewRequest(string Secret);

/// <summary>A till that the server no longer knows, because its records are older than the till's enrolment, asks to be known again.</summary>
/// <param name="Epoch">The replica's; null without one.</param>
/// <param name="HighestProof">The entry with the highest TransID that the till has been told, which proves it; null for none.</param>
/// <param name="HighestNumber">That TransID, for servers before 1.2, which believe it as it is.</param>
/// <param name="IsForeign">Whether it was enrolled for another engine.</param>
public sealed record ReadmitRequest(long Till, string Name, long Branch, string Secret, string Proof, string? Epoch, AnswerProof? HighestProof = null,
    long HighestNumber = 0, bool IsForeign = false);

public sealed record ReadmitReply(bool Readmitted);

/// <summary>An operator chooses another PIN.</summary>
public sealed record PinChange(string Name, string Old, string Pin);

public sealed record PinChanged(bool Changed);

/// <summary>Somebody at a till says that the server's clock is right.</summary>
/// <param name="Time">What the server's clock said, Unix milliseconds.</param>
/// <param name="Operator">Who says so; null where nobody has signed on.</param>
public sealed record ClockAcceptance(long Time, string? Operator);

/// <param name="Conflicts">Fields that someone else has changed meanwhile; empty when the edit was made.</param>
public sealed record EditReply(IReadOnlyList<EditConflict> Conflicts);

public sealed record EditConflict(string Field, string? Expected, string? Found);
