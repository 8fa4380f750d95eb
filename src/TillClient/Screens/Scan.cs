using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>Tells what a scanner has typed from what a person types: it must never become an amount or a quantity.</summary>
internal static class Scan
{
    private const int ShortestCode = 6;

    /// <param name="isFast">The characters came as fast as no person types.</param>
    public static bool IsOne(string text, bool isFast)
    {
        var digits = ScannedCode.Clean(text).Replace("-", "", StringComparison.Ordinal);
        return Isbn.TryParse(digits, out _) || Isbn.IsEan(digits) || IsUpc(digits) || ScannedCode.IsSeveral(text) || ScannedCode.LayoutOf(text) is not null
            || (isFast && text.Length >= ShortestCode && !text.Contains(' ', StringComparison.Ordinal) && text.Any(char.IsAsciiDigit));
    }

    private static bool IsUpc(string digits) => digits.Length == 12 && Isbn.IsEan("0" + digits);
}
