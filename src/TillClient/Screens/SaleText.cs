using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>The open sale in text: its lines, and what it comes to.</summary>
internal static class SaleText
{
    private const int TitleWidth = 38;
    private const int NameWidth = 30;

    /// <summary>What the columns of the lines are.</summary>
    public static string Heading(OpenSale sale) => sale.IsEmpty ? "" : $"{"",3} {"Qty",4}   {"Title".PadRight(TitleWidth)} {"Price",9} {"Off",7} {"Comes to",9}";

    public static IReadOnlyList<string> Lines(OpenSale sale) => [.. sale.Lines.Select((l, i) =>
        $"{i + 1,3} {l.Qty,4} x {FoundLine.Title(l.Item, TitleWidth)} {Money.Format(l.PriceCents),9} {(l.DiscountCents == 0 ? "" : Money.Format(-l.DiscountCents)),7} {Money.Format(l.TotalCents),9}")];

    /// <summary>The amount stands last: it is what must be seen.</summary>
    public static string Total(PosDesk desk)
    {
        if (desk.State is CounterState.Paying paying && !(paying.IsSale && paying.Tender.IsNone))
        {
            return Paid(paying.DueCents, paying.Tender.PaidCents);
        }
        var sale = desk.Sale;
        string?[] parts =
        [
            desk.ChangeCents == 0 ? null : $"last change {Money.Format(desk.ChangeCents)}",
            sale.Contact is { } contact ? TextColumns.Fit(contact.Name, NameWidth).TrimEnd() : null,
            sale.Note is null ? null : "note",
            desk.Held.Count == 0 ? null : $"{desk.Held.Count} held",
            Off(sale),
            Counted.Copies(sale.Copies),
            $"TOTAL {Money.Format(sale.TotalCents)}",
        ];
        return string.Join("   ", parts.OfType<string>());
    }

    private static string Paid(long due, long paid) =>
        $"TOTAL {Money.Format(due)}   {(paid == 0 ? "" : $"paid {Money.Format(paid)}   ")}{(due < paid ? $"GIVE BACK {Money.Format(paid - due)}" : $"STILL {Money.Format(due - paid)}")}";

    private static string? Off(OpenSale sale) => sale.WholeDiscount == default ? null
        : sale.WholeDiscount.Percent == 0 ? $"less {Money.Format(sale.WholeDiscountCents)}" : $"less {sale.WholeDiscount}: {Money.Format(sale.WholeDiscountCents)}";
}
