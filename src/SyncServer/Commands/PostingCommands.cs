using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>posting list|show</c>.</summary>
internal static class PostingCommands
{
    private static readonly Argument<string> Till = new("till") { Description = "Its name or number" };
    private static readonly Option<Guid?> Resync = new("--resync") { Description = "One of posting list; the till's last otherwise" };

    public static Command Make(Verbs verbs) => new("posting", "What tills' resynchronisations posted")
    {
        verbs.Make("list", "All resynchronisations, the latest first", List),
        verbs.Make("show", "The posting report of a till's resynchronisation", Show, Till, Resync),
    };

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var postings = database.Reading(session => PostingReport.List(session, null, null));
        return context.PrintList(
            postings, ("till", p => $"{p.Till}"), ("resync", p => $"{p.Resync}"), ("posted", p => p.To), ("entries", p => $"{p.Entries}"),
            ("transactions", p => $"{p.Documents}"), ("total", p => Money.Format(p.TotalCents)), ("quarantined", p => $"{p.Quarantined}"), ("dropped", p => $"{p.Dropped}"));
    }

    private static int Show(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var report = database.Reading(session => PostingReport.Read(session, TillNames.Find(session, context.Get(Till)), context.Get(Resync)))
            ?? throw new ShopException($"Till {context.Get(Till)} has posted nothing{(context.Get(Resync) is { } r ? $" in resynchronisation {r}" : "")}.");
        return context.Print(report, Text(report));
    }

    private static string Text(PostingReport report)
    {
        var s = report.Summary;
        var text = new List<string>
        {
            $"Till {s.Till}, resynchronised {s.From} to {s.To}{(report.Days.Count == 0 ? "" : $" (day {string.Join(" and ", report.Days)})")}",
            $"{s.Documents} transactions, {Money.Format(s.TotalCents)}; {s.Quarantined} quarantined, {s.Dropped} dropped",
        };
        text.AddRange(report.Renumbered.Select(r => $"  {r.Docket,-10} -> {r.TransId,-8} {Money.Format(r.TotalCents),12}"));
        text.AddRange(report.Dropped.Select(d => $"  dropped: {d.Table} {d.Field}: till “{d.TillValue}”, server “{d.ServerValue}” ({d.Operator ?? "-"}, {d.MadeAt})"));
        text.AddRange(report.Quarantined.Select(q => $"  quarantined: entry {q.N} ({q.Kind}): {q.Reason}"));
        text.AddRange(report.Exceptions.Select(e => $"  look at: {e.Kind}: {e.Text}{(e.ResolvedAt is null ? "" : " (resolved)")}"));
        return string.Join('\n', text);
    }
}
