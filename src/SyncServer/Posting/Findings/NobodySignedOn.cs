using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>
/// Something was sold in a shop that has operators under no name, or under one that was only typed: nobody could sign on at that till, or a script sold.
/// </summary>
internal sealed class NobodySignedOn : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var documents = unit.Rows(BookmineSetup.Document).ToList();
        if (documents.Count == 0)
        {
            yield break;
        }
        var known = TableSql.Where(unit.Session, BookmineSetup.Operator, "1 = 1").Select(o => o.Text("name")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (entry, row) in documents.Where(_ => known.Count > 0))
        {
            if (row.TextOrNull(Columns.Document.Operator) is var name && (name is null || !known.Contains(name)))
            {
                var who = name is null ? "by nobody" : $"by “{name}”";
                yield return unit.Of(entry, FindingKinds.NobodySignedOn, $"till {row.Integer(Columns.Document.Till)} {who}", $"sold {who}, who has not signed on");
            }
        }
    }
}
