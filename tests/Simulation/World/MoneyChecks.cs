using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Reports;

namespace Bookmine.Simulation.World;

/// <summary>
/// What the counters took, as the model has it, against every figure that a manager reads of it: the totals of the days, the reports by till and by tender,
/// and the accounts, whose sides are equal.
/// </summary>
internal static class MoneyChecks
{
    private const int LastDay = 99_991_231;

    public static void All(ShopWorld world)
    {
        var posted = world.Server.Read(s => TableSql.Where(s, BookmineSetup.Document, "till <> @kiosk", world.Kiosk?.Till ?? 0))
            .GroupBy(d => d.Text("reference")).Where(g => g.Count() == 1).ToDictionary(g => g.Key, g => g.Single().Integer("branch"));
        foreach (var branch in new[] { 1L, 2L })
        {
            var taken = world.Model.Attempts.Where(a => posted.TryGetValue(a.Reference, out var at) && at == branch).ToList();
            var (net, byMethod) = (taken.Sum(a => a.TotalCents), new SortedDictionary<string, long>(StringComparer.Ordinal));
            foreach (var (method, cents) in taken.SelectMany(a => a.ByMethod).Concat(OfKiosk(world, branch, ref net)))
            {
                byMethod[method] = byMethod.GetValueOrDefault(method) + cents;
            }
            var back = taken.Sum(a => a.Kind == EntryKinds.Refund ? a.TotalCents : a.ReturnedCents);
            Branch(world, branch, net, back, byMethod);
        }
    }

    private static void Branch(ShopWorld world, long branch, long net, long back, SortedDictionary<string, long> byMethod)
    {
        var model = world.Model;
        var days = world.Server.Read(s => DayTotals.Read(s, branch, 0, LastDay, byTaken: false));
        Require(days.Sum(d => d.SalesCents + d.RefundsCents), net, "the days' totals");
        Require(days.Sum(d => d.RefundsCents), back, "the days' refunds");
        Require(world.Server.Read(s => DayTotals.Read(s, branch, 0, LastDay, byTaken: true)).Sum(d => d.SalesCents + d.RefundsCents), net, "the days' totals by when it was taken");
        foreach (var by in new[] { ReportBy.Till, ReportBy.Operator, ReportBy.Day, ReportBy.Month })
        {
            Require(world.Server.Read(s => SalesReports.Read(s, by, [branch], 0, LastDay)).Sum(r => r.NetCents), net, $"the report by {by}");
        }
        foreach (var (method, cents) in byMethod)
        {
            Require(days.Sum(d => d.ByMethod.GetValueOrDefault(method)), cents, $"the days' {method}");
        }
        Require(world.Server.Read(s => SalesReports.Read(s, ReportBy.Tender, [branch], 0, LastDay)).Sum(r => r.NetCents), byMethod.Values.Sum(), "the report by tender");

        var now = world.Server.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var accounts = days.SelectMany(d => world.Server.Database.Writing(s => Accounts.OfDay(s, branch, BranchDay.TryParse(d.Day, out var day) ? day : 0, now))).ToList();
        Require(accounts.Sum(a => a.DebitCents), accounts.Sum(a => a.CreditCents), "the accounts' two sides");
        Require(-accounts.Where(a => a.TaxRate is not null).Sum(Debit), net, "sales and tax in the accounts");
        foreach (var (method, cents) in byMethod)
        {
            Require(accounts.Where(a => a.Purpose == method || a.Purpose == $"clearing {method}").Sum(Debit), cents, $"the accounts' {method}");
        }

        void Require(long found, long should, string what) => model.Require(found == should, $"branch {branch}: {what} come to {found}, and the counters took {should}");

        static long Debit(AccountRow row) => row.DebitCents - row.CreditCents;
    }

    /// <summary>What the kiosk sold, by its rows: it has no cashier of the model.</summary>
    private static List<KeyValuePair<string, long>> OfKiosk(ShopWorld world, long branch, ref long net)
    {
        if (world.Kiosk is not { } kiosk)
        {
            return [];
        }
        net += world.Server.Number("SELECT coalesce(sum(total_cents), 0) FROM document WHERE till = @kiosk AND branch = @branch", kiosk.Till, branch);
        return world.Server.Read(s => TableSql.Where(
            s, BookmineSetup.Payment, "branch = @branch AND document_id IN (SELECT id FROM document WHERE till = @kiosk)", branch, kiosk.Till))
            .ConvertAll(p => KeyValuePair.Create(p.Text("method"), p.Integer("amount_cents")));
    }
}
