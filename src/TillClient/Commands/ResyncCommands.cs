using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Orchestrators;

namespace Bookmine.TillClient.Commands;

/// <summary><c>enrol</c>, <c>resync</c>, <c>reprovision</c>: what needs the server.</summary>
internal static class ResyncCommands
{
    private static readonly Option<string> Server = new("--server") { Required = true, Description = "The branch server's address" };
    private static readonly Option<string> Code = new("--code") { Required = true, Description = "The one-time code from bookmine-server till enrol-code" };

    public static IEnumerable<Command> Make() =>
    [
        Verbs.Make("enrol", "Make this folder a till of the shop", EnrolAsync, Server, Code),
        Verbs.Make("resync", "Post what is unposted and bring the replica up to date", ResyncAsync),
        Verbs.Make("check", "Count the replica afresh against what was received; one that differs is replaced", CheckAsync),
        Verbs.Make("reprovision", "Fetch a fresh replica; the journal stays as it is", ReprovisionAsync),
    ];

    public static string Text(SyncReport report)
    {
        var text = new List<string>
        {
            $"Posted {Counted.Of(report.Posted.Sales, "transaction", "transactions")}, {Counted.Of(report.Posted.Stock, "stock record", "stock records")}, {Counted.Of(report.Posted.Contacts, "contact", "contacts")} in {report.Seconds:0.0} s.",
        };
        if (report.PutOff is { } putOff)
        {
            text[0] = putOff.Why;
        }
        if (report.Again > 0)
        {
            text.Add(
                $"  The server's records had been put back: {Counted.Of(report.Again, "entry was", "entries were")} posted again, "
                + "with the numbers and dates as before.");
        }
        if (report.Posted.Sales > 0)
        {
            text.Add($"  {"",-12}{"this till",14}{"the server",14}");
            text.Add($"  {"transactions",-12}{report.Till.Documents,14}{report.Server.Documents,14}");
            text.Add($"  {"total",-12}{Money.Format(report.Till.TotalCents),14}{Money.Format(report.Server.TotalCents),14}");
            text.Add($"  {"copies",-12}{report.Till.Quantity,14}{report.Server.Quantity,14}");
            text.AddRange(report.Till.ByMethod.Keys.Union(report.Server.ByMethod.Keys).Order(StringComparer.Ordinal).Select(m =>
                $"  {m,-12}{Money.Format(report.Till.ByMethod.GetValueOrDefault(m)),14}{Money.Format(report.Server.ByMethod.GetValueOrDefault(m)),14}"));
            text.Add(report.Agree ? "  Both sides agree." : "  THE SIDES DO NOT AGREE: show this to the manager.");
        }
        text.AddRange(report.Renumbered.Select(r => $"  {r.Docket} -> {r.TransId}"));
        text.AddRange(report.Dropped.Select(d =>
            $"  dropped: {(d.IsEmail ? $"email to {d.Of ?? "a contact"} “{d.Here}”" : $"{d.Of ?? d.Table}, {d.Name}: “{d.Here}” here, “{d.There}” on the server")} ({d.Reason})"));
        text.AddRange(report.Quarantined.Select(q => $"  kept in quarantine for the manager: {q.Docket ?? $"entry {q.N}"}: {q.Reason}"));
        text.AddRange(report.Exceptions.Select(e => $"  to look at: {e.Kind}: {e.Text}"));
        if (report.Withheld is { } withheld)
        {
            text.Add("  " + withheld);
        }
        if (report.Upgrade)
        {
            text.Add("  The server is newer than this program: install the new bookmine-till. Until then sales are posted, and nothing is downloaded.");
        }
        if (report.PutOff is null && Math.Abs(report.ClockOffsetSeconds) > 120)
        {
            text.Add($"  This till's clock is {Math.Abs(report.ClockOffsetSeconds):0} s {(report.ClockOffsetSeconds > 0 ? "slow" : "fast")}: set it.");
        }
        return string.Join('\n', text);
    }

    private static async Task<int> EnrolAsync(CommandContext context)
    {
        var identity = await TillSetUp.EnrolAsync(context.Folder, context.Get(Server), context.Get(Code), context.Clock, context.Cancel).ConfigureAwait(false);
        using var till = context.OpenTill();
        await SyncProgressBar.RunAsync(context.AsJson, progress => FetchAsync(till, progress, context.Cancel)).ConfigureAwait(false);
        context.Print(
            new EnrolOutput(identity.Till, identity.Name, identity.Branch), OutputJson.Readable.EnrolOutput,
            () => $"This is till {identity.Name} (number {identity.Till}) of branch {identity.Branch}, in {context.Folder}.");
        return 0;
    }

    private static async Task<int> ResyncAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        var report = await SyncProgressBar.RunAsync(context.AsJson, progress => till.SynchroniseAsync(progress, context.Cancel)).ConfigureAwait(false);
        var dropped = report.Dropped.Select(d => new DroppedOutput(d.Table, d.Key, d.Field, d.TillValue, d.ServerValue, d.Reason, d.Of)).ToList();
        context.Print(
            new ResyncOutput(
                report.Posted, dropped, report.Quarantined, report.Renumbered, report.Till, report.Server, report.Agree, report.Requests, report.Seconds,
                report.Upgrade, report.ClockOffsetSeconds, report.Exceptions, report.PutOff?.Why, report.Again, report.Withheld),
            OutputJson.Readable.ResyncOutput, () => Text(report));
        till.Reported(report);
        return report.Agree && report.PutOff is null && report.Withheld is null ? 0 : 1;
    }

    private static async Task<int> CheckAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        var (rows, fault) = await SyncProgressBar.RunAsync(context.AsJson, progress => till.CheckReplicaAsync(progress, context.Cancel)).ConfigureAwait(false);
        context.Print(
            new CheckOutput(fault is null, rows, fault), OutputJson.Readable.CheckOutput,
            () => fault is null ? $"{rows} rows, all as received" : $"The replica differed and was replaced: {fault}");
        return fault is null ? 0 : 1;
    }

    private static async Task<int> ReprovisionAsync(CommandContext context)
    {
        using var till = context.OpenTill();
        await SyncProgressBar.RunAsync(context.AsJson, progress => FetchAsync(till, progress, context.Cancel)).ConfigureAwait(false);
        context.Print(new DoneOutput(true), OutputJson.Readable.DoneOutput, () => "A fresh replica is in use. The journal was not touched.");
        return 0;
    }

    private static async Task<bool> FetchAsync(Till till, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        await till.ReprovisionAsync(progress, cancel).ConfigureAwait(false);
        return true;
    }
}
