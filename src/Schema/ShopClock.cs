using System.Globalization;

namespace Bookmine.Schema;

/// <summary>
/// The clock of both programs. <c>BOOKMINE_CLOCK_SHIFT</c> (such as <c>-2.00:00:00</c>) shifts it, so that a demonstration can tell of
/// days gone by; a shop never sets it, and a program that finds it set says so.
/// </summary>
public static class ShopClock
{
    public const string Variable = "BOOKMINE_CLOCK_SHIFT";

    /// <param name="warn">Told when the clock is shifted.</param>
    public static TimeProvider FromEnvironment(Action<string> warn)
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(text) || !TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var shift))
        {
            return TimeProvider.System;
        }
        warn($"{Variable} is set: this program's clock is shifted by {shift}.");
        return new Shifted(shift);
    }

    private sealed class Shifted(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
