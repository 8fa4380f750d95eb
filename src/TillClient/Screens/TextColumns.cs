using System.Globalization;
using Terminal.Gui.Text;

namespace Bookmine.TillClient.Screens;

/// <summary>Text by the columns that it takes on a screen: a Chinese character takes two, an accent by itself none.</summary>
internal static class TextColumns
{
    // All that is written before them takes a column a character.
    private const char FirstCombining = '\u0300';

    public static int Of(string text) => IsPlain(text) ? text.Length : text.GetColumns();

    /// <summary>As much of its beginning as goes into a width.</summary>
    public static string Start(string text, int width)
    {
        if (Of(text) <= width)
        {
            return text;
        }
        var (taken, at) = (0, 0);
        while (at < text.Length && StringInfo.GetNextTextElement(text, at) is var element && taken + Of(element) <= width)
        {
            (taken, at) = (taken + Of(element), at + element.Length);
        }
        return text[..at];
    }

    /// <summary>As much of its end as goes into a width.</summary>
    public static string End(string text, int width)
    {
        var (left, at) = (Of(text), 0);
        while (left > width && at < text.Length)
        {
            var element = StringInfo.GetNextTextElement(text, at);
            (left, at) = (left - Of(element), at + element.Length);
        }
        return text[at..];
    }

    /// <summary>Exactly a width: what is longer ends in an ellipsis, what is shorter in spaces.</summary>
    public static string Fit(string text, int width) => Pad(Of(text) > width ? Start(text, width - 1) + "…" : text, width);

    /// <summary>With spaces up to a width.</summary>
    public static string Pad(string text, int width) => text + new string(' ', Math.Max(width - Of(text), 0));

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyInRange(FirstCombining, char.MaxValue) || text.All(c => c is < FirstCombining or '…' or '“' or '”');
}
