using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Bookmine.Schema;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>What a customer has given so far: a value, kept as it is.</summary>
internal sealed record Tender(ImmutableList<PaymentDraft> Payments)
{
    public static Tender None { get; } = new([]);

    [JsonIgnore]
    public bool IsNone => Payments.IsEmpty;

    [JsonIgnore]
    public long PaidCents => Payments.Sum(p => p.AmountCents);

    /// <summary>In words, whichever way the money went.</summary>
    [JsonIgnore]
    public string Text => string.Join(", ", Payments.Where(p => p.Method != PaymentMethods.Rounding).Select(p => $"{Money.Format(Math.Abs(p.AmountCents))} {p.Method}"));

    public Tender With(PaymentDraft payment) => new(Payments.Add(payment));

    public Tender With(string method, long cents, bool change = false) => With(new PaymentDraft { Method = method, AmountCents = cents, Change = change });

    /// <summary>Without what was given last, its change and its rounding.</summary>
    public Tender WithoutLast()
    {
        var payments = Payments;
        if (!payments.IsEmpty && payments[^1].Method == PaymentMethods.Rounding)
        {
            payments = payments.RemoveAt(payments.Count - 1);
        }
        var isChange = !payments.IsEmpty && payments[^1].Change;
        return new(payments.RemoveRange(Math.Max(payments.Count - (isChange ? 2 : 1), 0), Math.Min(isChange ? 2 : 1, payments.Count)));
    }
}
