using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Selling;

/// <summary>Makes the document of a gift voucher that is sold. Money already given for it is in no total of sales; what it buys later is.</summary>
internal sealed class VoucherMaker(SaleMaker sales, PaymentMaker payments, EntityIds ids, TimeProvider clock)
{
    /// <exception cref="RefusedException">The draft is none.</exception>
    public DocumentEntry Make(VoucherDraft draft, DocumentHeader header)
    {
        if (draft.AmountCents is <= 0 or > Money.MostCents)
        {
            throw new RefusedException($"the amount is {Money.Format(draft.AmountCents)}", "Give an amount above 0.");
        }
        sales.RequireOperator(draft.Operator);
        var number = draft.Number is null ? VoucherNumber.Of(header.Docket) : VoucherNumber.Normal(draft.Number);
        if (draft.Number is not null && !VoucherNumber.IsCard(number))
        {
            throw new RefusedException(
                $"“{draft.Number}” is no number for a gift voucher",
                $"Scan the card again, or leave the number out. A card's has {VoucherNumber.Shortest} to {VoucherNumber.Longest} letters and digits, and is not a book's.");
        }
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var paid = payments.Make(draft.Payments, null, header.Disconnected, _ => now);
        if (paid.Cents != draft.AmountCents || paid.Vouchers.Count > 0)
        {
            throw new RefusedException($"the voucher is worth {Money.Format(draft.AmountCents)} and {Money.Format(paid.Cents)} is paid", "A voucher is paid for whole, and not with a voucher.");
        }
        return new DocumentEntry(
            header with { StartedAt = now, ShippedAt = now, Operator = draft.Operator },
            [new DocumentLine(ids.Next(), null, number, null, $"Gift voucher {number}", 1, draft.AmountCents, 0, 0)], paid.Payments, [])
        {
            Vouchers = [new DocumentVoucher(ids.Next(), number, draft.AmountCents)],
        };
    }
}
