using System.CommandLine;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.TillClient.Dockets;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient.Commands;

/// <summary><c>find</c>, <c>docket</c>, <c>status</c>, <c>journal verify</c>: what only looks.</summary>
internal static class LookCommands
{
    private static readonly Argument<string> Text = new("text") { Description = "D12345, a TransID, ISBN, code, words of title or author, a contact" };
    private static readonly Argument<string> Number = new("number") { Description = "D12345 or a TransID" };
    private static readonly Option<bool> AsGift = new("--gift") { Description = "A gift receipt: what it is and its number, without prices" };
    private static readonly Option<bool> AsEscPos = new("--escpos") { Description = "The bytes for a receipt printer" };
    private static readonly Option<string?> To = new("--to") { Description = "The file to write; standard output without it" };

    public static IEnumerable<Command> Make() =>
    [
        Verbs.Make("find", "What the Find field shows", FindAsync, Text),
        Verbs.Make("docket", "A docket as text", DocketAsync, Number, AsGift, AsEscPos),
        Verbs.Make("status", "How the till stands", StatusAsync),
        new Command("journal", "The till's own record")
        {
            Verbs.Make("verify", "Recompute its chain and hashes", VerifyAsync),
            Verbs.Make("export", "All that can be read of it, as JSON lines for bookmine-server journal import; works on a damaged journal too", ExportAsync, To),
        },
    ];

    private static async Task<int> FindAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        var found = await till.FindAsync(context.Get(Text), context.Cancel).ConfigureAwait(false);
        foreach (var one in found)
        {
            Print(context, one);
        }
        if (found.Count == 0)
        {
            await Console.Error.WriteLineAsync($"Nothing found: {till.WhyNotFound(context.Get(Text))}.").ConfigureAwait(false);
        }
        return found.Count == 0 ? 1 : 0;
    }

    private static void Print(CommandContext context, Found found)
    {
        switch (found)
        {
            case FoundTransaction { Transaction: var t }:
                // The kind of thing found comes first; the transaction's own kind is in it as well.
                var json = JsonSerializer.SerializeToNode(t, OutputJson.Readable.TransactionView)!.AsObject();
                json.Remove("kind");
                json.Insert(0, "kind", "transaction");
                json.Insert(1, "transaction_kind", t.Kind);
                Console.WriteLine(context.AsJson
                    ? json.ToJsonString(OutputJson.Readable.Options)
                    : $"{t.Kind} {t.TransId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not posted"} (docket {t.Docket}), {t.StartedAt}, {Money.Format(t.TotalCents)}: {string.Join("; ", t.Lines.Select(l => $"{l.Qty} x {l.Title}"))}");
                break;
            case FoundStock s:
                context.Print(
                    new StockOutput(s.Kind, s.StockId, s.Code, s.Isbn, s.Title, s.Authors, s.Condition, s.PriceCents, s.OnHand), OutputJson.Readable.StockOutput,
                    () => $"{s.Code,-14} {s.Title} / {s.Authors} {s.Condition}  {(s.PriceCents is { } p ? Money.Format(p) : "no price")}, on hand {s.OnHand}");
                break;
            case FoundVoucher v:
                context.Print(new VoucherOutput(v.Kind, v.Number, v.LeftCents), OutputJson.Readable.VoucherOutput, () => $"gift voucher {v.Number}: {Money.Format(v.LeftCents)} left");
                break;
            case FoundContact c:
                context.Print(
                    new ContactOutput(c.Kind, c.ContactId, c.Name, c.Email, c.Phone), OutputJson.Readable.ContactOutput,
                    () => $"{c.Name}  {c.Email}  {c.Phone}  ({c.ContactId})");
                break;
        }
    }

    private static async Task<int> DocketAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        var number = context.Get(Number);
        var docket = await till.DocketAsync(number, context.Get(AsGift), context.Cancel).ConfigureAwait(false)
            ?? throw new TillException($"There is no docket: {till.WhyNotFound(number)}.");
        if (context.AsJson)
        {
            context.Print(new DocketOutput(number, docket.ToText()), OutputJson.Readable.DocketOutput, docket.ToText);
            return 0;
        }
        if (context.Get(AsEscPos))
        {
            using var output = Console.OpenStandardOutput();
            output.Write(SlipPrinter.Encode(docket, till.Settings with { PrintAs = "escpos" }));
            return 0;
        }
        Console.Write(docket.ToText());
        return 0;
    }

    private static Task<int> StatusAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        var s = till.Status();
        var mode = s.State == ConnectionState.Disconnected ? "disconnected" : "normal";
        context.Print(
            new StatusOutput(
                till.Identity.Name, till.Identity.Branch, mode, JsonNamingPolicy.SnakeCaseLower.ConvertName(s.State.ToString()), s.Unposted, s.UnpostedCents,
                s.Cursor, s.ReplicaAgeSeconds, s.DNumbersLeft, s.LastError, s.PostingWaits),
            OutputJson.Readable.StatusOutput,
            () => $"till {till.Identity.Name}, {mode} mode: {s.Unposted} unposted ({Money.Format(s.UnpostedCents)}), "
                + $"replica {StatusText.Age(s.ReplicaAgeSeconds)}, {s.DNumbersLeft} D-numbers left"
                + (s.PostingWaits is null ? "" : $"\n{s.PostingWaits}"));
        return Task.FromResult(0);
    }

    private static Task<int> VerifyAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        var (sound, fault) = till.VerifyJournal();
        context.Print(
            new VerifyOutput(sound, fault is null, fault), OutputJson.Readable.VerifyOutput,
            () => fault is null ? $"{sound} entries, all sound" : $"{sound} entries are sound, then: {fault}");
        return Task.FromResult(fault is null ? 0 : 1);
    }

    private static Task<int> ExportAsync(CommandContext context)
    {
        var machine = TillMachine.This(context.Clock);
        if (context.Get(To) is not { } file)
        {
            using var output = Console.OpenStandardOutput();
            TillSetUp.ExportJournal(context.Folder, machine, output);
            return Task.FromResult(0);
        }
        long entries;
        using (var stream = Sync.Files.PrivateFiles.Create(file))
        {
            entries = TillSetUp.ExportJournal(context.Folder, machine, stream);
            stream.Flush(flushToDisk: true);
        }
        context.Print(new ExportOutput(entries, Path.GetFullPath(file)), OutputJson.Readable.ExportOutput, () => $"{entries} entries in {file}. On the server: bookmine-server journal import {Path.GetFileName(file)}");
        return Task.FromResult(0);
    }
}
