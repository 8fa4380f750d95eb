using System.Diagnostics.CodeAnalysis;
using TimeZoneConverter;

namespace Bookmine.Schema;

/// <summary>Time zones by their IANA names, such as Europe/London, on any machine: Windows has names of its own, and knows these only with ICU.</summary>
public static class TimeZones
{
    /// <exception cref="TimeZoneNotFoundException">No machine knows it, or this one lacks its data.</exception>
    public static TimeZoneInfo Find(string name) => TryFind(name, out var zone) ? zone : throw new TimeZoneNotFoundException($"This machine knows no time zone {name} (its data is Debian's package tzdata).");

    public static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone) => TimeZoneInfo.TryFindSystemTimeZoneById(
        OperatingSystem.IsWindows() && TZConvert.TryIanaToWindows(name, out var windows) ? windows : name, out zone);
}
