using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bookmine.Schema;

/// <summary>Notes or coins of one worth.</summary>
public sealed record Denomination(long Cents, long Count);

/// <summary>What a Z reading has found, as it is kept with it. Money is cents.</summary>
/// <param name="Number">The till's readings, counted from 1.</param>
/// <param name="FloatCents">What the reading before had left in the drawer.</param>
/// <param name="ExpectedCents">The float and the cash since.</param>
/// <param name="LeftCents">What stays in the drawer as the next float; the rest is taken out to be banked.</param>
/// <param name="Denominations">How the drawer was counted; empty where only a sum was given.</param>
public sealed record DrawerFigures(
    long Number, long Sales, long SalesCents, long Refunds, long RefundsCents, IReadOnlyDictionary<string, long> ByMethod, IReadOnlyList<TaxAtRate> Taxes,
    long FloatCents, long ExpectedCents, long CountedCents, long LeftCents, IReadOnlyList<Denomination> Denominations)
{
    /// <summary>Above what should be there; negative when it is short.</summary>
    [JsonIgnore]
    public long OverCents => CountedCents - ExpectedCents;

    public string Write() => JsonSerializer.Serialize(this, DrawerFiguresJson.Default.DrawerFigures);

    /// <returns>Null where it is none: a reading of before 1.6 has its slip alone.</returns>
    public static DrawerFigures? Read(string? kept)
    {
        try
        {
            return kept is null ? null : JsonSerializer.Deserialize(kept, DrawerFiguresJson.Default.DrawerFigures);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A drawer as somebody has counted it.</summary>
public sealed record CountedDrawer(long Cents, IReadOnlyList<Denomination> Denominations)
{
    private const long MostPieces = 10_000;

    /// <summary>Reads a sum (<c>137.50</c>), or notes and coins (<c>3x20 12x0.50</c>).</summary>
    public static CountedDrawer? Parse(string text)
    {
        if (Money.TryParse(text, out var sum))
        {
            return sum < 0 ? null : new CountedDrawer(sum, []);
        }
        var counted = new List<Denomination>();
        foreach (var part in text.Split([' ', '+'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.ToLowerInvariant().Split(['x', '*', '×']) is not [var pieces, var worth]
                || !long.TryParse(pieces, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > MostPieces
                || !Money.TryParse(worth, out var cents) || cents is <= 0 or > 1_000_000)
            {
                return null;
            }
            counted.Add(new Denomination(cents, count));
        }
        return counted.Count == 0 ? null : new CountedDrawer(
            counted.Sum(d => d.Cents * d.Count),
            [.. counted.GroupBy(d => d.Cents).OrderByDescending(g => g.Key).Select(g => new Denomination(g.Key, g.Sum(d => d.Count)))]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DrawerFigures))]
internal sealed partial class DrawerFiguresJson : JsonSerializerContext;
