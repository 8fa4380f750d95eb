using System.Globalization;
using System.Text;

namespace Bookmine.TillClient.Screens;

/// <summary>Text for a font that has only ASCII: letters without their accents, plain quotes, a question mark for what has no likeness.</summary>
internal static class Ascii
{
    private static readonly Dictionary<char, string> Likenesses = new()
    {
        ['·'] = "|", ['…'] = ".", ['“'] = "\"", ['”'] = "\"", ['‘'] = "'", ['’'] = "'", ['–'] = "-", ['—'] = "-", ['£'] = "GBP", ['€'] = "EUR",
        ['ß'] = "ss", ['æ'] = "ae", ['Æ'] = "AE", ['ø'] = "o", ['Ø'] = "O", ['ł'] = "l", ['Ł'] = "L", ['đ'] = "d", ['Đ'] = "D",
    };

    // Latin letters with a mark, and below each the letter that bears it. The system's own tables are not there in a program without cultures.
    private const string Marked =
        "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŃń"
        + "ŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžƠơƯưǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǞǟǠǡǦǧǨǩǪǫǬǭǰǴǵǸǹǺǻȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȐȑȒȓ"
        + "ȔȕȖȗȘșȚțȞȟȦȧȨȩȪȫȬȭȮȯȰȱȲȳ";

    private const string Bare =
        "AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyyAaAaAaCcCcCcCcDdEeEeEeEeEeGgGgGgGgHhIiIiIiIiIJjKkLlLlLlNn"
        + "NnNnOoOoOoRrRrRrSsSsSsSsTtTtUuUuUuUuUuUuWwYyYZzZzZzOoUuAaIiOoUuUuUuUuUuAaAaGgKkOoOojGgNnAaAaAaEeEeIiIiOoOoRrRr"
        + "UuUuSsTtHhAaEeOoOoOoOoYy";

    public static string Fold(string text)
    {
        if (text.All(char.IsAscii))
        {
            return text;
        }
        var folded = new StringBuilder();
        foreach (var letter in text.Where(l => !char.IsLowSurrogate(l) && CharUnicodeInfo.GetUnicodeCategory(l) != UnicodeCategory.NonSpacingMark))
        {
            folded.Append(
                char.IsAscii(letter) ? letter.ToString()
                : Marked.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at ? Bare[at].ToString()
                : Likenesses.GetValueOrDefault(letter, "?"));
        }
        return folded.ToString();
    }

    /// <summary>Text for the Linux console's own font, which has Europe's letters and none of the typographic quotes and dashes.</summary>
    public static string PlainMarks(string text) =>
        text.Any(IsTypographic) ? string.Concat(text.Select(l => IsTypographic(l) ? Likenesses.GetValueOrDefault(l, "?") : l.ToString())) : text;

    private static bool IsTypographic(char letter) => letter is >= '\u2010' and <= '\u203a';
}
