using System.Globalization;

namespace Bookmine.Schema;

/// <summary>
/// The numbers on books: ISBN-13 (978 or 979), ISBN-10 (which may end in X), the old nine-digit SBN, an EAN with a five-digit price
/// code, and the in-house EAN that a shop gives to an item without one. Check digits as in ISO 2108 and GS1.
/// </summary>
public static class Isbn
{
    /// <summary>The shortest GTIN is one of eight digits.</summary>
    private const int FewestDigits = 8;

    /// <summary>The ISBN-13 that the text stands for.</summary>
    /// <param name="text">An ISBN in any of its forms, with or without hyphens and spaces.</param>
    public static bool TryParse(string? text, out long isbn13)
    {
        isbn13 = 0;
        var digits = Strip(text);
        var thirteen = digits.Length switch
        {
            9 => FromTen("0" + digits),
            10 => FromTen(digits),
            13 => digits,
            18 => digits[..13],
            _ => "",
        };
        return thirteen.Length == 13 && (thirteen.StartsWith("978", StringComparison.Ordinal) || thirteen.StartsWith("979", StringComparison.Ordinal))
            && IsEan(thirteen) && long.TryParse(thirteen, NumberStyles.None, CultureInfo.InvariantCulture, out isbn13);
    }

    /// <summary>The ISBN-10 of an ISBN-13; null for 979, which has none.</summary>
    public static string? ToTen(long isbn13)
    {
        var text = isbn13.ToString(CultureInfo.InvariantCulture);
        if (text.Length != 13 || !text.StartsWith("978", StringComparison.Ordinal))
        {
            return null;
        }
        var nine = text[3..12];
        return nine + CheckTen(nine);
    }

    /// <summary>
    /// The thirteen digits that a GTIN of 8, 12 or 13 digits stands for, or one of 12 or 11 whose leading zeros a spreadsheet has taken; null when it
    /// is none. A UPC is an EAN that begins with zero (GS1 General Specifications, 1.3).
    /// </summary>
    public static string? ToEan(string? text)
    {
        var digits = Strip(text);
        if (digits.Length == 14 && digits[0] == '0')
        {
            digits = digits[1..];
        }
        if (digits.Length == 8 && FromUpcE(digits) is { } upc)
        {
            return upc;
        }
        return digits.Length is 8 or 11 or 12 or 13 && digits.All(char.IsAsciiDigit) && digits.PadLeft(13, '0') is var ean && IsEan(ean) ? ean : null;
    }

    /// <summary>A UPC-E with its number system and check digit, as the EAN that it stands for (GS1 General Specifications, 5.2.1.5); null for any
    /// other.</summary>
    private static string? FromUpcE(string digits)
    {
        if (digits[0] is not ('0' or '1') || !digits.All(char.IsAsciiDigit))
        {
            return null;
        }
        var (system, d, check) = (digits[0], digits[1..7], digits[7]);
        var eleven = d[5] switch
        {
            '0' or '1' or '2' => $"{d[..2]}{d[5]}0000{d[2..5]}",
            '3' => $"{d[..3]}00000{d[3..5]}",
            '4' => $"{d[..4]}00000{d[4]}",
            _ => $"{d[..5]}0000{d[5]}",
        };
        var ean = $"0{system}{eleven}{check}";
        return IsEan(ean) ? ean : null;
    }

    /// <summary>A code, and where it is a GTIN its other lengths, in which it may be on record.</summary>
    public static IEnumerable<string> FormsOf(string code)
    {
        var ean = ToEan(code);
        return ean is null ? [code]
            : new[] { code, ean, ean[1..], ean.TrimStart('0') }.Where(f => f == code || f == ean || (ean[0] == '0' && f.Length >= FewestDigits)).Distinct();
    }

    /// <summary>Whether thirteen digits end in their GS1 check digit.</summary>
    public static bool IsEan(string digits) => digits.Length == 13 && digits.All(char.IsAsciiDigit) && digits[12] == CheckEan(digits[..12]);

    /// <summary>Whether it has the length of an ISBN-13 or ISBN-10 and a check digit that does not go with it.</summary>
    public static bool IsMisread(string? text)
    {
        var digits = Strip(text);
        return (digits.Length == 13 && digits.All(char.IsAsciiDigit) && !IsEan(digits))
            || (digits.Length == 10 && digits[..9].All(char.IsAsciiDigit) && digits[9] is (>= '0' and <= '9') or 'X' or 'x' && FromTen(digits).Length == 0);
    }

    /// <summary>
    /// The in-house EAN for a number of the shop's own: a prefix of GS1's range for use within a shop, ten digits, check digit. Tills take the
    /// numbers of their leased blocks with the prefix 20, which makes it unique without asking anyone; the server counts with 21.
    /// </summary>
    public static string InHouseEan(long number, bool ofServer = false)
    {
        var twelve = string.Create(CultureInfo.InvariantCulture, $"{(ofServer ? 21 : 20)}{number:d10}");
        return twelve + CheckEan(twelve);
    }

    private static string Strip(string? text) => new([.. (text ?? "").Where(c => c is not ('-' or ' '))]);

    private static string FromTen(string ten)
    {
        if (!ten[..9].All(char.IsAsciiDigit) || char.ToUpperInvariant(ten[9]) != CheckTen(ten[..9]))
        {
            return "";
        }
        var twelve = "978" + ten[..9];
        return twelve + CheckEan(twelve);
    }

    private static char CheckTen(string nine)
    {
        var sum = 0;
        for (var i = 0; i < 9; i++)
        {
            sum += (10 - i) * (nine[i] - '0');
        }
        var check = (11 - (sum % 11)) % 11;
        return check == 10 ? 'X' : (char)('0' + check);
    }

    private static char CheckEan(string twelve)
    {
        var sum = 0;
        for (var i = 0; i < 12; i++)
        {
            sum += (i % 2 == 0 ? 1 : 3) * (twelve[i] - '0');
        }
        return (char)('0' + ((10 - (sum % 10)) % 10));
    }
}
