namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>More copies of an order were handed over than were ordered.</summary>
internal sealed class HandedOverTwice : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit) => unit.OriginalLines.Where(l => l.HandedOver > 0 && l.HandedOver > l.Sold)
        .SelectMany(l => l.Findings(unit, FindingKinds.HandedOverTwice, $"{l.Sold} ordered, {l.HandedOver} handed over"));
}
