using System.Globalization;
using System.Text;

namespace Bookmine.Schema;

/// <summary>
/// Text of records on its way to a terminal, a printer in text mode or a log: it must not move a cursor, name a window, ring, or turn the reading round, whoever has put it into a title.
/// JSON stays as it is.
/// </summary>
public static class ShownText
{
    private const char Instead = '\uFFFD';

    /// <summary>One line: what controls is shown as U+FFFD, what overrides the direction of reading (Unicode's UAX 9) is left out.</summary>
    public static string OfLine(string text) => Of(text, keepsLines: false);

    /// <summary>The same, with its line breaks.</summary>
    public static string OfLines(string text) => Of(text, keepsLines: true);

    private static string Of(string text, bool keepsLines)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') || !text.Any(c => IsDropped(c) || IsControl(c, keepsLines)))
        {
            return text;
        }
        var clean = new StringBuilder(text.Length);
        foreach (var c in text.Where(c => !IsDropped(c)))
        {
            clean.Append(IsControl(c, keepsLines) ? Instead : c);
        }
        return clean.ToString();
    }

    private static bool IsControl(char c, bool keepsLines) =>
        char.IsControl(c) ? !(keepsLines && c == '\n') : CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // Embeddings, overrides and isolates; the marks do no more than a letter does.
    private static bool IsDropped(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
