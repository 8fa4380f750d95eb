using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>The open sale in text: its lines, and what it comes to.</summary>
internal static class SaleText
{
    private const int TitleWidth = 38;
    private const int NameWidth = 30;

    public static IReadOnlyList<string> Lines(Basket basket) => [.. basket.Lines.Select((l, i) =>
        $"{i + 1,3} {l.Qty,4} x {FoundLine.Title(l.Item, TitleWidth)} {Money.Format(l.PriceCents),9} {(l.DiscountCents == 0 ? "" : Money.Format(-l.DiscountCents)),7} {Money.Format(l.TotalCents),9}")];

    /// <summary>The amount stands last: it is what must be seen.</summary>
    public static string Total(PosDesk desk)
    {
        if (desk.Beside is var (_, due, tender))
        {
            return Paid(due, tender.PaidCents);
        }
        var basket = desk.Basket;
        if (basket.Tender.PaidCents != 0)
        {
            return Paid(basket.TotalCents, basket.Tender.PaidCents);
        }
        string?[] parts =
        [
            desk.ChangeCents == 0 ? null : $"last change {Money.Format(desk.ChangeCents)}",
            basket.Contact is { } contact ? TextColumns.Fit(contact.Name, NameWidth).TrimEnd() : null,
            basket.Note is null ? null : "note",
            desk.Held.Count == 0 ? null : $"{desk.Held.Count} held",
            Off(basket),
            Counted.Copies(basket.Copies),
            $"TOTAL {Money.Format(basket.TotalCents)}",
        ];
        return string.Join("   ", parts.OfType<string>());
    }

    private static string Paid(long due, long paid) =>
        $"TOTAL {Money.Format(due)}   {(paid == 0 ? "" : $"paid {Money.Format(paid)}   ")}{(due < paid ? $"GIVE BACK {Money.Format(paid - due)}" : $"STILL {Money.Format(due - paid)}")}";

    private static string? Off(Basket basket) => basket.WholeDiscount == default ? null
        : basket.WholeDiscount.Percent == 0 ? $"less {Money.Format(basket.WholeDiscountCents)}" : $"less {basket.WholeDiscount}: {Money.Format(basket.WholeDiscountCents)}";
}
