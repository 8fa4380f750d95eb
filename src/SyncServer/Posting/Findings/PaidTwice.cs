using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>What was paid off an order twice is money the shop owes.</summary>
internal sealed class PaidTwice : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var paid = unit.Rows(BookmineSetup.Payment)
            .Where(p => p.Row.Text(Columns.Payment.Method) == PaymentMethods.Owing && p.Row.Integer(Columns.Payment.AmountCents) < 0)
            .Select(p => (p.Entry, Order: UnitFindings.DocumentOf(p.Entry)?.GuidOrNull(Columns.Document.OriginalId)))
            .Where(p => p.Order is not null).ToLookup(p => p.Order!.Value, p => p.Entry);
        var set = RowSet.Of("id", paid.Select(p => p.Key));
        if (set.Count == 0)
        {
            yield break;
        }
        var overpaid = new List<(Guid Order, long Cents)>();
        using (var reader = unit.Session.Query(
            """
            SELECT o.id, CAST(sum(p.amount_cents) AS bigint) FROM @set k JOIN document o ON o.id = k.id
            JOIN document d ON d.id = o.id OR d.original_id = o.id JOIN payment p ON p.document_id = d.id AND p.method = @owing
            GROUP BY o.id HAVING sum(p.amount_cents) < 0
            """, set, PaymentMethods.Owing))
        {
            while (reader.Read())
            {
                overpaid.Add((DbValues.ReadGuid(reader, 0), -reader.GetInt64(1)));
            }
        }
        foreach (var (order, cents) in overpaid)
        {
            foreach (var entry in paid[order].Distinct())
            {
                yield return unit.Of(entry, FindingKinds.PaidTwice, order.ToString(), $"{Money.Format(cents)} more was paid than was owing");
            }
        }
    }
}
