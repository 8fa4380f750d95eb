namespace Bookmine.Schema;

/// <summary>
/// A discount on a whole sale, as it is shared out among the lines of its document: by what each comes to, rounded where it falls, so that the shares add
/// up to it to the cent. A rule of how it is shared is a rule of how it is known again.
/// </summary>
public static class SharedDiscount
{
    /// <summary>Each line's share, in cents.</summary>
    /// <param name="whole">What is off in all, in cents.</param>
    /// <param name="sold">What each line comes to before it, in cents; 0 for what takes no part, such as goods that come back.</param>
    public static IEnumerable<long> Of(long whole, IReadOnlyCollection<long> sold)
    {
        var (all, seen, given) = (sold.Sum(), 0L, 0L);
        foreach (var line in sold)
        {
            seen += line;
            var upToHere = all == 0 ? 0 : (long)Math.Round((decimal)whole * seen / all, MidpointRounding.AwayFromZero);
            yield return upToHere - given;
            given = upToHere;
        }
    }

    /// <summary>Whether the discounts of several lines are one that was shared out among all of them, or as good as that.</summary>
    /// <param name="lines">What each line comes to before its discount, and the discount, in cents.</param>
    public static bool IsOne(IReadOnlyList<(long FullCents, long DiscountCents)> lines) =>
        lines.Count(l => l.DiscountCents != 0) > 1 && lines.All(l => l.FullCents > 0 || l.DiscountCents == 0)
        && Of(lines.Sum(l => l.DiscountCents), [.. lines.Select(l => Math.Max(l.FullCents, 0))]).SequenceEqual(lines.Select(l => l.DiscountCents));
}
