using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Rows;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Selling;

/// <summary>What was paid on a document, with what it takes from the ledgers of General Credit and gift vouchers.</summary>
internal sealed record Paid(IReadOnlyList<DocumentPayment> Payments, IReadOnlyList<DocumentCredit> Credits, IReadOnlyList<DocumentVoucher> Vouchers)
{
    public long Cents => Payments.Sum(p => p.AmountCents);
}

/// <summary>Makes the payments of a document, or refuses them.</summary>
internal sealed class PaymentMaker(ReplicaView view, EntityIds ids)
{
    /// <param name="contact">Whose document it is; null for the counter customer's.</param>
    /// <param name="mayTrust">Whether a voucher that is not at hand is taken all the same, as without the server: the manager finds it listed.</param>
    /// <param name="time">When a payment was taken that does not say it.</param>
    /// <exception cref="RefusedException">A payment is none.</exception>
    public Paid Make(IReadOnlyList<PaymentDraft>? drafts, Guid? contact, bool mayTrust, Func<PaymentDraft, long> time)
    {
        DocumentPayment[] payments = [.. (drafts ?? []).Select(d => Payment(d, time))];
        DocumentCredit[] credits =
        [
            .. payments.Where(p => p.Method == PaymentMethods.Credit).Select(p => new DocumentCredit(
                ids.Next(), contact ?? throw new RefusedException("General Credit pays, and the sale has no contact",
                    "Give contact_id: whose credit it is."), -p.AmountCents)),
        ];
        if (contact is null && payments.Any(p => p.Method == PaymentMethods.Owing))
        {
            throw new RefusedException("something is left owing, and there is no contact who owes it", "Give contact_id.");
        }
        DocumentVoucher[] vouchers =
        [
            .. (drafts ?? []).Where(d => d.Method == PaymentMethods.Voucher && d.Voucher is not null)
                .Select(d => new DocumentVoucher(ids.Next(), VoucherNumber.Normal(d.Voucher!), -d.AmountCents)),
        ];
        if ((drafts ?? []).Any(d => d.Method == PaymentMethods.Voucher && string.IsNullOrWhiteSpace(d.Voucher)))
        {
            throw new RefusedException("a gift voucher pays, and it is not said which", "Give voucher: its number.");
        }
        foreach (var used in vouchers.Where(v => v.AmountCents < 0).GroupBy(v => v.Number, StringComparer.Ordinal))
        {
            RequireBalance(used.Key, -used.Sum(v => v.AmountCents), mayTrust);
        }
        return new Paid(payments, credits, vouchers);
    }

    /// <summary>What goes back, in one sum; in cash, one that coins can make, and what is rounded off beside it.</summary>
    /// <param name="cents">Less than nothing.</param>
    /// <param name="at">Unix milliseconds.</param>
    public IReadOnlyList<DocumentPayment> Back(string method, long cents, long at)
    {
        var sum = method == PaymentMethods.Cash ? CashRounding.Of(view.BranchRow.IntegerOrNull("cash_rounding")).Round(cents) : cents;
        DocumentPayment[] rounded = sum == cents ? [] : [new DocumentPayment(ids.Next(), PaymentMethods.Rounding, cents - sum, false, at)];
        return [new DocumentPayment(ids.Next(), method, sum, false, at), .. rounded];
    }

    /// <summary>A payment's method must be one of the shop's.</summary>
    public void RequireMethod(string? method)
    {
        if (view.By(BookmineSetup.PaymentMethod, "code", method ?? "").FirstOrDefault() is null)
        {
            throw new RefusedException($"there is no payment method “{method}”",
                "Use one of the shop's: cash, card, cheque, … (bookmine-server payment-method list).");
        }
    }

    private void RequireBalance(string number, long cents, bool mayTrust)
    {
        switch (view.VoucherCents(number))
        {
            case null when !mayTrust:
                throw new RefusedException($"there is no gift voucher {number}", "Look at the number again.");
            case { } left when left < cents:
                throw new RefusedException($"gift voucher {number} has {Money.Format(left)} left", "Take that much from it, and the rest in another way.");
        }
    }

    private DocumentPayment Payment(PaymentDraft? draft, Func<PaymentDraft, long> time)
    {
        if (draft is null)
        {
            throw new RefusedException("a payment of the sale is null", "Give an object for each payment.");
        }
        RequireMethod(draft.Method);
        if (draft.AmountCents is < -Money.MostCents or > Money.MostCents || (draft.Change && draft.AmountCents > 0))
        {
            throw new RefusedException($"a payment has the amount {draft.AmountCents}", "Give cents; change is negative.");
        }
        return new DocumentPayment(ids.Next(), draft.Method!, draft.AmountCents, draft.Change, time(draft));
    }
}
