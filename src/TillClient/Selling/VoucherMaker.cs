using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Selling;

/// <summary>Makes the document of a gift voucher that is sold. Money already given for it is in no total of sales; what it buys later is.</summary>
internal sealed class VoucherMaker(SaleMaker sales, PaymentMaker payments, EntityIds ids, TimeProvider clock)
{
    /// <summary>Long enough to be no amount of money.</summary>
    public const int ShortestNumber = 7;

    private const int LongestNumber = 30;

    /// <summary>Whether it is a number that a till has given, such as V100012.</summary>
    public static bool IsOwn(string number) => number.Length > 1 && number[0] == 'V' && number.Skip(1).All(char.IsAsciiDigit);

    /// <exception cref="RefusedException">The draft is none.</exception>
    public DocumentEntry Make(VoucherDraft draft, DocumentHeader header)
    {
        if (draft.AmountCents is <= 0 or > Money.MostCents)
        {
            throw new RefusedException($"the amount is {Money.Format(draft.AmountCents)}", "Give an amount above 0.");
        }
        sales.RequireOperator(draft.Operator);
        var number = draft.Number is null ? FormattableString.Invariant($"V{header.Docket}") : PaymentMaker.VoucherNumber(draft.Number);
        if (number.Length is < ShortestNumber or > LongestNumber || !number.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || Isbn.TryParse(number, out _) || (draft.Number is not null && (IsOwn(number) || number[0] == 'D')))
        {
            throw new RefusedException($"“{draft.Number}” is no number for a gift voucher", $"Scan the card again, or leave the number out. A card's has {ShortestNumber} to {LongestNumber} letters and digits, and is not a book's.");
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
