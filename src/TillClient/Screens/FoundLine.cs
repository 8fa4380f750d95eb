using Bookmine.Schema;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Screens;

/// <summary>A line of a list for what was found: enough to tell a new copy from four second-hand ones.</summary>
internal static class FoundLine
{
    public static string Of(Found found) => found switch
    {
        FoundStock s => $"{PosDesk.Fit(s.Title, 34)} {PosDesk.Fit(s.Authors ?? "", 14)} {PosDesk.Fit(s.Condition ?? "new", 5)} {(s.PriceCents is { } p ? Money.Format(p) : "-"),8} {s.OnHand,4}",
        FoundContact c => $"{c.Name}  {c.Phone}  {c.Email}",
        _ => "",
    };
}
