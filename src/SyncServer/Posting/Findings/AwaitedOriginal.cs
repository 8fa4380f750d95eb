using Bookmine.Schema;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A refund, payment or pick-up whose original is not here yet.</summary>
internal sealed class AwaitedOriginal : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var referring = unit.Rows(BookmineSetup.Document).Where(d => d.Row[Columns.Document.OriginalId] is not null).ToList();
        var missing = Awaited.Missing(unit.Session, BookmineSetup.Document, referring.Select(d => d.Row.Guid(Columns.Document.OriginalId)));
        return referring.Where(d => missing.Contains(d.Row.Guid(Columns.Document.OriginalId))).Select(d => unit.Of(
            d.Entry, FindingKinds.Unresolved, d.Row.Guid(Columns.Document.OriginalId).ToString(),
            $"the original docket {d.Row.TextOrNull(Columns.Document.OriginalNumber)} is not posted yet"));
    }
}
