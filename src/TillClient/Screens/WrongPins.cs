namespace Bookmine.TillClient.Screens;

/// <summary>How often a PIN was given wrong, by operator: from the third time on, guessing takes longer each time. For one thread at a time.</summary>
internal sealed class WrongPins(TimeProvider clock)
{
    /// <summary>From so many on, each goes on record.</summary>
    public const int OnRecordFrom = 5;

    private const int SlowFrom = 3;
    private const int MostDoublings = 6;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, (int Times, long At)> wrong = [];

    /// <summary>How many seconds are to be waited before the next is looked at; null for none.</summary>
    public int? WaitFor(string name)
    {
        if (!wrong.TryGetValue(name, out var last) || last.Times < SlowFrom)
        {
            return null;
        }
        var left = (FirstWait * (1 << Math.Min(last.Times - SlowFrom, MostDoublings))) - clock.GetElapsedTime(last.At);
        return left > TimeSpan.Zero ? (int)Math.Ceiling(left.TotalSeconds) : null;
    }

    /// <returns>How many times in a row by now.</returns>
    public int Wrong(string name)
    {
        var times = wrong.GetValueOrDefault(name).Times + 1;
        wrong[name] = (times, clock.GetTimestamp());
        return times;
    }

    public void Right(string name) => wrong.Remove(name);
}
