using System.Globalization;

namespace Bookmine.Schema;

/// <summary>Rates are basis points (1000 = 10 %); these are their forms for people.</summary>
public static class Percent
{
    private const int BasisPoints = 100;

    /// <summary>550 as <c>5.5</c>.</summary>
    public static string Format(long basisPoints) => (basisPoints / (decimal)BasisPoints).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Reads <c>5.5</c>, <c>5,5</c> or <c>5.5 %</c>.</summary>
    /// <param name="fault">Why it is no rate, as a whole sentence; null where it is one.</param>
    public static bool TryParse(string? text, out long basisPoints, out string? fault)
    {
        basisPoints = 0;
        var number = (text ?? "").Trim().TrimEnd('%').TrimEnd();
        if (!DecimalText.TryParse(number, out var rate, out var why, hasThousands: false))
        {
            fault = $"“{text}” {why}. A rate is per cent, such as 20 or 8.1.";
        }
        else if (rate is < 0 or > 100)
        {
            fault = $"“{text}” is no rate: it is from 0 to 100 per cent.";
        }
        else if (rate * BasisPoints != decimal.Truncate(rate * BasisPoints))
        {
            fault = $"“{text}” has more than two decimals, and would not be kept exactly. Rates are kept to a hundredth of a per cent.";
        }
        else
        {
            basisPoints = (long)(rate * BasisPoints);
            fault = null;
        }
        return fault is null;
    }
}
