using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>The open sale in text: its lines, and what it comes to.</summary>
internal static class SaleText
{
    private const int TitleWidth = 38;

    public static IReadOnlyList<string> Lines(Basket basket) => [.. basket.Lines.Select((l, i) =>
        $"{i + 1,3} {l.Qty,4} x {FoundLine.Title(l.Item, TitleWidth)} {Money.Format(l.PriceCents),9} {(l.DiscountCents == 0 ? "" : "-" + Money.Format(l.DiscountCents)),7} {Money.Format(l.TotalCents),9}")];

    /// <summary>The amount stands last: it is what must be seen.</summary>
    public static string Total(PosDesk desk)
    {
        var (basket, total, paid) = (desk.Basket, Money.Format(desk.Basket.TotalCents), desk.Basket.Tender.PaidCents);
        string?[] parts = paid != 0
            ? [$"TOTAL {total}", $"paid {Money.Format(paid)}", $"STILL {Money.Format(basket.TotalCents - paid)}"]
            :
            [
                desk.ChangeCents == 0 ? null : $"last change {Money.Format(desk.ChangeCents)}",
                basket.Contact?.Name,
                desk.Held.Count == 0 ? null : $"{desk.Held.Count} held",
                Off(basket),
                Counted.Copies(basket.Copies),
                $"TOTAL {total}",
            ];
        return string.Join("   ", parts.OfType<string>());
    }

    private static string? Off(Basket basket) => basket.WholeDiscount == default ? null
        : basket.WholeDiscount.Percent == 0 ? $"less {Money.Format(basket.WholeDiscountCents)}" : $"less {basket.WholeDiscount}: {Money.Format(basket.WholeDiscountCents)}";
}
