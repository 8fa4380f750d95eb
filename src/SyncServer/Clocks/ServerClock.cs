using Bookmine.Schema;
using Bookmine.Sync.Clocks;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;

namespace Bookmine.SyncServer.Clocks;

/// <summary>
/// The time that the server goes by: its machine's clock while that is believed (<see cref="ClockTable"/>), and else what was believed last and the
/// time gone by since. So a wrong clock never dates anything; in doubt, posting waits and all else goes on.
/// </summary>
public sealed class ServerClock : TimeProvider
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(60);
    private readonly TimeProvider inner;
    private readonly IMachineClock machine;
    private readonly Lock gate = new();
    private readonly Dictionary<long, (ClockWitness Witness, long HeardAt)> witnesses = [];

    private long last;
    private Heartbeat? own;
    private Anchor anchor;
    private long lookedAt;
    private bool hasLooked;
    private bool isJudged;

    /// <param name="At">Unix milliseconds that are believed, or were.</param>
    /// <param name="Timestamp">The monotonic clock then.</param>
    private sealed record Anchor(ClockDoubt Doubt, long At, long Timestamp);

    public ServerClock(TimeProvider inner, IMachineClock machine)
    {
        (this.inner, this.machine) = (inner, machine);
        anchor = new Anchor(ClockDoubt.None, Now(), inner.GetTimestamp());
    }

    /// <summary>A clock that is judged by a shop's records from the start.</summary>
    public static ServerClock Of(TimeProvider inner) => new(inner, MachineClock.This(inner));

    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <summary>The machine, as other hosts' heartbeats and tills name theirs.</summary>
    public string Host => machine.Read(Now()).Machine;

    /// <summary>The machine's clock, believed or not; Unix milliseconds.</summary>
    public long MachineTime => Now();

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Believed());

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);

    /// <summary>Why posting waits, for whoever stands at a till or reads the health page; null where it does not.</summary>
    public PutOff? WhyNot()
    {
        Believed();
        lock (gate)
        {
            return Words(anchor.Doubt, Now(), last);
        }
    }

    /// <summary>What a till in use said of its own clock at this moment; what is no moment is not heard.</summary>
    public void Heard(long till, ClientClock said)
    {
        if (!IsMoment(said.Now))
        {
            return;
        }
        lock (gate)
        {
            witnesses[till] = (new ClockWitness(said.Machine, said.Now - Now(), said.KeepsTime), inner.GetTimestamp());
            if (anchor.Doubt != ClockDoubt.None)
            {
                Judge();
            }
        }
    }

    /// <summary>Looks at what this and other hosts have believed, and judges anew.</summary>
    public void Look(Session session)
    {
        var found = Heartbeats.Read(session, Host);
        lock (gate)
        {
            (last, own) = (Math.Max(found.Last, hasLooked && anchor.Doubt == ClockDoubt.None ? Math.Min(last, Now()) : 0), found.Own);
            (hasLooked, lookedAt) = (true, inner.GetTimestamp());
            Judge();
        }
    }

    /// <summary>Looks, and notes that the clock is believed where it is.</summary>
    public void Beat(Session session)
    {
        Look(session);
        if (BeatNow() is { } beat)
        {
            Heartbeats.Write(session, beat);
        }
        else
        {
            Heartbeats.Touch(session, Host);
        }
    }

    /// <summary>Within a posting's transaction: nothing is dated by a clock in doubt.</summary>
    /// <exception cref="PostingPutOffException">It is in doubt. Nothing was done.</exception>
    public void Demand(Session session)
    {
        Believed();
        bool isFresh;
        lock (gate)
        {
            isFresh = hasLooked && anchor.Doubt == ClockDoubt.None && inner.GetElapsedTime(lookedAt) < BetweenLooks;
        }
        if (!isFresh)
        {
            Look(session);
        }
        if (WhyNot() is { } why)
        {
            throw new PostingPutOffException(why.Why);
        }
    }

    /// <summary>A person says that the machine's clock is right.</summary>
    /// <param name="said">The time that the person was shown, Unix milliseconds; null for the machine's own.</param>
    /// <exception cref="ShopException">It cannot be, or the clock says otherwise by now.</exception>
    public long Accept(Session session, long? said)
    {
        Look(session);
        var now = Now();
        if (said is { } moment && !IsMoment(moment))
        {
            throw new ShopException($"{moment} is no moment.");
        }
        if (said is { } shown && Math.Abs(shown - now) > ClockTable.Agreement)
        {
            throw new ShopException($"The server's clock says {Instant.Format(now)} by now, and {Instant.Format(shown)} was agreed to. Look again.");
        }
        if (now < last - ClockTable.Slack)
        {
            throw new ShopException(Words(ClockDoubt.Behind, now, last)!.Why);
        }
        Heartbeats.Write(session, new Heartbeat(Host, machine.Read(now).BootedAt, now));
        Look(session);
        return now;
    }

    /// <summary>A person says that the machine's clock is right, and was ahead before.</summary>
    internal RepairedDates Repair(Session session, EntityIds ids)
    {
        var now = Now();
        var repaired = ClockRepair.Run(session, ids, now);
        Heartbeats.Write(session, new Heartbeat(Host, machine.Read(now).BootedAt, now));
        Look(session);
        return repaired;
    }

    /// <summary>The same as <see cref="WhyNot()"/>, having looked whether another host or a person has settled it meanwhile.</summary>
    public PutOff? WhyNot(IServerDatabase database)
    {
        if (WhyNot() is not null)
        {
            database.Reading(session =>
            {
                Look(session);
                return true;
            });
        }
        return WhyNot();
    }

    /// <summary>Whether it lies where a clock can be, in milliseconds from 1970 on.</summary>
    private static bool IsMoment(long instant) => instant >= 0 && instant <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private long Now() => inner.GetUtcNow().ToUnixTimeMilliseconds();

    private long Believed()
    {
        lock (gate)
        {
            var now = Now();
            if (Math.Abs(now - RanOn()) > ClockTable.Drift || anchor.Doubt != ClockDoubt.None)
            {
                // It was set, or the machine has slept.
                Judge();
            }
            if (anchor.Doubt == ClockDoubt.None)
            {
                last = Math.Max(last, now);
                return now;
            }
            return RanOn();
        }
    }

    /// <summary>What was believed last, and the time gone by since.</summary>
    private long RanOn() => anchor.At + (long)inner.GetElapsedTime(anchor.Timestamp).TotalMilliseconds;

    private Heartbeat? BeatNow()
    {
        lock (gate)
        {
            if (anchor.Doubt != ClockDoubt.None)
            {
                return null;
            }
            var now = Now();
            return own = new Heartbeat(Host, machine.Read(now).BootedAt, now);
        }
    }

    private void Judge()
    {
        var now = Now();
        var heard = witnesses.Values.Where(w => inner.GetElapsedTime(w.HeardAt) < TimeSpan.FromDays(1)).Select(w => w.Witness);
        var doubt = hasLooked ? ClockTable.Judge(machine.Read(now), now, last, own, heard) : ClockDoubt.None;
        if (doubt == ClockDoubt.None)
        {
            anchor = new Anchor(doubt, now, inner.GetTimestamp());
        }
        else if (anchor.Doubt == ClockDoubt.None)
        {
            // From here on time is what was believed last, and runs on by itself.
            anchor = new Anchor(doubt, Math.Max(isJudged ? RanOn() : 0, last), inner.GetTimestamp());
        }
        else
        {
            anchor = anchor with { Doubt = doubt };
        }
        isJudged = hasLooked;
    }

    private static PutOff? Words(ClockDoubt doubt, long now, long last) => doubt switch
    {
        ClockDoubt.None => null,
        ClockDoubt.Behind => new PutOff(
            $"The server's clock says {Instant.Format(now)}, which is before {Instant.Format(last)}, when the shop last knew the time. "
            + "Nothing is posted until that is put right, and tills sell on. Set the server's clock; if it is right now and was ahead before: bookmine-server clock repair.", null),
        _ => new PutOff(
            $"The server does not know whether its clock is right: it says {Instant.Format(now)}. "
            + "Nothing is posted until somebody says so, and tills sell on. "
            + "A till of another machine that agrees is enough; else say yes at a till, or set the clock and run bookmine-server clock accept.", now),
    };
}
