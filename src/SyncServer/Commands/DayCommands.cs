using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>day close|list</c>: days whose figures a branch has put down.</summary>
internal static class DayCommands
{
    private static readonly Option<long> Branch = new("--branch") { Required = true };
    private static readonly Option<string?> Day = new("--day") { Description = "Such as 2026-11-23; default: the branch's today" };
    private static readonly Option<string?> Note = new("--note") { Description = "What there is to say of it, for the record" };

    public static Command Make(Verbs verbs) => new("day", "Days that were closed")
    {
        verbs.Make("close", "Put a day's figures down as they stand; what is posted to it afterwards is shown apart", Close, Branch, Day, Note),
        verbs.Make("list", "Days that were closed, with what was posted to them since", List, Branch, DayRange.From, DayRange.To),
    };

    private static int Close(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var zone = TimeZones.Find(database.Reading(session => Branches.Require(session, context.Get(Branch))).TimeZone);
        var day = BranchDay.Of(context.Now, zone);
        if (context.Get(Day) is { } text && !BranchDay.TryParse(text, out day))
        {
            throw new ShopException($"“{text}” is no day. Give one such as 2026-11-23.");
        }
        var closed = new DayClosings(database, context.ServerClock).Close(Actor.AtTheMachine(), context.Get(Branch), day, context.Get(Note));
        return context.Print(
            new { closed.Branch, Day = BranchDay.Format(closed.Day), ClosedAt = Instant.Format(closed.ClosedAt), closed.ClosedBy, closed.Figures, closed.Note },
            $"{BranchDay.Format(closed.Day)} of branch {closed.Branch} is closed at "
            + $"{Money.Format(closed.Figures.SalesCents + closed.Figures.RefundsCents)} net");
    }

    private static int List(CommandContext context)
    {
        var (from, to) = DayRange.Read(context);
        using var database = context.OpenDatabase();
        var rows = database.Reading(session => DayClosings.List(session, [context.Get(Branch)], from, to).ConvertAll(c => Row(session, c)));
        return context.PrintList(
            rows, ("day", r => r.Day), ("closed", r => r.ClosedAt), ("by", r => r.ClosedBy), ("net", r => Money.Format(r.NetCents)),
            ("since closing", r => r.SinceCents == 0 && r.PostedSince.Count == 0 ? "" : $"{Money.Format(r.SinceCents)}: {string.Join(", ", r.PostedSince)}"),
            ("note", r => r.Note ?? ""), ("signed", r => r.Sound ? "" : "NOT AS SIGNED"));
    }

    private static ClosedDay Row(Session session, DayClosing c)
    {
        var now = DayTotals.Read(session, c.Branch, c.Day, c.Day, byTaken: false).FirstOrDefault();
        var net = c.Figures.SalesCents + c.Figures.RefundsCents;
        return new ClosedDay(
            BranchDay.Format(c.Day), Instant.Format(c.ClosedAt), c.ClosedBy, net, (now?.SalesCents ?? 0) + (now?.RefundsCents ?? 0) - net,
            DayClosings.PostedSince(session, c), c.Note, c.IsSound);
    }

    private sealed record ClosedDay(
        string Day, string ClosedAt, string ClosedBy, long NetCents, long SinceCents, List<long> PostedSince, string? Note, bool Sound);
}
