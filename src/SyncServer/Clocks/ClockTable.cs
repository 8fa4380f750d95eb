using Bookmine.Schema;
using Bookmine.Sync.Clocks;

namespace Bookmine.SyncServer.Clocks;

/// <summary>When a host of the shop last believed its clock.</summary>
/// <param name="Host">The machine.</param>
/// <param name="BootedAt">When the machine had started, by the clock that was believed; Unix milliseconds.</param>
/// <param name="BelievedAt">Unix milliseconds.</param>
public sealed record Heartbeat(string Host, long BootedAt, long BelievedAt);

/// <summary>What a till in use said of the time.</summary>
/// <param name="Ahead">Its clock less the server's, milliseconds.</param>
/// <param name="KeepsTime">Whether its clock is synchronised, or ran on while it was off.</param>
public sealed record ClockWitness(string Machine, long Ahead, bool KeepsTime);

/// <summary>Why a server's clock is not believed.</summary>
public enum ClockDoubt
{
    None,

    /// <summary>It is before a moment that this shop has believed already. Nobody's word helps: it is set, or what was dated too late is repaired.</summary>
    Behind,

    /// <summary>The machine has started, or its clock was set, and nothing says that it is right. A till of another machine or a person can.</summary>
    Unwitnessed,
}

/// <summary>
/// Whether a server's clock is believed: the one table, by what the machine knows, what was believed before, and what tills say. Time only runs on;
/// what it cannot be told from outside, a person is asked, and a server whose system keeps its time is never asked anything.
/// </summary>
public static class ClockTable
{
    /// <summary>What a clock may go back by without a doubt, such as a step of NTP's: postings run on from the last (milliseconds).</summary>
    public const long Slack = 5 * 60_000;

    /// <summary>How far a clock may part from the time since the machine's start between two looks (milliseconds).</summary>
    public const long Drift = 2 * 60_000;

    /// <summary>How closely a till has to agree (milliseconds).</summary>
    public const long Agreement = 3_600_000;

    /// <param name="now">The clock, Unix milliseconds.</param>
    /// <param name="last">The last moment that any host believed or posted at; 0 for none.</param>
    /// <param name="own">This host's; null where it never believed.</param>
    public static ClockDoubt Judge(MachineReading here, long now, long last, Heartbeat? own, IEnumerable<ClockWitness> witnesses)
    {
        if (now < last - Slack)
        {
            return ClockDoubt.Behind;
        }
        // A shop's first moment has nothing before it; whoever sets the shop up sees the date.
        var isFirst = last == 0;
        var ranOn = own is not null && Math.Abs(here.BootedAt - own.BootedAt) <= Drift;
        return isFirst || here.IsSynchronised || ranOn || Agrees(here, witnesses) ? ClockDoubt.None : ClockDoubt.Unwitnessed;
    }

    /// <summary>Whether a till of another machine agrees and none is ahead: batteries die one by one, and a clock that has stopped is behind.</summary>
    private static bool Agrees(MachineReading here, IEnumerable<ClockWitness> witnesses)
    {
        var others = witnesses.Where(w => w.Machine != here.Machine).ToList();
        return others.Exists(w => w.KeepsTime && Math.Abs(w.Ahead) <= Agreement) && !others.Exists(w => w.Ahead > Agreement);
    }
}
