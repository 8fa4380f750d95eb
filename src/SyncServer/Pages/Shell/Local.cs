using System.Globalization;
using Bookmine.Schema;

namespace Bookmine.SyncServer.Pages.Shell;

/// <summary>Times, money and counts as people in a branch read them.</summary>
internal static class Local
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    /// <summary><c>23 Nov 2026, 14:05</c>, where the branch is.</summary>
    public static string Time(long instant, TimeZoneInfo zone) => In(instant, zone).ToString("d MMM yyyy, HH:mm", CultureInfo.InvariantCulture);

    public static string Time(string? instant, TimeZoneInfo zone) => Schema.Instant.TryParse(instant, out var at) ? Time(at, zone) : "";

    /// <summary><c>14:05</c>.</summary>
    public static string Clock(long instant, TimeZoneInfo zone) => In(instant, zone).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary><c>Monday 23 November 2026</c>.</summary>
    public static string LongDay(int day) => DateOf(day).ToString("dddd d MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary><c>Mon 23 Nov</c>.</summary>
    public static string ShortDay(int day) => DateOf(day).ToString("ddd d MMM", CultureInfo.InvariantCulture);

    /// <summary><c>just now</c>, <c>5 min ago</c>, <c>3 days ago</c>.</summary>
    public static string Ago(long instant, long now) => (now - instant) switch
    {
        < Minute => "just now",
        < Hour and var past => Text(past / Minute, "min"),
        < Day and var past => Text(past / Hour, "h"),
        var past when past < 2 * Day => "yesterday",
        var past => Text(past / Day, "days"),
    };

    public static string Ago(string? instant, long now) => Schema.Instant.TryParse(instant, out var at) ? Ago(at, now) : "never";

    /// <summary><c>1,234.50</c>.</summary>
    public static string Cents(long cents) => (cents / 100m).ToString("N2", CultureInfo.InvariantCulture);

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Of(long number, string one, string many) => $"{Count(number)} {(number == 1 ? one : many)}";

    /// <summary>The number that people call a transaction by.</summary>
    public static string Number(long? transId, string docket) => transId?.ToString(CultureInfo.InvariantCulture) ?? docket;

    /// <summary>A kind as a word that begins a line.</summary>
    public static string Title(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    /// <summary>As a date field takes and gives it.</summary>
    public static string Field(int day) => BranchDay.Format(day);

    private static string Text(long number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{number} {unit} ago");

    private static DateTimeOffset In(long instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(instant, -62_135_510_400_000, 253_402_214_400_000)), zone);

    private static DateOnly DateOf(int day) => new(day / 10_000, day / 100 % 100, day % 100);
}
