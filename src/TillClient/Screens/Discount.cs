using System.Globalization;
using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>A discount as the cashier has given it: a percentage, or an amount.</summary>
/// <param name="Percent">0 to 100; 0 for an amount.</param>
internal readonly record struct Discount(decimal Percent, long Cents)
{
    /// <summary>What it comes to on so much; an amount takes off no more than there is.</summary>
    public long On(long fullCents) => Percent != 0 ? (long)Math.Round(fullCents * Percent / 100, MidpointRounding.AwayFromZero) : Math.Min(Cents, fullCents);

    /// <summary>Reads <c>10%</c> or <c>1.50</c>.</summary>
    /// <param name="fullCents">What it is to be taken off.</param>
    /// <returns>The discount; null and why when it is none or too much.</returns>
    public static (Discount? Value, string Fault) Parse(string text, long fullCents)
    {
        if (text.EndsWith('%') && DecimalText.TryParse(text[..^1], out var percent, out _, hasThousands: false) && percent is >= 0 and <= 100)
        {
            return (new Discount(percent, 0), "");
        }
        return !Money.TryParse(text, out var cents) || cents < 0 ? (null, $"“{text}” is no discount. Type an amount such as 1.50, or 10%.")
            : cents > fullCents ? (null, $"{Money.Format(cents)} is more than the {Money.Format(fullCents)} it is on.")
            : (new Discount(0, cents), "");
    }

    public override string ToString() => Percent != 0 ? string.Create(CultureInfo.InvariantCulture, $"{Percent:0.##}%") : Money.Format(Cents);
}
