using System.Globalization;

namespace Bookmine.Schema;

/// <summary>
/// Which acts at its tills a branch wants a supervisor's PIN for, as one text of words: <c>refund return price discount:1000 no-sale pay-out
/// cancel</c>. A discount's
/// number is how much of the price (basis points) anybody may give away.
/// </summary>
public sealed record SupervisedActs
{
    public const string Refund = "refund";
    public const string Return = "return";
    public const string Price = "price";
    public const string Discount = "discount";
    public const string NoSale = "no-sale";
    public const string PayOut = "pay-out";
    public const string Cancel = "cancel";

    /// <summary>Every act that can be supervised.</summary>
    public static readonly IReadOnlyList<string> All = [Refund, Return, Price, Discount, NoSale, PayOut, Cancel];

    private const int MostBasisPoints = 10_000;
    private readonly HashSet<string> acts;

    private SupervisedActs(HashSet<string> acts, long freeDiscountBp) => (this.acts, FreeDiscountBp) = (acts, freeDiscountBp);

    /// <summary>What anybody may give away, in basis points of the price, where discounts are supervised.</summary>
    public long FreeDiscountBp { get; }

    /// <summary>Whether any act is.</summary>
    public bool IsAny => acts.Count > 0;

    /// <summary>As the records hold it. A word of a later program is passed over.</summary>
    public static SupervisedActs Read(string? text)
    {
        var (found, free) = (new HashSet<string>(StringComparer.Ordinal), 0L);
        foreach (var parts in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split(':')))
        {
            found.Add(parts[0]);
            free = parts is [Discount, var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var bp) ? bp : free;
        }
        return new SupervisedActs(found, free);
    }

    /// <summary>As a person writes it: words parted by spaces or commas, a discount with the per cent that anybody may give (<c>discount:10</c>).</summary>
    /// <param name="fault">What cannot be read, with what can; null when all could.</param>
    public static SupervisedActs? Parse(string text, out string? fault)
    {
        var (found, free) = (new HashSet<string>(StringComparer.Ordinal), 0L);
        foreach (var word in text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = word.Split(':');
            var basisPoints = 0L;
            var isRead = All.Contains(parts[0]) && (parts.Length == 1
                || (parts is [Discount, var number] && Percent.TryParse(number, out basisPoints, out _)));
            if (!isRead)
            {
                fault = $"“{word}” is no act that a supervisor can be wanted for. Give some of {string.Join(", ", All)}; a discount with the per cent that anybody may give, as discount:10.";
                return null;
            }
            found.Add(parts[0]);
            free = parts.Length > 1 ? basisPoints : free;
        }
        fault = null;
        return new SupervisedActs(found, free);
    }

    public bool Wants(string act) => acts.Contains(act);

    /// <summary>Whether a discount is more than anybody may give.</summary>
    /// <param name="discountCents">Off the full price.</param>
    /// <remarks>A share that is rounded up to the next cent is still that share.</remarks>
    public bool WantsForDiscount(long discountCents, long fullCents) =>
        acts.Contains(Discount) && ((2 * discountCents) - 1) * MostBasisPoints > 2 * FreeDiscountBp * fullCents;

    public override string ToString() => string.Join(' ', All.Where(acts.Contains).Select(
        a => a == Discount && FreeDiscountBp > 0 ? string.Create(CultureInfo.InvariantCulture, $"{a}:{FreeDiscountBp}") : a));
}
