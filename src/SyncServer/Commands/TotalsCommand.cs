using System.CommandLine;
using Bookmine.Schema;
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

    public static Command Make(Verbs verbs) => verbs.Make("totals", "A branch's daily totals", Run, Branch, DayRange.From, DayRange.To, By);

    private static int Run(CommandContext context)
    {
        var (from, to) = DayRange.Read(context);
        using var database = context.OpenDatabase();
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
}
