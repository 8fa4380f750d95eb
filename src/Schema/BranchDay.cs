namespace Bookmine.Schema;

/// <summary>A day is the branch's local day, whatever the clock of the server or the till says.</summary>
public static class BranchDay
{
    /// <summary>The local day of an instant (Unix milliseconds), as 20261123.</summary>
    public static int Of(long instant, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(instant), zone);
        return (local.Year * 10_000) + (local.Month * 100) + local.Day;
    }

    /// <summary>So many days after a day, or before it.</summary>
    public static int Add(int day, int days)
    {
        var date = new DateOnly(day / 10_000, day / 100 % 100, day % 100).AddDays(days);
        return (date.Year * 10_000) + (date.Month * 100) + date.Day;
    }

    /// <summary>The month 202611 of the day 20261123.</summary>
    public static int MonthOf(int day) => day / 100;

    /// <summary>The day as people and scripts write it, 2026-11-23.</summary>
    public static string Format(long day) => FormattableString.Invariant($"{day / 10_000:d4}-{day / 100 % 100:d2}-{day % 100:d2}");

    /// <returns>False when the text is not a day such as 2026-11-23.</returns>
    public static bool TryParse(string text, out int day)
    {
        day = 0;
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", out var date))
        {
            return false;
        }
        day = (date.Year * 10_000) + (date.Month * 100) + date.Day;
        return true;
    }
}
