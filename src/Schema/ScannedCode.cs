namespace Bookmine.Schema;

/// <summary>What scanners send around a code, and what comes of them when they are set up otherwise than the machine expects.</summary>
public static class ScannedCode
{
    private const int EanDigits = 13;
    private const int AimCharacters = 3;
    private const char GroupSeparator = '\u001d';

    /// <summary>The digits 1 to 9 and 0 as keyboards of other countries have them in the row of digits.</summary>
    private static readonly (string Country, string Digits)[] Layouts = [("French", "&é\"'(-è_çà"), ("Czech", "+ěščřžýáíé"), ("Lithuanian", "ąčęėįšųū90")];

    /// <summary>
    /// The code without the identifier that a scanner puts before it (ISO/IEC 15424: <c>]E0</c>), the marks around it (<c>*</c>, <c>~</c>), and the
    /// two or five digits beside it, which are a price or an issue (GS1 General Specifications, 5.2.2).
    /// </summary>
    public static string Clean(string text)
    {
        var code = text.Trim().Trim('\t', '\r', '\n', GroupSeparator);
        if (code.Length > AimCharacters && code[0] == ']' && char.IsAsciiLetter(code[1]) && char.IsAsciiLetterOrDigit(code[2]))
        {
            var isGs1 = code[1] is 'C' or 'd' or 'Q' && code[2] != '0';
            code = code[AimCharacters..].TrimStart(GroupSeparator);
            // A GTIN of fourteen digits under its application identifier; of a book's, the first is zero.
            code = isGs1 && code.Length >= 16 && code.StartsWith("010", StringComparison.Ordinal) && code.Take(16).All(char.IsAsciiDigit)
                ? code[3..16] : code;
        }
        if (code.Length > 2 && (code[0] is '*' or '~' || code[^1] is '*' or '~') && code.Trim('*', '~') is var bare
            && bare.Any(char.IsAsciiDigit) && !bare.Contains(' ', StringComparison.Ordinal))
        {
            code = bare;
        }
        return code.Length is EanDigits + 2 or EanDigits + 5 && code.All(char.IsAsciiDigit) && Isbn.IsEan(code[..EanDigits]) ? code[..EanDigits] : code;
    }

    /// <summary>Whether several scans came as one.</summary>
    public static bool IsSeveral(string text)
    {
        var digits = Clean(text);
        return digits.Length >= 2 * EanDigits && digits.Length % EanDigits == 0 && digits.All(char.IsAsciiDigit)
            && Enumerable.Range(0, digits.Length / EanDigits).All(i => Isbn.IsEan(digits.Substring(i * EanDigits, EanDigits)));
    }

    /// <summary>The country of the keyboard that a scanner takes this machine's for; null where it types digits, or no code.</summary>
    public static string? LayoutOf(string text)
    {
        var typed = text.Trim();
        foreach (var (country, digits) in Layouts)
        {
            if (typed.Length >= EanDigits - 1 && typed.All(c => digits.Contains(c, StringComparison.Ordinal)))
            {
                var code = string.Concat(typed.Select(c => (char)('0' + ((digits.IndexOf(c, StringComparison.Ordinal) + 1) % 10))));
                if (Isbn.IsEan(code) || Isbn.IsEan("0" + code))
                {
                    return country;
                }
            }
        }
        return null;
    }
}
