using System.Globalization;

namespace Bookmine.TillClient;

/// <summary>How many of something there are, in words: <c>1 copy</c>, <c>2 copies</c>.</summary>
internal static class Counted
{
    public static string Of(long count, string one, string several) => string.Create(CultureInfo.InvariantCulture, $"{count} {(Math.Abs(count) == 1 ? one : several)}");

    public static string Copies(long count) => Of(count, "copy", "copies");
}
