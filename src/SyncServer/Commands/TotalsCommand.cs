using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>totals</c>: a branch's days.</summary>
internal static class TotalsCommand
{
    private static readonly Option<long> Branch = new("--branch") { Required = true };
    private static readonly Option<string> By = new Option<string>("--by")
    {
        Description = "posting: by the day things were posted, which never changes afterwards; taken: by the day at the counter, for balancing drawers",
        DefaultValueFactory = _ => "posting",
    }.AcceptOnlyFromAmong("posting", "taken");

    private static readonly Option<string> Per = new Option<string>("--per")
    {
        Description = "What the totals are of, by posting: day, month, hour, till, operator, tender, category",
        DefaultValueFactory = _ => "day",
    }.AcceptOnlyFromAmong("day", "month", "hour", "till", "operator", "tender", "category");

    public static Command Make(Verbs verbs) => verbs.Make("totals", "A branch's totals by day, till, operator …", Run, Branch, DayRange.From, DayRange.To, By, Per);

    private static int Run(CommandContext context)
    {
        var (from, to) = DayRange.Read(context);
        using var database = context.OpenDatabase();
        if (context.Get(Per) != "day")
        {
            return Report(context, database, from, to);
        }
        var days = database.Writing(session =>
        {
            Branches.Require(session, context.Get(Branch));
            return DayTotals.ReadClosed(session, context.Get(Branch), from, to, context.Get(By) == "taken", context.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        });
        return context.PrintList(
            days, ("day", d => d.Day), ("documents", d => $"{d.Documents}"), ("sales", d => Money.Format(d.SalesCents)), ("refunds", d => Money.Format(d.RefundsCents)),
            ("payments", d => string.Join(", ", d.ByMethod.Select(m => $"{m.Key} {Money.Format(m.Value)}"))),
            ("shipped", d => $"{d.ShippedQuantity}: {Money.Format(d.ShippedCents)}"), ("of these disconnected", d => Money.Format(d.FromDisconnectedCents)), ("other money: floats, deposits, vouchers", d => Money.Format(d.OtherCents)));
    }

    private static int Report(CommandContext context, IServerDatabase database, int from, int to)
    {
        if (context.Get(By) == "taken")
        {
            throw new ShopException($"--per {context.Get(Per)} is by posting, and --by taken goes with days alone. Leave one of them out.");
        }
        var by = Enum.Parse<ReportBy>(context.Get(Per), ignoreCase: true);
        var rows = database.Writing(session =>
        {
            Branches.Require(session, context.Get(Branch));
            Posting.Counter.NotBefore(session, context.Clock.GetUtcNow().ToUnixTimeMilliseconds());
            return SalesReports.Read(session, by, [context.Get(Branch)], from, to);
        });
        return context.PrintList(
            rows, (context.Get(Per), r => r.Name.Length == 0 ? "none" : r.Name), (by == ReportBy.Category ? "copies" : by == ReportBy.Tender ? "payments" : "documents", r => $"{r.Documents}"),
            (by == ReportBy.Tender ? "in" : "sales", r => Money.Format(r.SalesCents)), (by == ReportBy.Tender ? "out" : "refunds", r => Money.Format(r.RefundsCents)),
            ("net", r => Money.Format(r.NetCents)));
    }
}
