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

/// <summary>The time that no machine knows for sure.</summary>
internal sealed class TrueTime
{
    public DateTimeOffset Now { get; set; } = new(2026, 10, 20, 8, 0, 0, TimeSpan.Zero);
}
