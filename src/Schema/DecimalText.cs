using System.Globalization;
using System.Text;

namespace Bookmine.Schema;

/// <summary>
/// The one reader of decimal numbers, for every verb, field, page and import. A point or a comma is the decimal sign; the other one may part
/// thousands. Where one sign alone stands before exactly three digits it could be either, and the number is not taken.
/// </summary>
public static class DecimalText
{
    private const int MostCharacters = 40;

    /// <param name="text">Such as <c>17.95</c>, <c>17,95</c>, <c>1,299.00</c>, <c>1.299,00</c>, <c>-3</c>; spaces and apostrophes part thousands too.</param>
    /// <param name="fault">Why it is none, to be read after "“12,345” "; null where it is one.</param>
    /// <param name="hasThousands">Whether it can be so large that thousands are parted in it; a rate is not.</param>
    public static bool TryParse(string? text, out decimal value, out string? fault, bool hasThousands = true)
    {
        value = 0;
        var clean = Plain(text ?? "");
        var (sign, digits) = clean.StartsWith('-') ? ("-", clean[1..]) : ("", clean.TrimStart('+'));
        if (digits.Length is 0 or > MostCharacters || digits.Any(c => c is not (>= '0' and <= '9' or '.' or ',' or '\'' or ' '))
            || !digits.Any(char.IsAsciiDigit))
        {
            fault = "is not a number";
            return false;
        }
        fault = Split(digits, hasThousands, out var whole, out var decimals);
        return fault is null
            && decimal.TryParse($"{sign}{whole}.{decimals}0", NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out value);
    }

    private static string? Split(string digits, bool hasThousands, out string whole, out string decimals)
    {
        (whole, decimals) = ("", "");
        var last = digits.LastIndexOfAny(['.', ',']);
        var sign = last < 0 ? '\0' : digits[last];
        var isGroups = last >= 0 && digits.AsSpan(0, last).Contains(sign);
        var before = last < 0 || isGroups ? digits : digits[..last];
        var after = last < 0 || isGroups ? "" : digits[(last + 1)..];
        if (after.Any(c => !char.IsAsciiDigit(c)))
        {
            return "is not a number";
        }
        var parts = before.Split(['.', ',', '\'', ' ']);
        var isPlain = parts.Length == 1;
        if ((!isPlain && (parts[0].Length is 0 or > 3 || parts.Skip(1).Any(p => p.Length != 3)))
            || before.Where(c => !char.IsAsciiDigit(c)).Distinct().Count() > 1
            || (!isPlain && before.Contains(sign) && !isGroups))
        {
            return "has its thousands parted in no known way";
        }
        if (hasThousands && isPlain && after.Length == 3 && parts[0].Length is > 0 and <= 3 && parts[0] is not "0")
        {
            return $"could be {parts[0]}{after} or {parts[0]} and {after} thousandths: write it without a thousands sign";
        }
        (whole, decimals) = (string.Concat(parts), after);
        return null;
    }

    /// <summary>Other dashes and spaces as the plain ones; none at the ends.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(c switch
            {
                '\u2212' or '\u2013' or '\u2010' or '\u2011' => '-',
                '\u00a0' or '\u202f' or '\u2009' => ' ',
                '\u2019' => '\'',
                _ => c,
            });
        }
        return plain.ToString().Trim();
    }
}
