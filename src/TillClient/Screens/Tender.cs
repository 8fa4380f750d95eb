using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>What a customer has given so far.</summary>
internal sealed class Tender
{
    private readonly List<PaymentDraft> payments = [];

    public IReadOnlyList<PaymentDraft> Payments => payments;

    public long PaidCents => payments.Sum(p => p.AmountCents);

    public void Pay(PaymentDraft payment) => payments.Add(payment);

    public void Pay(string method, long cents, bool change = false) => Pay(new PaymentDraft { Method = method, AmountCents = cents, Change = change });

    /// <summary>Takes back what was given last, with its change.</summary>
    public void UndoLast()
    {
        if (payments[^1].Method == Schema.PaymentMethods.Rounding)
        {
            payments.RemoveAt(payments.Count - 1);
        }
        var change = payments[^1].Change;
        payments.RemoveAt(payments.Count - 1);
        if (change)
        {
            payments.RemoveAt(payments.Count - 1);
        }
    }

    public void Undo() => payments.Clear();

    /// <summary>In words, whichever way the money went.</summary>
    public string Text => string.Join(", ", payments.Where(p => p.Method != Schema.PaymentMethods.Rounding).Select(
        p => $"{Schema.Money.Format(Math.Abs(p.AmountCents))} {p.Method}"));
}
