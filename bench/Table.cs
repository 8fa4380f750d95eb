using System.Globalization;

namespace Bookmine.Bench;

/// <param name="Seconds">What Bookmine takes.</param>
/// <param name="Raw">What the raw write takes in the same run; 0 where there is none.</param>
internal sealed record Figure(string Name, double Seconds, double Raw);

/// <summary>Runs measurements in turn and prints the median of each figure.</summary>
internal static class Table
{
    public static async Task MeasureAsync(int runs, Func<Task<IReadOnlyList<Figure>>> measure)
    {
        var all = new List<Figure>();
        for (var run = 0; run < runs; run++)
        {
            all.AddRange(await measure());
        }
        foreach (var figures in all.GroupBy(f => f.Name))
        {
            var (seconds, raw) = (Median(figures.Select(f => f.Seconds)), Median(figures.Select(f => f.Raw)));
            var ratio = raw == 0 ? "" : $"{Median(figures.Select(f => f.Seconds / f.Raw)):0.00}";
            Console.WriteLine($"{figures.Key,-62}{seconds * 1000,9:0.00} ms{(raw == 0 ? "" : $"{raw * 1000:0.00} ms"),12}{ratio,8}");
        }
    }

    /// <summary>Prints the spread of many times of one thing.</summary>
    public static void Tell(string what, List<double> milliseconds)
    {
        milliseconds.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-70} p50 {milliseconds[milliseconds.Count / 2],7:0.0}   p99 {milliseconds[(int)(milliseconds.Count * 0.99)],7:0.0}   most {milliseconds[^1],7:0.0}"));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
