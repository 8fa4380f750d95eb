using System.Globalization;
using System.Text;

namespace Bookmine.TillClient.Dockets;

/// <summary>Text as a printer's character set has it: composed, and what the set lacks written with what it has.</summary>
internal static class PrintableText
{
    private const string Unknown = "?";

    /// <summary>What has no decomposition of Unicode's own that would do.</summary>
    private static readonly Dictionary<string, string> Likenesses = new(StringComparer.Ordinal)
    {
        ["‘"] = "'", ["’"] = "'", ["‚"] = "'", ["‛"] = "'", ["′"] = "'", ["“"] = "\"", ["”"] = "\"", ["„"] = "\"", ["″"] = "\"", ["‹"] = "'", ["›"] = "'",
        ["«"] = "\"", ["»"] = "\"", ["‐"] = "-", ["‑"] = "-", ["‒"] = "-", ["–"] = "-", ["—"] = "-", ["―"] = "-", ["−"] = "-", ["•"] = "*", ["·"] = ".",
        ["×"] = "x", ["œ"] = "oe", ["Œ"] = "OE", ["æ"] = "ae", ["Æ"] = "AE", ["ß"] = "ss", ["ẞ"] = "SS", ["ø"] = "o", ["Ø"] = "O", ["đ"] = "d", ["Đ"] = "D",
        ["ð"] = "d", ["Ð"] = "D", ["ł"] = "l", ["Ł"] = "L", ["þ"] = "th", ["Þ"] = "Th", ["ı"] = "i", ["ħ"] = "h", ["Ħ"] = "H", ["ŋ"] = "ng",
        ["€"] = "EUR", ["£"] = "GBP", ["¥"] = "YEN", ["©"] = "(c)", ["®"] = "(R)", ["№"] = "No.", ["\u00A0"] = " ", ["\u202F"] = " ", ["\u2009"] = " ",
        ["\u00AD"] = "", ["\u200B"] = "", ["\u200E"] = "", ["\u200F"] = "", ["\uFEFF"] = "",
    };

    /// <summary>Whether the set has every sign of a text as it is.</summary>
    public static bool Has(Encoding encoding, string text) => encoding.GetString(encoding.GetBytes(text)) == text;

    /// <summary>A line of a slip for the set, no longer than the slip is wide: what grew takes its room from the gaps.</summary>
    public static string Fold(string line, Encoding encoding, int columns)
    {
        var composed = line.Normalize(NormalizationForm.FormC);
        var folded = Has(encoding, composed) ? composed : string.Concat(Elements(composed).Select(e => Fold(e, encoding)));
        while (folded.Length > columns && folded.LastIndexOf("  ", StringComparison.Ordinal) is >= 0 and var gap)
        {
            folded = folded.Remove(gap, 1);
        }
        return folded;
    }

    private static string Fold(string element, Encoding encoding)
    {
        if (Has(encoding, element))
        {
            return element;
        }
        if (Likenesses.TryGetValue(element, out var likeness))
        {
            return likeness;
        }
        // The letter without its accents, a ligature as its letters.
        var plain = string.Concat(element.Normalize(NormalizationForm.FormKD)
            .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark))
            .Select(c => Likenesses.GetValueOrDefault(c.ToString(), c.ToString())));
        return plain != element && plain.Length > 0 && Has(encoding, plain) ? plain : Unknown;
    }

    private static IEnumerable<string> Elements(string text)
    {
        for (var elements = StringInfo.GetTextElementEnumerator(text); elements.MoveNext();)
        {
            yield return elements.GetTextElement();
        }
    }
}
