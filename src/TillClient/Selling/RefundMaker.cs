using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Schema.Views;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Selling;

/// <summary>Makes a document of a refund against an original docket. The original is never changed: the refund refers to it.</summary>
internal sealed class RefundMaker(SaleMaker sales, EntityIds ids)
{
    /// <param name="refunded">Copies refunded before, per line of the original.</param>
    /// <exception cref="RefusedException">The draft is no refund of this docket.</exception>
    public DocumentEntry Make(RefundDraft draft, TransactionView original, string number, IReadOnlyDictionary<Guid, long> refunded, DocumentHeader header)
    {
        sales.RequireOperator(draft.Operator);
        if (!EntryKinds.IsOfGoods(original.Kind))
        {
            throw new RefusedException($"{number} is no sale: no goods left on it", "A pay-out or a sale with General Credit gives such money back.");
        }
        if (original.Kind == EntryKinds.Refund)
        {
            throw new RefusedException($"{number} is a refund itself", "Sell the goods again instead.");
        }
        var started = sales.Time(draft.StartedAt, "started_at");
        var given = new Dictionary<Guid, long>(refunded);
        DocumentLine[] lines = [.. (draft.Lines ?? EveryLine(original, refunded)).Select(l => Line(l, original, given))];
        if (lines.Length == 0)
        {
            throw new RefusedException($"nothing is left to refund on {number}", "Look at the refunds against it: find the docket.");
        }
        var total = lines.Sum(l => l.TotalCents);
        var method = draft.Method ?? "cash";
        sales.RequireMethod(method);
        var contact = draft.ContactId ?? original.ContactId;
        DocumentCredit[] credits = method != "credit" ? []
            : [new DocumentCredit(ids.Next(), contact ?? throw new RefusedException("General Credit needs a contact, and the sale has none", "Give contact_id, or pay the refund out."), -total)];
        return new DocumentEntry(
            header with
            {
                StartedAt = started, ShippedAt = started, ContactId = contact, Operator = draft.Operator, Reference = draft.Reference, Note = draft.Note,
                OriginalId = original.Id, OriginalNumber = number,
            },
            lines, [new DocumentPayment(ids.Next(), method, total, false, started)], credits);
    }

    private static IEnumerable<RefundLineDraft> EveryLine(TransactionView original, IReadOnlyDictionary<Guid, long> refunded) => original.Lines
        .Select(l => new RefundLineDraft(l.Line, l.Qty - refunded.GetValueOrDefault(l.Id))).Where(l => l.Qty > 0);

    private DocumentLine Line(RefundLineDraft? draft, TransactionView original, Dictionary<Guid, long> given)
    {
        if (draft is null)
        {
            throw new RefusedException("a line of the refund is null", "Give each line's number, or leave the lines out to refund everything.");
        }
        var sold = original.Lines.FirstOrDefault(l => l.Line == draft.Line)
            ?? throw new RefusedException($"the docket has no line {draft.Line}", $"It has lines 1 to {original.Lines.Count}.");
        var before = given.GetValueOrDefault(sold.Id);
        var left = sold.Qty - before;
        if (draft.Qty <= 0 || draft.Qty > left)
        {
            throw new RefusedException(
                $"{draft.Qty} of “{sold.Title}” cannot come back: {sold.Qty} were sold and {sold.Qty - left} refunded", $"Refund at most {Math.Max(left, 0)}.");
        }
        given[sold.Id] = before + draft.Qty;
        // What was paid for the copies up to these, less what was paid for those before: one by one they add up to the line.
        var paid = (sold.TotalCents * (before + draft.Qty) / sold.Qty) - (sold.TotalCents * before / sold.Qty);
        var amount = draft.AmountCents ?? paid;
        if (amount is < 0 or > Money.MostCents)
        {
            throw new RefusedException($"the amount {amount} is none to give back", "Give cents, 0 or more.");
        }
        // A price that gives the amount exactly: what the division leaves over is a discount of cents.
        var price = (amount + draft.Qty - 1) / draft.Qty;
        return new DocumentLine(
            ids.Next(), sold.StockId, sold.Code, long.TryParse(sold.Isbn, out var isbn) ? isbn : null, sold.Title, -draft.Qty, price,
            amount - (draft.Qty * price), sold.TaxRateBp, sold.Id, draft.ToStock);
    }
}
