using Bookmine.Schema;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>Goods sold whose stock record is not here yet.</summary>
internal sealed class AwaitedStock : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var lines = unit.Rows(BookmineSetup.DocumentLine).Where(l => l.Row[Columns.Line.StockId] is not null).ToList();
        var missing = Awaited.Missing(unit.Session, BookmineSetup.Stock, lines.Select(l => l.Row.Guid(Columns.Line.StockId)));
        return lines.Where(l => missing.Contains(l.Row.Guid(Columns.Line.StockId))).Select(l => unit.Of(
            l.Entry, FindingKinds.Unresolved, l.Row.Guid(Columns.Line.StockId).ToString(), $"the stock record of “{l.Row.Text(Columns.Line.Title)}” is not posted yet"));
    }
}
