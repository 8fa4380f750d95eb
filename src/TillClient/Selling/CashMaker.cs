using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Rows;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Selling;

/// <summary>Makes documents in which money moves and no goods: pay-in, pay-out, deposit.</summary>
internal sealed class CashMaker(ReplicaView view, SaleMaker sales, PaymentMaker payments, EntityIds ids, TimeProvider clock)
{
    /// <exception cref="RefusedException">The draft is none.</exception>
    public DocumentEntry Make(CashDraft draft, DocumentHeader header)
    {
        if (draft.AmountCents is <= 0 or > Money.MostCents)
        {
            throw new RefusedException($"the amount is {Money.Format(draft.AmountCents)}", "Give an amount above 0.");
        }
        if (string.IsNullOrWhiteSpace(draft.Reason))
        {
            throw new RefusedException("no reason is given", "Say what the money is for.");
        }
        sales.RequireOperator(draft.Operator);
        var method = draft.Method ?? "cash";
        payments.RequireMethod(method);
        var contact = draft.ContactId is { } id
            ? view.Find(BookmineSetup.Contact, new RowKey(id))?.Guid("id") ?? throw new RefusedException($"there is no contact {id}", "Find the contact first.")
            : (Guid?)null;
        if (header.Kind == EntryKinds.Deposit && contact is null)
        {
            throw new RefusedException("a deposit is a contact's", "Say whose it is.");
        }
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var sign = header.Kind == EntryKinds.PayOut ? -1 : 1;
        DocumentCredit[] credits = header.Kind == EntryKinds.Deposit ? [new DocumentCredit(ids.Next(), contact!.Value, draft.AmountCents)] : [];
        return new DocumentEntry(
            header with { StartedAt = now, ShippedAt = now, ContactId = contact, Operator = draft.Operator },
            [new DocumentLine(ids.Next(), null, null, null, draft.Reason.Trim(), sign, draft.AmountCents, 0, 0)],
            [new DocumentPayment(ids.Next(), method, sign * draft.AmountCents, false, now)], credits);
    }
}
