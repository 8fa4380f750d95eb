namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>More copies came back, or were called off, than were sold: two tills without the server can do that together.</summary>
internal sealed class RefundedTwice : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit) => unit.OriginalLines.Where(l => l.Back > Math.Max(l.Sold, 0))
        .SelectMany(l => l.Findings(unit, FindingKinds.RefundedTwice, $"{l.Sold} sold, {l.Back} refunded or cancelled"));
}
