using System.Globalization;

namespace Bookmine.Schema;

/// <summary>Instants are Unix milliseconds; on the outside they are ISO 8601 in UTC with <c>Z</c>.</summary>
public static class Instant
{
    public static string Format(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString(milliseconds % 1000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string? Format(long? milliseconds) => milliseconds is { } value ? Format(value) : null;

    /// <summary>Reads ISO 8601 with an offset or <c>Z</c>; a time without either could mean any zone and is refused.</summary>
    public static bool TryParse(string? text, out long milliseconds)
    {
        milliseconds = 0;
        var zoned = text is not null && (text.EndsWith('Z') || (text.Length > 19 && text.AsSpan(19).ContainsAny('+', '-')));
        if (!zoned || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return false;
        }
        milliseconds = time.ToUnixTimeMilliseconds();
        return true;
    }
}
