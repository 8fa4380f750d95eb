using System.Globalization;

namespace Bookmine.Schema;

/// <summary>Money is integer cents; these are its forms for people.</summary>
public static class Money
{
    /// <summary>The most an amount may be: ten million, far above any bookshop's sale and far below any overflow.</summary>
    public const long MostCents = 1_000_000_000;

    /// <summary>1795 as <c>17.95</c>.</summary>
    public static string Format(long cents) => string.Create(
        CultureInfo.InvariantCulture, $"{(cents < 0 ? "-" : "")}{Math.Abs(cents) / 100}.{Math.Abs(cents) % 100:d2}");

    /// <summary>Reads <c>17.95</c>, <c>17,95</c>, <c>17.9</c>, <c>17</c> or <c>-3.50</c>; at most two decimals (<see cref="DecimalText"/>).</summary>
    public static bool TryParse(string? text, out long cents) => TryParse(text, out cents, out _);

    /// <param name="fault">Why it is no amount, to be read after "“12,345” "; null where it is one.</param>
    public static bool TryParse(string? text, out long cents, out string? fault)
    {
        cents = 0;
        if (!DecimalText.TryParse(text, out var value, out fault))
        {
            return false;
        }
        fault = Math.Abs(value) > MostCents / 100 ? "is more than ten million"
            : value * 100 != decimal.Truncate(value * 100) ? "has more than two decimals" : null;
        cents = fault is null ? (long)(value * 100) : 0;
        return fault is null;
    }

    /// <summary>The tax contained in a price that includes it, rounded half away from zero.</summary>
    /// <param name="rateBp">The rate in basis points: 1000 is 10 %.</param>
    public static long TaxContained(long cents, long rateBp) =>
        (long)Math.Round((decimal)cents * rateBp / (10_000 + rateBp), MidpointRounding.AwayFromZero);
}
