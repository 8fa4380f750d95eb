using Bookmine.TillClient.Selling;

namespace Bookmine.Tests.Support;

/// <summary>Sales as tests write them.</summary>
internal static class Sales
{
    public const string Lighthouse = "9780000000019";
    public const string Garden = "9780000000026";
    public const string Maps = "9780000000033";

    /// <summary>Paid in cash, exactly.</summary>
    public static SaleDraft Of(string isbn, long qty = 1, long price = 1795, string? started = null, string? shipped = null) => new()
    {
        StartedAt = started,
        ShippedAt = shipped ?? started ?? SaleDraft.Now,
        Operator = "07",
        Lines = [new LineDraft { Isbn = isbn, Qty = qty, UnitPriceCents = price }],
        Payments = [new PaymentDraft { Method = "cash", AmountCents = qty * price }],
    };
}
