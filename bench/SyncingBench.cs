using System.Diagnostics;
using System.Globalization;

namespace Bookmine.Bench;

/// <summary>The till's program scanned into while a large change of the records is downloaded and written into its replica.</summary>
internal static class SyncingBench
{
    private const int Titles = 100_000;
    private const int ScansASale = 20;
    private const int Quiet = 300;
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(10);

    /// <param name="program">The published till.</param>
    public static async Task RunAsync(string program)
    {
        await using var shop = await BenchShop.OpenAsync(Titles);
        await shop.EnrolAsync();
        using (var till = shop.OpenTill(false))
        {
            await till.ReprovisionAsync();
        }
        var codes = shop.Stock.Select(s => s.Text("code")).ToList();
        using var pty = new Pty(program.Split(' ')[0], [.. program.Split(' ')[1..], "--data", shop.TillFolder]);
        pty.Until(s => s.Row(23).StartsWith("NORMAL", StringComparison.Ordinal), "the status line");
        Console.WriteLine($"{program} with a replica of {Titles:N0} titles, in normal mode; scans to their painted lines, in ms");
        var random = new Random(1);
        var scans = 0;
        Table.Tell("nothing else at work", Scan(() => scans < Quiet));
        shop.Database.Writing(s => s.Execute("UPDATE stock SET title = title || ' (changed)'"));
        pty.Write("/resync\r");
        var began = Stopwatch.GetTimestamp();
        Table.Tell($"while {Titles:N0} changed titles are written into the replica", Scan(() => Stopwatch.GetElapsedTime(began) < Busy));
        var left = shop.Database.Reading(s => s.Integer("SELECT count(*) FROM stock WHERE title LIKE '%(changed)'"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scans} scans; {pty.Megabytes():0.0} MB while it was at it; {left:N0} titles changed"));

        List<double> Scan(Func<bool> goesOn)
        {
            var times = new List<double>();
            while (goesOn())
            {
                var scan = (scans++ % ScansASale) + 1;
                if (scan == 1 && scans > 1)
                {
                    pty.Write("/clear\r");
                    pty.Until(s => s.Row(20).Contains(" 0 copies", StringComparison.Ordinal), "the empty sale");
                }
                var wanted = scan == 1 ? " 1 copy " : $" {scan} copies ";
                var sent = Stopwatch.GetTimestamp();
                pty.Write(codes[random.Next(codes.Count)] + "\r");
                times.Add(Stopwatch.GetElapsedTime(sent, pty.Until(s => s.Row(20).Contains(wanted, StringComparison.Ordinal), $"scan {scans}")).TotalMilliseconds);
            }
            return times;
        }
    }
}
