using Bookmine.Schema;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>More was given back for copies than was paid for them.</summary>
internal sealed class RefundedTooMuch : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit) => unit.OriginalLines.Where(l => l.Back <= l.Sold && l.GivenCents > l.PaidCents)
        .SelectMany(l => l.Findings(unit, FindingKinds.RefundedTooMuch, $"{Money.Format(l.PaidCents)} was paid, {Money.Format(l.GivenCents)} given back"));
}
