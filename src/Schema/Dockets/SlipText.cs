namespace Bookmine.Schema.Dockets;

/// <summary>Text in the columns of a slip.</summary>
public static class SlipText
{
    /// <summary>Breaks at spaces; a word longer than the slip is broken where it must be.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.ReplaceLineEndings(" ").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length > width)
            {
                yield return line;
                line = "";
            }
            while (rest.Length > width)
            {
                yield return rest[..width];
                rest = rest[width..];
            }
            line = line.Length == 0 ? rest : $"{line} {rest}";
        }
        yield return line;
    }

    /// <summary>One text at the left and one at the right; the left one is cut where both do not fit.</summary>
    public static string Pair(string left, string right, int width)
    {
        var room = Math.Max(width - right.Length - 1, 0);
        var cut = left.Length > room ? left[..room] : left;
        return cut + new string(' ', Math.Max(width - cut.Length - right.Length, 0)) + right;
    }

    public static string Pair(string left, long cents, int width) => Pair(left, Money.Format(cents), width);

    public static string Centre(string text, int width) =>
        text.Length >= width ? text[..width] : new string(' ', (width - text.Length) / 2) + text;

    public static string Rule(int width) => new('-', width);

    /// <summary>With a capital: <c>card</c> as <c>Card</c>.</summary>
    public static string Name(string method) => method.Length == 0 ? method : char.ToUpperInvariant(method[0]) + method[1..];
}
