using System.CommandLine;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>sale find|export</c>.</summary>
internal static class SaleCommands
{
    private static readonly Argument<string> Number = new("number") { Description = "D12345, a TransID, or a reference" };
    private static readonly Option<long?> Branch = new("--branch");

    public static Command Make(Verbs verbs) => new("sale", "Posted transactions")
    {
        verbs.Make("find", "Show one transaction, whole", Find, Number),
        verbs.Make("export", "All of them, as JSON lines in order of posting", Export, Branch, DayRange.From, DayRange.To),
    };

    private static int Find(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var found = database.Reading(session => Transactions.Find(session, context.Get(Number)))
            ?? throw new ShopException($"{context.Get(Number)} is no transaction posted here. A till may still hold it: bookmine-server till list shows what is unposted.");
        if (context.AsJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(found, ViewJson.Default.TransactionView));
            return 0;
        }
        Console.WriteLine($"{found.TransId}  (docket {found.Docket})  {found.Kind}, branch {found.Branch}, till {found.Till}, operator {found.Operator ?? "-"}");
        Console.WriteLine($"started {found.StartedAt}, shipped {found.ShippedAt ?? "not yet"}, posted {found.PostedAt}");
        foreach (var line in found.Lines)
        {
            Console.WriteLine($"  {line.Qty,4} x {line.Title}  {Money.Format(line.TotalCents)}");
        }
        foreach (var payment in found.Payments)
        {
            Console.WriteLine($"  {payment.Method} {Money.Format(payment.AmountCents)}, paid {payment.PaidAt}, taken {payment.TakenAt}");
        }
        Console.WriteLine($"  total {Money.Format(found.TotalCents)}, tax contained {Money.Format(found.TaxCents)}");
        if (found.Refunds.Count > 0)
        {
            Console.WriteLine($"  refunded by {string.Join(", ", found.Refunds)}");
        }
        return 0;
    }

    private static int Export(CommandContext context)
    {
        var (from, to) = DayRange.Read(context);
        using var database = context.OpenDatabase();
        return database.Reading(session =>
        {
            foreach (var transaction in Transactions.Export(session, context.Get(Branch), from, to))
            {
                Console.WriteLine(JsonSerializer.Serialize(transaction, ViewJson.Default.TransactionView));
            }
            return 0;
        });
    }
}
