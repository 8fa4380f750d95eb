using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A gift voucher that was used beyond its worth: twice, or before its sale was posted. Its sale closes what was found of it.</summary>
internal sealed class VoucherOverspent : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var named = unit.Rows(BookmineSetup.Voucher).ToLookup(v => v.Row.Text(Columns.Voucher.Number), StringComparer.Ordinal);
        // Told apart by their place: an engine may call texts equal that are not.
        var numbers = named.Select(v => v.Key).ToList();
        var set = new RowSet(new SetColumn("place", SetType.Integer), new SetColumn("number", SetType.Text));
        for (var i = 0; i < numbers.Count; i++)
        {
            set.Add((long)i, numbers[i]);
        }
        if (set.Count == 0)
        {
            yield break;
        }
        var balances = new Dictionary<string, long>(StringComparer.Ordinal);
        using (var reader = unit.Session.Query(
            $"""
            SELECT k.place, CAST(sum(v.amount_cents) AS bigint) FROM @set k JOIN voucher v ON {unit.Session.Dialect.TextEquals("v.number", "k.number")} GROUP BY k.place
            """, set))
        {
            while (reader.Read())
            {
                balances.Add(numbers[(int)reader.GetInt64(0)], reader.GetInt64(1));
            }
        }
        var sold = named.Where(v => v.Any(r => r.Row.Integer(Columns.Voucher.AmountCents) > 0) && balances[v.Key] >= 0).Select(v => v.Key);
        FindingLog.Resolve(unit.Session, FindingKinds.VoucherOverspent, sold, unit.Now);
        foreach (var voucher in named.Where(v => balances[v.Key] < 0))
        {
            foreach (var entry in voucher.Select(v => v.Entry).Distinct())
            {
                yield return unit.Of(
                    entry, FindingKinds.VoucherOverspent, voucher.Key,
                    $"gift voucher {voucher.Key} stands at {Money.Format(balances[voucher.Key])}: it was used twice, or its sale is not posted");
            }
        }
    }
}
