using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Clocks;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>clock show|accept|repair</c>: whether the server's clock is believed, and what to do where it is not.</summary>
internal static class ClockCommands
{
    public static Command Make(Verbs verbs) => new("clock", "The clock of this machine, by which postings are dated")
    {
        verbs.Make("show", "Whether it is believed; exit 1 where posting waits for that", Show),
        verbs.Make("accept", "Say that this machine's clock is right at this moment", Accept),
        verbs.Make("repair", "This machine's clock is right, and was ahead before: date what was posted under it as of now", Repair),
    };

    private static int Show(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var clock = context.ServerClock;
        database.Reading(Looked(clock));
        var why = clock.WhyNot()?.Why;
        context.Print(
            new { MachineTime = Instant.Format(clock.MachineTime), Believed = why is null, Why = why },
            why ?? $"{Instant.Format(clock.MachineTime)}: believed");
        return why is null ? 0 : 1;
    }

    private static int Accept(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var at = context.As(database, "clock accept", "the server's clock").Writing(session => context.ServerClock.Accept(session, null));
        return context.Print(new { Accepted = Instant.Format(at) }, $"{Instant.Format(at)} is right: posting goes on");
    }

    private static int Repair(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var clock = context.ServerClock;
        var repaired = context.Do(database, "clock repair", session =>
        {
            var dates = clock.Repair(session, new EntityIds(context.Clock));
            var which = FormattableString.Invariant($"{dates.Transactions} transactions ({dates.FirstTransId} to {dates.LastTransId})");
            return new Done<RepairedDates>(dates, "the server's clock", $"{which} from {Instant.Format(dates.Latest)} to {Instant.Format(dates.Now)}");
        });
        return context.Print(
            new
            {
                repaired.Transactions, repaired.FirstTransId, repaired.LastTransId, DatedUntil = Instant.Format(repaired.Latest),
                DatedNow = Instant.Format(repaired.Now),
            },
            repaired.Transactions == 0 ? $"No transaction is dated after {Instant.Format(repaired.Now)}; from now on that is the time."
                : $"{repaired.Transactions} transactions ({repaired.FirstTransId} to {repaired.LastTransId}), dated up to {Instant.Format(repaired.Latest)}, "
                + $"are dated {Instant.Format(repaired.Now)}. Each till fetches its replica afresh.");
    }

    private static Func<Sync.Data.Session, bool> Looked(ServerClock clock) => session =>
    {
        clock.Look(session);
        return true;
    };
}
