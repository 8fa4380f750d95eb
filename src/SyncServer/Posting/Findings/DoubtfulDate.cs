using Bookmine.Schema;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A year from its posting, a sale's date is more likely a wrong clock than a long time away.</summary>
internal sealed class DoubtfulDate : IFinding
{
    private const long DoubtfulMilliseconds = 366L * 24 * 3600 * 1000;

    public IEnumerable<Finding> Look(UnitFindings unit) => unit.Rows(BookmineSetup.Document)
        .Where(d => Math.Abs(unit.Now - d.Row.Integer(Columns.Document.StartedAt)) > DoubtfulMilliseconds)
        .Select(d => unit.Of(
            d.Entry, FindingKinds.DoubtfulDate, d.Row.Guid(Columns.Document.Id).ToString(),
            $"docket {DocketNumber.D(d.Row.Integer(Columns.Document.Docket))} says it was started {Instant.Format(d.Row.Integer(Columns.Document.StartedAt))}: the till's clock may be wrong"));
}
