using Bookmine.Schema;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A refund against no docket that was at hand.</summary>
internal sealed class RefundWithoutOriginal : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit) => unit.Rows(BookmineSetup.Document)
        .Where(d => d.Row[Columns.Document.OriginalId] is null && d.Row.Text(Columns.Document.Kind) == EntryKinds.Refund)
        .Select(d => unit.Of(
            d.Entry, FindingKinds.RefundWithoutOriginal, d.Row.Guid(Columns.Document.Id).ToString(),
            $"refund {DocketNumber.D(d.Row.Integer(Columns.Document.Docket))} names no original docket that was at hand"));
}
