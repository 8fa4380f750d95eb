namespace Bookmine.Schema;

/// <summary>What was sold at a rate, tax included, and the tax that it contains.</summary>
/// <param name="RateBp">Basis points: 2000 is 20 %.</param>
public sealed record TaxAtRate(long RateBp, long GrossCents, long TaxCents);

/// <summary>
/// How a transaction's tax is reckoned. The rule is kept with the transaction, so that its tax stays what its docket says when the rule changes;
/// days, accounts and readings add transactions up and reckon nothing anew.
/// </summary>
public static class Tax
{
    /// <summary>
    /// What a transaction sold at a rate is added up, and the tax contained in that is rounded once, half away from zero. Those without a rule are of
    /// before 1.6: each of their lines was rounded by itself.
    /// </summary>
    public const long RuleByRate = 2;

    /// <summary>Whether the kind is in the scope of the tax: a gift voucher, a deposit and money put into the drawer are not, which is no rate of 0 %.</summary>
    public static bool IsInScope(string kind) => EntryKinds.IsSale(kind) || EntryKinds.TakesBack(kind);

    /// <summary>The rule of a new transaction; null where it is out of scope.</summary>
    public static long? RuleFor(string kind) => IsInScope(kind) ? RuleByRate : null;

    /// <summary>A transaction's tax by rate, the lowest rate first; empty where it is out of scope.</summary>
    /// <param name="rule">As it is kept with it.</param>
    public static IReadOnlyList<TaxAtRate> Of(string kind, long? rule, IEnumerable<(long Cents, long RateBp)> lines) => !IsInScope(kind) ? [] :
    [
        .. lines.GroupBy(l => l.RateBp).OrderBy(g => g.Key).Select(g => new TaxAtRate(
            g.Key, g.Sum(l => l.Cents),
            rule == RuleByRate ? Money.TaxContained(g.Sum(l => l.Cents), g.Key) : g.Sum(l => Money.TaxContained(l.Cents, g.Key)))),
    ];
}
