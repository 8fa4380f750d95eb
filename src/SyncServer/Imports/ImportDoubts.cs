using System.Globalization;
using Bookmine.Schema;

namespace Bookmine.SyncServer.Imports;

/// <summary>A file that can be read, but hardly means what it would do: its first rows are looked at before any is written.</summary>
internal static class ImportDoubts
{
    private const int FewestRows = 3;
    private const long LowPrice = 100;
    private const long HighPrice = 50_000;

    /// <returns>What is to be asked back; null for nothing.</returns>
    public static string? Look(ImportFile file)
    {
        var (prices, copies) = (Prices(file).Order().ToList(), Values(file, "on_hand").Select(t => Cells.TryWhole(t, out var n) ? n : 0).Order().ToList());
        if (prices.Count < FewestRows)
        {
            return null;
        }
        var price = prices[prices.Count / 2];
        var many = copies.Count >= FewestRows ? copies[copies.Count / 2] : 0;
        return price > HighPrice && file.Understood["price"] is not null
            ? $"half of the first prices are above {Money.Format(price)}. Are they in cents? Then that column is price_cents"
            : many * 100 > price && prices.TrueForAll(p => p % 100 == 0) && many >= 10
                ? string.Create(CultureInfo.InvariantCulture,
                    $"the prices are about {Money.Format(price)} and the copies about {many}. Is one column read as the other?")
            : price < LowPrice ? $"half of the first prices are below {Money.Format(price + 1)}. Are they prices, and in the unit of that column?"
            : null;
    }

    private static IEnumerable<long> Prices(ImportFile file) => file.Understood["price_cents"] is not null
        ? Values(file, "price_cents").Where(t => Cells.TryWhole(t, out _)).Select(t => Cells.TryWhole(t, out var n) ? n : 0)
        : Values(file, "price").Where(t => Cells.TryPrice(t, out _, out _)).Select(t => Cells.TryPrice(t, out var n, out _) ? n : 0);

    private static IEnumerable<string> Values(ImportFile file, string field) => file.Understood[field] is { } column
        ? file.Sample.Where(r => column < r.Count).Select(r => Cells.Text(r[column])).OfType<string>() : [];
}
