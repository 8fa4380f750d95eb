using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Bookmine.Schema;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Commands;

/// <summary><c>sell</c>, <c>refund</c>, and the records: everything that is sealed from a file of JSON lines.</summary>
internal static class SellCommands
{
    private static readonly Option<string> From = new("--from") { Required = true, Description = "A file of JSON lines; - reads standard input" };
    private static readonly Option<string> Docket = new("--docket") { Required = true, Description = "The original's D-number or TransID" };

    public static IEnumerable<Command> Make() =>
    [
        Verbs.Make("sell", "Seal each sale of a file of JSON lines, such as {\"operator\":\"07\",\"lines\":[{\"isbn\":\"9780000000019\",\"qty\":2}],\"payments\":[{\"method\":\"cash\",\"amount_cents\":4000},{\"method\":\"cash\",\"amount_cents\":-410,\"change\":true}]}", c => RunAsync(c, DraftJson.Default.SaleDraft, (t, d) => t.SellAsync(d, c.Cancel)), From),
        Verbs.Make("refund", "Refund lines of a docket: {\"lines\":[{\"line\":1,\"qty\":1,\"amount_cents\":1795,\"to_stock\":true}],\"method\":\"cash\"}; {} refunds everything in cash, method credit raises General Credit", c => RunAsync(c, DraftJson.Default.RefundDraft, (t, d) => t.RefundAsync(c.Get(Docket), d, c.Cancel)), From, Docket),
        new Command("order", "Orders and laybys, which are sold with \"shipped_at\": null, and \"layby\": true for a layby; what is not paid is a payment \"owing\"")
        {
            OnOrder("pay", EntryKinds.PartPayment, "Take money towards what is owing: {\"payments\":[{\"method\":\"cash\",\"amount_cents\":1000}]}"),
            OnOrder("pick-up", EntryKinds.PickUp, "Hand goods over: {} for all that are left, {\"lines\":[{\"line\":1,\"qty\":1}],\"payments\":[…]}"),
            OnOrder("cancel", EntryKinds.Cancellation, "Call off what is not handed over: {} for all of it, {\"lines\":[{\"line\":1,\"qty\":1}],\"method\":\"card\"}"),
        },
        new Command("voucher", "Gift vouchers")
        {
            Verbs.Make("sell", "Sell gift vouchers: {\"amount_cents\":2000,\"payments\":[{\"method\":\"cash\",\"amount_cents\":2000}]}; \"number\" for a card that is printed already", c => RunAsync(c, DraftJson.Default.VoucherDraft, (t, d) => t.SellVoucherAsync(d, c.Cancel)), From),
        },
        new Command("stock", "Stock records")
        {
            Verbs.Make("new", "Make stock records: {\"title\":\"…\",\"isbn\":\"…\",\"authors\":\"…\",\"condition\":\"used\",\"price_cents\":1795,\"qty\":1}", c => RunAsync(c, DraftJson.Default.StockDraft, (t, d) => t.NewStockAsync(d, c.Cancel)), From),
            Verbs.Make("edit", "Change stock records, named by stock_id, code or isbn: {\"isbn\":\"…\",\"price_cents\":1500}", c => RunAsync(c, DraftJson.Default.StockDraft, (t, d) => Plain(t.EditStockAsync(d, c.Cancel))), From),
        },
        new Command("contact", "Contacts")
        {
            Verbs.Make("new", "Make contacts: {\"name\":\"…\",\"email\":\"…\",\"phone\":\"…\",\"address\":\"…\"}", c => RunAsync(c, DraftJson.Default.ContactDraft, (t, d) => t.NewContactAsync(d, c.Cancel)), From),
            Verbs.Make("edit", "Change contacts, named by contact_id or exact name: {\"name\":\"…\",\"phone\":\"…\"}", c => RunAsync(c, DraftJson.Default.ContactDraft, (t, d) => Plain(t.EditContactAsync(d, c.Cancel))), From),
        },
        new Command("email", "Emails")
        {
            Verbs.Make("new", "Record an email to a contact: {\"name\":\"…\",\"subject\":\"…\",\"body\":\"…\"}", c => RunAsync(c, DraftJson.Default.EmailDraft, (t, d) => Plain(t.EmailAsync(d, c.Cancel))), From),
        },
    ];

    private static Command OnOrder(string name, string kind, string description) => Verbs.Make(
        name, description, c => RunAsync(c, DraftJson.Default.OrderDraft, (t, d) => t.OnOrderAsync(kind, c.Get(Docket), d, c.Cancel)), From, Docket);

    private static async Task<(Outcome Outcome, long? TransId)> Plain(Task<Outcome> outcome) => (await outcome.ConfigureAwait(false), null);

    private static async Task<int> RunAsync<T>(CommandContext context, JsonTypeInfo<T> type, Func<Till, T, Task<(Outcome Outcome, long? TransId)>> seal)
        where T : class
    {
        JsonLines.Require(context.Get(From));
        using var till = context.OpenTill();
        await ConnectAsync(context, till).ConfigureAwait(false);
        var refused = 0;
        foreach (var (line, draft, unread) in JsonLines.Read(context.Get(From), type))
        {
            var (outcome, transId) = draft is null ? (new Outcome(null, null), null) : await seal(till, draft).ConfigureAwait(false);
            var refusal = unread ?? (outcome.Refused is { } r ? new RefusedOutput(line, r.Reason, r.Remedy) : null);
            refused += refusal is null ? 0 : 1;
            Print(context, outcome, transId, refusal);
        }
        return refused == 0 ? 0 : 1;
    }

    /// <summary>A start in normal mode posts what is unposted first; without a server it says so and sells disconnected.</summary>
    private static async Task ConnectAsync(CommandContext context, Till till)
    {
        if (context.WithoutServer)
        {
            return;
        }
        try
        {
            await till.SynchroniseAsync(null, context.Cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
        }
    }

    private static void Print(CommandContext context, Outcome outcome, long? transId, RefusedOutput? refused)
    {
        var entry = outcome.Entry;
        var docket = entry?.Number is { } number ? DocketNumber.D(number).ToString() : null;
        var made = entry is null ? null : Made.Of(entry);
        context.Print(
            new SealedOutput(entry?.N, entry?.Id, docket, transId, refused, outcome.Warning, made?.StockId, made?.Code, made?.ContactId),
            OutputJson.Readable.SealedOutput,
            () => refused is not null ? $"line {refused.Line}: refused: {refused.Reason}. {refused.Remedy}"
                : $"{docket ?? made?.Code ?? "done"}{(transId is { } id ? $" -> {id}" : "")}{(outcome.Warning is { } warning ? $"  ({warning})" : "")}");
    }
}
