using System.Globalization;

namespace Bookmine.Schema;

/// <summary>Moments as people write them: by the clock on the branch's wall, or with a time zone of their own.</summary>
public static class LocalMoment
{
    private static readonly string[] Forms = ["yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss"];

    /// <param name="text"><c>2026-11-23 18:00</c>, or <c>2026-11-23T18:00:00Z</c>.</param>
    /// <param name="zone">Of the branch. Of the hour that comes twice in autumn, the first is meant.</param>
    /// <param name="milliseconds">Since 1970, UTC.</param>
    public static bool TryParse(string? text, TimeZoneInfo zone, out long milliseconds)
    {
        milliseconds = 0;
        if (!DateTime.TryParseExact(text?.Trim(), Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return Instant.TryParse(text, out milliseconds);
        }
        if (zone.IsInvalidTime(local))
        {
            return false;
        }
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        milliseconds = new DateTimeOffset(local, offset).ToUnixTimeMilliseconds();
        return true;
    }
}
