using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>The open sale in text: its lines, and what it comes to.</summary>
internal static class SaleText
{
    private const int TitleWidth = 38;
    private const int NameWidth = 30;
    private const int WidthOfAll = 77;
    private const int NarrowestTitle = 8;

    /// <summary>What the columns of the lines are.</summary>
    public static string Heading(OpenSale sale, int width) => sale.IsEmpty ? ""
        : width < WidthOfAll ? $"{"",3} {"Qty",4}   {"Title".PadRight(NarrowTitle(width))} {"Comes to",9}"
        : $"{"",3} {"Qty",4}   {"Title".PadRight(TitleWidth)} {"Price",9} {"Off",7} {"Comes to",9}";

    /// <param name="width">Of the screen, in columns: a narrow one shows what each line comes to alone.</param>
    public static IReadOnlyList<string> Lines(OpenSale sale, int width) => [.. sale.Lines.Select((l, i) => width < WidthOfAll
        ? $"{i + 1,3} {l.Qty,4} x {FoundLine.Title(l.Item, NarrowTitle(width))} {Money.Format(l.TotalCents),9}"
        : $"{i + 1,3} {l.Qty,4} x {FoundLine.Title(l.Item, TitleWidth)} {Money.Format(l.PriceCents),9} {(l.DiscountCents == 0 ? "" : Money.Format(-l.DiscountCents)),7} {Money.Format(l.TotalCents),9}")];

    private static int NarrowTitle(int width) => Math.Max(width - 22, NarrowestTitle);

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
