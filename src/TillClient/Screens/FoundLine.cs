using Bookmine.Schema;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Screens;

/// <summary>A line of a list for what was found: enough to tell a new copy from four second-hand ones.</summary>
internal static class FoundLine
{
    private const int NameWidth = 34;
    private const int PhoneWidth = 17;
    private const int WidthOfAll = 79;
    private const int NarrowestTitle = 12;

    /// <summary>What is asked about a list, which may be the beginning of a longer one.</summary>
    public static string Which(int count) => count >= Catalogue.MostFound ? $"Which (the first {count}: Esc, and more words)" : "Which";

    /// <summary>What the columns of such lines are.</summary>
    public static string HeadingOf(Found found, int width) => found switch
    {
        FoundStock when width < WidthOfAll => $"{"Title".PadRight(NarrowTitle(width))} {"Price",8} {"Here",4}",
        FoundContact when width < WidthOfAll => $"{"Name".PadRight(NarrowTitle(width) - 4)} Phone",
        FoundStock => $"{"Title",-33} {"Authors",-13} {"Condition",-11} {"Price",8} {"Here",4}",
        FoundContact => $"{"Name".PadRight(NameWidth)} {"Phone".PadRight(PhoneWidth)} Email",
        _ => "",
    };

    /// <param name="width">Of the screen, in columns: a narrow one shows less of each.</param>
    public static string Of(Found found, int width) => found switch
    {
        FoundStock s when width < WidthOfAll => $"{Title(s, NarrowTitle(width))} {(s.PriceCents is { } p ? Money.Format(p) : "-"),8} {s.OnHand,4}",
        FoundContact c when width < WidthOfAll => $"{TextColumns.Fit(c.Name, NarrowTitle(width) - 4)} {c.Phone ?? c.Email}",
        FoundStock s => $"{TextColumns.Fit(s.Title, 33)} {TextColumns.Fit(s.Authors ?? "", 13)} {TextColumns.Fit(s.Condition ?? "new", 11)} {(s.PriceCents is { } p ? Money.Format(p) : "-"),8} {s.OnHand,4}",
        FoundContact c => $"{TextColumns.Fit(c.Name, NameWidth)} {TextColumns.Fit(c.Phone ?? "", PhoneWidth)} {c.Email}",
        _ => "",
    };

    private static int NarrowTitle(int width) => Math.Max(width - 20, NarrowestTitle);

    /// <summary>A title that fills a width, with its condition where it is not new.</summary>
    public static string Title(FoundStock item, int width) =>
        item.Condition is { } condition ? TextColumns.Fit($"{TextColumns.Fit(item.Title, Math.Max(width - condition.Length - 3, 1)).TrimEnd()} ({condition})", width) : TextColumns.Fit(item.Title, width);
}
