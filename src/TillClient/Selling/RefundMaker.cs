using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Schema.Views;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Selling;

/// <summary>Makes a document of a refund against an original docket. The original is never changed: the refund refers to it.</summary>
internal sealed class RefundMaker(SaleMaker sales, PaymentMaker payments, EntityIds ids)
{
    /// <exception cref="RefusedException">The draft is no refund of this docket.</exception>
    public DocumentEntry Make(RefundDraft draft, TransactionView original, string number, DocumentHeader header)
    {
        sales.RequireOperator(draft.Operator);
        if (EntryKinds.TakesBack(original.Kind))
        {
            throw new RefusedException($"{number} is a {original.Kind} itself", "Sell the goods again instead.");
        }
        if (original.Kind == EntryKinds.PickUp)
        {
            throw new RefusedException($"{number} only handed goods over", $"Refund against the order itself, {original.Original}.");
        }
        if (!EntryKinds.IsSale(original.Kind))
        {
            throw new RefusedException($"{number} is no sale: no goods left on it", "A pay-out or a sale with General Credit gives such money back.");
        }
        var started = sales.Time(draft.StartedAt, "started_at");
        var given = original.Lines.ToDictionary(l => l.Id, l => (Qty: l.RefundedQty, Cents: l.RefundedCents));
        DocumentLine[] lines = [.. (draft.Lines ?? EveryLine(original)).Select(l => Line(l, original, given))];
        if (lines.Length == 0)
        {
            throw new RefusedException($"nothing is left to refund on {number}", "Look at the refunds against it: find the docket.");
        }
        var total = lines.Sum(l => l.TotalCents);
        var method = draft.Method ?? "cash";
        payments.RequireMethod(method);
        var contact = draft.ContactId ?? original.ContactId;
        DocumentCredit[] credits = method != "credit" ? []
            : [new DocumentCredit(ids.Next(), contact ?? throw new RefusedException(
                "General Credit needs a contact, and the sale has none", "Give contact_id, or pay the refund out."), -total)];
        return new DocumentEntry(
            header with
            {
                StartedAt = started, ShippedAt = started, ContactId = contact, Operator = draft.Operator, Reference = draft.Reference, Note = draft.Note,
                OriginalId = original.Id, OriginalNumber = number,
            },
            lines, payments.Back(method, total, started), credits);
    }

    private static IEnumerable<RefundLineDraft> EveryLine(TransactionView original) => original.Lines
        .Select(l => new RefundLineDraft(l.Line, original.Refundable(l))).Where(l => l.Qty > 0);

    /// <summary>Copies that left the shop: of an order, those that were picked up.</summary>
    private static long Left(TransactionView original, LineView line) => original.ShippedAt is null ? line.PickedUpQty : line.Qty;

    private DocumentLine Line(RefundLineDraft? draft, TransactionView original, Dictionary<Guid, (long Qty, long Cents)> given)
    {
        if (draft is null)
        {
            throw new RefusedException("a line of the refund is null", "Give each line's number, or leave the lines out to refund everything.");
        }
        var sold = original.Lines.FirstOrDefault(l => l.Line == draft.Line)
            ?? throw new RefusedException($"the docket has no line {draft.Line}", $"It has lines 1 to {original.Lines.Count}.");
        var (before, cents) = given.GetValueOrDefault(sold.Id);
        var left = Left(original, sold) - before;
        if (draft.Qty <= 0 || draft.Qty > left)
        {
            throw new RefusedException(
                $"{draft.Qty} of “{sold.Title}” cannot come back: {Left(original, sold)} were {(original.ShippedAt is null ? "picked up" : "sold")} and {before} refunded",
                original.ShippedAt is null && left <= 0 ? "Goods that are not handed over yet are cancelled instead (F8)."
                    : $"Refund at most {Math.Max(left, 0)}.");
        }
        var most = Math.Max(original.RefundableCents(sold) - (cents - sold.RefundedCents), 0);
        // What is left of the line without those before, less what is left without these: one by one they add up to the line.
        var amount = draft.AmountCents ?? Math.Min(sold.WorthOf(sold.Qty - before) - sold.WorthOf(sold.Qty - before - draft.Qty), most);
        if (amount < 0)
        {
            throw new RefusedException($"the amount {amount} is none to give back", "Give cents, 0 or more.");
        }
        if (amount > most)
        {
            throw new RefusedException(
                $"{Money.Format(amount)} for “{sold.Title}”: {Money.Format(most + cents)} was paid, and {Money.Format(cents)} of it is given back already", "Give back at most what is left of it.");
        }
        given[sold.Id] = (before + draft.Qty, cents + amount);
        var (price, discount) = DocumentLine.PriceFor(amount, draft.Qty);
        return new DocumentLine(
            ids.Next(), sold.StockId, sold.Code, long.TryParse(sold.Isbn, out var isbn) ? isbn : null, sold.Title, -draft.Qty, price,
            -discount, sold.TaxRateBp, sold.Id, draft.ToStock);
    }
}
