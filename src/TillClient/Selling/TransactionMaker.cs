using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Schema.Views;
using Bookmine.Sync.Rows;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Selling;

/// <summary>Makes and seals transactions of every kind. What became of a draft is the outcome; a refusal seals nothing.</summary>
/// <param name="till">Whose transactions they are.</param>
/// <param name="isDisconnected">Whether they are sealed without the server.</param>
internal sealed class TransactionMaker(
    ReplicaView view, SaleMaker sales, PaymentMaker payments, Sealer sealer, EntityIds ids, TimeProvider clock, long till, Func<bool> isDisconnected)
{
    public Outcome Sell(SaleDraft draft)
    {
        var twin = draft.Reference is { } reference ? TwinOf(reference) : null;
        var made = Seal(draft.Layby ? EntryKinds.Layby : EntryKinds.Sale, draft.Operator, header => sales.Make(draft, header));
        // Two orders of two systems may have one number: it is sold, and told.
        return twin is null || made.Refused is not null ? made : made with
        {
            Warning = $"The reference “{draft.Reference}” is that of {twin} too. Look whether it was rung up twice.{(made.Warning is { } more ? $" {more}" : "")}",
        };
    }

    /// <returns>The number of a sale here that has the reference; null for none.</returns>
    private string? TwinOf(string reference) => view.Read(() =>
        view.By(BookmineSetup.Document, "reference", reference).FirstOrDefault(d => EntryKinds.IsSale(d.Text("kind"))) is not { } twin ? null
            : twin.IntegerOrNull("trans_id") is { } id ? id.ToString(CultureInfo.InvariantCulture) : DocketNumber.D(twin.Integer("docket")).ToString());

    public Outcome Refund(RefundDraft draft, TransactionView original, string number) =>
        Seal(EntryKinds.Refund, draft.Operator, header => Refunds.Make(draft, original, number, header));

    /// <summary>What a refund would give back, in cents.</summary>
    /// <exception cref="RefusedException">It would be refused.</exception>
    public long QuoteRefund(RefundDraft draft, TransactionView original, string number) =>
        -Refunds.Make(draft, original, number, Header(0, Guid.Empty, EntryKinds.Refund)).TotalCents;

    public Outcome MoveCash(string kind, CashDraft draft) =>
        Seal(kind, draft.Operator, header => new CashMaker(view, sales, payments, ids, clock).Make(draft, header));

    public Outcome SellVoucher(VoucherDraft draft) =>
        Seal(EntryKinds.Voucher, draft.Operator, header => new VoucherMaker(sales, payments, ids, clock).Make(draft, header));

    public Outcome OnOrder(string kind, OrderDraft draft, TransactionView order, string number)
    {
        var orders = new OrderMaker(sales, payments, ids, clock);
        return Seal(kind, draft.Operator, header => kind switch
        {
            EntryKinds.PartPayment => orders.PartPayment(draft, order, number, header),
            EntryKinds.PickUp => orders.PickUp(draft, order, number, header),
            _ => orders.Cancel(draft, order, number, header),
        });
    }

    private RefundMaker Refunds => new(sales, payments, ids);

    private Outcome Seal(string kind, string? byOperator, Func<DocumentHeader, DocumentEntry> make) => sealer.Seal(kind, byOperator, scope =>
    {
        var document = make(Header(scope.TakeNumber(), scope.Id, kind));
        return new Sealing(DocumentRows.Of(document, ids.Next), document.Header.Docket, document.TotalCents);
    });

    private DocumentHeader Header(long docket, Guid id, string kind) => new(
        id, docket, kind, view.Branch, till, null, null, 0, null, null, null, isDisconnected());
}
