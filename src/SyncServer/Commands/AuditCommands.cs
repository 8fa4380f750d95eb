using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>audit list</c>: who did what.</summary>
internal static class AuditCommands
{
    private static readonly Option<string?> From = new("--from") { Description = "The first day, such as 2026-11-01 (UTC)" };
    private static readonly Option<string?> To = new("--to") { Description = "The last day" };
    private static readonly Option<string?> By = new("--actor") { Description = "Only those whose name contains this" };
    private static readonly Option<int> Most = new("--most") { Description = "How many, the latest first", DefaultValueFactory = _ => 1_000 };

    public static Command Make(Verbs verbs) => new("audit", "Every deed of people, programs and verbs")
    {
        verbs.Make("list", "Who did what, when and from where, the latest first", List, From, To, By, Most),
    };

    private static int List(CommandContext context)
    {
        var from = Day(context.Get(From)) ?? 0;
        var to = Day(context.Get(To)) is { } last ? last + (long)TimeSpan.FromDays(1).TotalMilliseconds : long.MaxValue;
        using var database = context.OpenDatabase();
        var rows = database.Reading(session => AuditLog.Read(session, from, to, context.Get(By), Math.Max(context.Get(Most), 1)))
            .Select(r => new { At = Instant.Format(r.At), Actor = r.Actor.Name, r.Actor.Face, r.Actor.From, r.Deed, r.Subject, r.Detail, Outcome = r.IsDone ? "done" : "refused" });
        return context.PrintList(
            rows, ("at", r => r.At), ("who", r => r.Actor), ("by", r => r.Face), ("from", r => r.From ?? ""), ("deed", r => r.Deed), ("on", r => r.Subject),
            ("detail", r => r.Detail ?? ""), ("outcome", r => r.Outcome));
    }

    private static long? Day(string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds()
        : throw new ShopException($"“{text}” is no day. Give one such as 2026-11-01.");
}
