using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bookmine.Schema;

namespace Bookmine.SyncServer.Imports;

/// <summary>Cells as spreadsheets and people write them, and what they mean.</summary>
internal static partial class Cells
{
    private const int MostNoYear = 20;
    private static readonly string[] Undated = ["nd", "undated", "unknown", "none", "na", ""];

    /// <summary>A text without what is not seen and what a spreadsheet has put around it, composed (NFC); null for nothing.</summary>
    public static string? Text(string cell)
    {
        var text = cell;
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
        {
            text = string.Concat(text.Where(c => !IsUnseen(c))).Replace('\u00a0', ' ').ReplaceLineEndings("\n");
            text = Composed(text);
        }
        text = text.Trim();
        if (text.StartsWith("=\"", StringComparison.Ordinal) && text.EndsWith('"') && text.Length > 2)
        {
            text = text[2..^1].Trim();
        }
        else if (text.StartsWith('\'') && text.Length > 1 && Number(text[1..]) is var number && number.All(c => char.IsAsciiDigit(c) || c is 'X' or 'x'))
        {
            text = number;
        }
        else if (text.Length > 1 && text[0] == '\'' && IsFormula(text[1..]))
        {
            text = text[1..];
        }
        return text.Length == 0 ? null : text;
    }

    /// <summary>A text as a spreadsheet takes it for a text, where it could be one that is reckoned.</summary>
    public static string Guarded(string text) => IsFormula(text) ? "'" + text : text;

    private static bool IsFormula(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@'
        && !decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _);

    /// <summary>What identifies an item: without the dashes and spaces in it and without the decimals that a spreadsheet adds.</summary>
    public static string Number(string text)
    {
        var plain = string.Concat(text.Where(c => c is not ('-' or ' ' or '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\u2212' or '\u00a0')));
        return plain.EndsWith(".0", StringComparison.Ordinal) ? plain[..^2] : plain;
    }

    /// <summary>Whether a spreadsheet has shortened the number, so that its last digits are lost.</summary>
    public static bool IsScientific(string text) => Scientific().IsMatch(text);

    /// <summary>A price such as <c>12.99</c>, <c>£12.99</c>, <c>12,99 €</c>, <c>GBP 12.99</c>.</summary>
    public static bool TryPrice(string text, out long cents, out string? fault)
    {
        var priced = Priced().Match(text);
        if (!priced.Success)
        {
            (cents, fault) = (0, "is no price");
            return false;
        }
        return Money.TryParse(priced.Groups["amount"].Value, out cents, out fault);
    }

    /// <summary>Whether it bears the sign of a currency.</summary>
    public static bool IsPriced(string text) => text.Any(c => char.GetUnicodeCategory(c) == UnicodeCategory.CurrencySymbol) && TryPrice(text, out _, out _);

    /// <summary>A whole number, which a spreadsheet may have given decimals.</summary>
    public static bool TryWhole(string text, out long value) =>
        long.TryParse(text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text.EndsWith(".00", StringComparison.Ordinal) ? text[..^3] : text,
            NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>A year such as <c>1987</c>, <c>c.1890</c>, <c>[1974]</c>, <c>2008-09-14</c>; <c>n.d.</c> is none.</summary>
    public static bool TryYear(string text, out long? year)
    {
        year = null;
        if (text.Length <= MostNoYear && Undated.Contains(string.Concat(text.Where(char.IsLetterOrDigit)), StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }
        if (TryWhole(text, out var plain))
        {
            year = plain;
            return plain is >= -4_000 and <= 3_000;
        }
        var found = FourDigits().Match(text);
        year = found.Success ? long.Parse(found.Value, CultureInfo.InvariantCulture) : null;
        return found.Success && text.Length <= 40;
    }

    private static bool IsUnseen(char c) => c is '\u00ad' or '\u200b' or '\u200e' or '\u200f' or '\u2060' or '\ufeff' or (
        >= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Composed(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half of a pair of surrogates, which a workbook can hold and no database.
            return string.Concat(text.EnumerateRunes());
        }
    }

    [GeneratedRegex(@"^\d+([.,]\d+)?[eE]\+?\d+$")]
    private static partial Regex Scientific();

    [GeneratedRegex(@"^[\p{Sc}A-Za-z]{0,4}\s*(?<amount>[-+\u2212]?[\d.,'\u2019 \u00a0\u202f]*\d)\s*[\p{Sc}A-Za-z]{0,4}$")]
    private static partial Regex Priced();

    [GeneratedRegex(@"(?<!\d)\d{4}(?!\d)")]
    private static partial Regex FourDigits();
}
