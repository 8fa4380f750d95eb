using Bookmine.Schema;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>Goods that came back on a line of their own. Money paid out of the drawer is no goods.</summary>
internal sealed class ReturnWithoutOriginal : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit) => unit.Rows(BookmineSetup.DocumentLine)
        .Where(l => l.Row.Integer(Columns.Line.Qty) < 0 && l.Row[Columns.Line.OriginalLineId] is null
            && UnitFindings.DocumentOf(l.Entry)?.Text(Columns.Document.Kind) is not EntryKinds.PayOut)
        .Select(l => unit.Of(
            l.Entry, FindingKinds.ReturnWithoutOriginal, l.Row.Guid(Columns.Line.Id).ToString(),
            $"{-l.Row.Integer(Columns.Line.Qty)} of “{l.Row.Text(Columns.Line.Title)}” came back for "
            + $"{Money.Format(-l.Row.Integer(Columns.Line.Qty) * l.Row.Integer(Columns.Line.UnitPriceCents))}, against no docket"));
}
