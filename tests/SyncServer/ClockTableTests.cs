using Bookmine.Schema;
using Bookmine.Sync.Clocks;
using Bookmine.SyncServer.Clocks;

namespace Bookmine.Tests.SyncServer;

/// <summary>When a server's clock is believed, case by case.</summary>
public sealed class ClockTableTests
{
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;
    private const long Year = 365 * Day;

    /// <summary>Friday, 18:00: the last moment that was believed, ten hours after the machine had started.</summary>
    private static readonly long Friday = new DateTimeOffset(2026, 11, 27, 18, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static readonly Heartbeat Own = new("server", Friday - (10 * Hour), Friday);

    /// <summary>Since the last moment believed, on Monday morning: the clock, the machine's start by it, what is told of it.</summary>
    public static TheoryData<string, long, long, bool, ClockWitness[], ClockDoubt> Cases => new()
    {
        { "the program was started again", 1, -10 * Hour, false, [], ClockDoubt.None },
        { "the machine slept over the weekend", 63 * Hour, -10 * Hour, false, [], ClockDoubt.None },
        { "a weekend off, and NTP has the time again", 63 * Hour, 63 * Hour, true, [], ClockDoubt.None },
        { "a weekend off, and nobody to ask", 63 * Hour, 63 * Hour, false, [], ClockDoubt.Unwitnessed },
        { "a weekend off, and a till agrees", 63 * Hour, 63 * Hour, false, [Other(0)], ClockDoubt.None },
        { "a till that is fifty minutes off agrees as well", 63 * Hour, 63 * Hour, false, [Other(-50 * 60_000)], ClockDoubt.None },
        { "one machine is server and till", 63 * Hour, 63 * Hour, false, [new ClockWitness("server", 0, true)], ClockDoubt.Unwitnessed },
        { "a till without a battery says what it was told last", 63 * Hour, 63 * Hour, false, [Other(0) with { KeepsTime = false }], ClockDoubt.Unwitnessed },
        { "no battery, started with the time of the shutdown", 60_000, 30_000, false, [Other(63 * Hour)], ClockDoubt.Unwitnessed },
        { "no battery, started in 1970", -56 * Year, -56 * Year, false, [], ClockDoubt.Behind },
        { "two dead batteries agree with each other", -56 * Year, -56 * Year, false, [Other(0)], ClockDoubt.Behind },
        { "behind, and NTP says so: it was ahead before", -Year, -10 * Hour, true, [], ClockDoubt.Behind },
        { "a step of NTP's back by a minute", -60_000, -10 * Hour, true, [], ClockDoubt.None },
        { "a step back by a minute that nothing keeps right", -60_000, (-10 * Hour) - 60_000, false, [], ClockDoubt.None },
        { "set a year ahead while it ran", Year, Year - (10 * Hour), false, [], ClockDoubt.Unwitnessed },
        { "set a year ahead, and a till knows better", Year, Year - (10 * Hour), false, [Other(-Year)], ClockDoubt.Unwitnessed },
        { "a till is a year ahead, another agrees", 63 * Hour, 63 * Hour, false, [Other(Year), Other(0)], ClockDoubt.Unwitnessed },
        { "a till is a year ahead, and NTP has the time", 63 * Hour, 63 * Hour, true, [Other(Year)], ClockDoubt.None },
        { "a till's clock has stopped, another agrees", 63 * Hour, 63 * Hour, false, [Other(-Year), Other(0)], ClockDoubt.None },
        { "NTP put it right an hour after the start", 64 * Hour, 63 * Hour, true, [], ClockDoubt.None },
        { "summer time ended on Sunday, which is nothing to UTC", 63 * Hour, 63 * Hour, true, [], ClockDoubt.None },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_clock_is_believed_by_what_is_known_and_doubted_otherwise(
        string what, long since, long bootedSince, bool isSynchronised, ClockWitness[] witnesses, ClockDoubt expected)
    {
        var here = new MachineReading("server", Friday + bootedSince, isSynchronised, true);
        Assert.True(ClockTable.Judge(here, Friday + since, Friday, Own, witnesses) == expected, what);
    }

    [Fact]
    public void A_shops_first_moment_is_believed_and_a_host_that_is_new_to_it_has_to_be_told()
    {
        var here = new MachineReading("server", Friday - Hour, false, true);
        Assert.Equal(ClockDoubt.None, ClockTable.Judge(here, Friday, 0, null, []));
        Assert.Equal(ClockDoubt.Unwitnessed, ClockTable.Judge(here, Friday, Friday - Day, null, []));
    }

    [Fact]
    public void A_server_whose_time_is_kept_is_never_asked_anything_over_a_year_of_boots_weekends_and_steps()
    {
        var random = new Random(7);
        var (now, boot) = (Friday, Friday - Hour);
        Heartbeat? own = null;
        var last = 0L;
        for (var minute = 0; minute < 365 * 24 * 60; minute++)
        {
            now += 60_000;
            if (random.Next(1_500) == 0)
            {
                // Switched off for the night or the weekend, or for a moment.
                now += random.Next(3) * 20 * Hour;
                boot = now;
            }
            // A step of NTP's, within what it steps without an administrator (chronyd's makestep, a second or so; here up to a minute).
            var step = random.Next(2_000) == 0 ? random.Next(-60_000, 60_000) : 0;
            (now, boot) = (now + step, boot + step);
            Assert.Equal(ClockDoubt.None, ClockTable.Judge(new MachineReading("server", boot, true, true), now, last, own, []));
            (own, last) = (new Heartbeat("server", boot, now), Math.Max(last, now));
        }
    }

    private static ClockWitness Other(long ahead) => new("till", ahead, true);
}
