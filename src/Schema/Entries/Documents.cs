namespace Bookmine.Schema.Entries;

/// <summary>A document as the till seals it: header, lines, payments. Instants in Unix milliseconds.</summary>
/// <param name="Docket">The D-number.</param>
/// <param name="ShippedAt">Null for an order that is begun and not shipped.</param>
/// <param name="Disconnected">Whether it was sealed without the server.</param>
/// <param name="OriginalNumber">For a refund, the number of the original docket as it was typed.</param>
public sealed record DocumentHeader(
    Guid Id, long Docket, string Kind, long Branch, long Till, string? Operator, Guid? ContactId,
    long StartedAt, long? ShippedAt, string? Reference, string? Note, bool Disconnected,
    Guid? OriginalId = null, string? OriginalNumber = null);

/// <summary>A line as sold; its title, code and price stand for themselves, and its stock record need not exist anywhere yet.</summary>
/// <param name="Qty">Negative for goods that come back.</param>
/// <param name="ToStock">Whether goods that come back go back on the shelf.</param>
/// <param name="ShippedCents">What the goods that move with it are worth; null for the line's total.</param>
public sealed record DocumentLine(
    Guid Id, Guid? StockId, string? Code, long? Isbn13, string Title, long Qty, long UnitPriceCents, long DiscountCents,
    long TaxRateBp, Guid? OriginalLineId = null, bool ToStock = true, long? ShippedCents = null)
{
    public long TotalCents => (Qty * UnitPriceCents) - DiscountCents;

    /// <summary>A unit price and a discount that give an amount exactly: what the division leaves over is a discount of cents.</summary>
    public static (long UnitPriceCents, long DiscountCents) PriceFor(long amountCents, long copies)
    {
        var price = (amountCents + copies - 1) / copies;
        return (price, (copies * price) - amountCents);
    }
}

/// <param name="Change">Whether it is change given back, and so negative.</param>
public sealed record DocumentPayment(Guid Id, string Method, long AmountCents, bool Change, long TakenAt);

/// <summary>General Credit raised (positive) or used (negative).</summary>
public sealed record DocumentCredit(Guid Id, Guid ContactId, long AmountCents);

/// <summary>A gift voucher sold (positive) or used (negative).</summary>
public sealed record DocumentVoucher(Guid Id, string Number, long AmountCents);

/// <summary>A whole document.</summary>
public sealed record DocumentEntry(
    DocumentHeader Header, IReadOnlyList<DocumentLine> Lines, IReadOnlyList<DocumentPayment> Payments, IReadOnlyList<DocumentCredit> Credits)
{
    /// <summary>What stays on record beside it, such as other prices than the branch's.</summary>
    public IReadOnlyList<TillEvent> Events { get; init; } = [];

    public IReadOnlyList<DocumentVoucher> Vouchers { get; init; } = [];

    public long TotalCents => Lines.Sum(l => l.TotalCents);
}
