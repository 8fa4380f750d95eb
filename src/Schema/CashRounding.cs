using System.Globalization;

namespace Bookmine.Schema;

/// <summary>
/// In a country without the smallest coins, what is settled in cash is rounded to the next sum that coins can make. Other tenders pay to the cent. What
/// is rounded off is recorded as the payment method <c>rounding</c>, so that the payments of a document still add up to its total.
/// </summary>
/// <param name="StepCents">5 or 10; 0 for none.</param>
/// <param name="TiesDown">Whether half a step is in the customer's favour; of 10 alone, since half of 5 is no sum.</param>
public readonly record struct CashRounding(long StepCents, bool TiesDown)
{
    private const string Down = "down";

    /// <summary>As the branch's row has it: cents, negative where ties go down; null for none.</summary>
    public static CashRounding Of(long? kept) => kept is not { } cents ? default : new CashRounding(Math.Abs(cents), cents < 0);

    /// <summary>The same for the branch's row.</summary>
    public long? Kept => StepCents == 0 ? null : TiesDown ? -StepCents : StepCents;

    /// <summary>Reads <c>5</c>, <c>10</c>, <c>10 down</c> or <c>none</c>.</summary>
    public static bool TryParse(string? text, out CashRounding rounding)
    {
        var words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        (var isRead, rounding) = words switch
        {
            [] or ["none" or "0"] => (true, default),
            ["5"] => (true, new CashRounding(5, false)),
            ["10"] => (true, new CashRounding(10, false)),
            ["10", Down] => (true, new CashRounding(10, true)),
            _ => (false, default(CashRounding)),
        };
        return isRead;
    }

    /// <summary>The sum in cash for what is due; of what goes back, the same by its size.</summary>
    public long Round(long cents)
    {
        if (StepCents == 0)
        {
            return cents;
        }
        var (size, rest) = (Math.Abs(cents), Math.Abs(cents) % StepCents);
        var isUp = 2 * rest > StepCents || (2 * rest == StepCents && !TiesDown);
        return Math.Sign(cents) * (size - rest + (isUp ? StepCents : 0));
    }

    public override string ToString() => StepCents == 0 ? "none" : StepCents.ToString(CultureInfo.InvariantCulture) + (TiesDown ? " " + Down : "");
}
