using Bookmine.Sync.Clocks;

namespace Bookmine.Simulation.World;

/// <summary>A machine's clock: the true time and how far the machine is off. Its timers never ring: nothing waits in a simulation.</summary>
internal sealed class SimClock(TrueTime time) : TimeProvider
{
    public TimeSpan Offset
    {
        get;
        set
        {
            field = value;
            WasWrong |= value != TimeSpan.Zero;
        }
    }

    /// <summary>The true time, Unix milliseconds.</summary>
    public long TrueNow => time.Now.ToUnixTimeMilliseconds();

    /// <summary>Whether it was off at any time.</summary>
    public bool WasWrong { get; private set; }

    public override DateTimeOffset GetUtcNow() => time.Now + Offset;

    public override long GetTimestamp() => time.Now.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>What a machine that nothing keeps right knows of its clock, which runs on while it is off.</summary>
/// <param name="bootedAt">When it was started, by the true time; Unix milliseconds.</param>
internal sealed class SimMachineClock(string machine, SimClock clock, Func<long> bootedAt) : IMachineClock
{
    public MachineReading Read(long now) => new(machine, now - (clock.TrueNow - bootedAt()), IsSynchronised: false, KeepsTime: true);
}

/// <summary>The time that no machine knows for sure.</summary>
internal sealed class TrueTime
{
    public DateTimeOffset Now { get; set; } = new(2026, 10, 20, 8, 0, 0, TimeSpan.Zero);
}
