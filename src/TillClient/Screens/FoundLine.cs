using Bookmine.Schema;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Screens;

/// <summary>A line of a list for what was found: enough to tell a new copy from four second-hand ones.</summary>
internal static class FoundLine
{
    public static string Of(Found found) => found switch
    {
        FoundStock s => $"{TextColumns.Fit(s.Title, 33)} {TextColumns.Fit(s.Authors ?? "", 13)} {TextColumns.Fit(s.Condition ?? "new", 11)} {(s.PriceCents is { } p ? Money.Format(p) : "-"),8} {s.OnHand,4}",
        FoundContact c => $"{c.Name}  {c.Phone}  {c.Email}",
        _ => "",
    };

    /// <summary>A title that fills a width, with its condition where it is not new.</summary>
    public static string Title(FoundStock item, int width) =>
        item.Condition is { } condition ? TextColumns.Fit($"{TextColumns.Fit(item.Title, Math.Max(width - condition.Length - 3, 1)).TrimEnd()} ({condition})", width) : TextColumns.Fit(item.Title, width);
}
