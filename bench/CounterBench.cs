using System.Diagnostics;
using System.Globalization;
using Bookmine.Schema;

namespace Bookmine.Bench;

/// <summary>The till's program as a cashier has it: in a terminal, with a replica of a large shop, scanned into at a scanner's pace.</summary>
internal static class CounterBench
{
    private const int ScansASale = 20;
    private const int Starts = 9;
    private const int SettleSeconds = 5;
    private const int MemoryEverySales = 50;
    private const int IdleSeconds = 10;

    private static readonly string[] Searches = ["river", "winter", "the", "river winter", "silent h", "r", "salt clock val", "9780", "nobody", "atlas 77"];

    /// <param name="program">The published till.</param>
    public static async Task RunAsync(string program, int titles, int scans)
    {
        await using var shop = await BenchShop.OpenAsync(titles);
        await shop.EnrolAsync();
        using (var till = shop.OpenTill(false))
        {
            await till.ReprovisionAsync();
        }
        var isbns = shop.Stock.Select(s => s.Integer("isbn13")).ToList();
        shop.Stock.Clear();
        Console.WriteLine($"{program} with a replica of {titles:N0} titles, {scans:N0} scans; times in ms");
        await SearchAsync(shop);
        Measure("as it is", program, shop, isbns, scans, null);
        if (SlowSync.Make(shop.File("slowsync.so")) is { } preload)
        {
            Measure("each sync takes 10 ms longer", program, shop, isbns, scans / 10, new() { ["LD_PRELOAD"] = preload });
        }
        else
        {
            Console.WriteLine("each sync takes 10 ms longer: NOT MEASURED, there is no cc here");
        }
        using var limit = MemoryLimit.Make(256);
        if (limit is not null)
        {
            Measure("in 256 MB of memory, the page cache included", program, shop, isbns, scans / 10, null, limit);
        }
        else
        {
            Console.WriteLine("in 256 MB of memory: NOT MEASURED, no cgroup can be made here");
        }
    }

    private static void Measure(string name, string program, BenchShop shop, List<long> isbns, int scans, Dictionary<string, string>? environment, MemoryLimit? limit = null)
    {
        Console.WriteLine($"-- {name}");
        var (frames, ready) = (new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            using var started = Start(program, shop, environment, limit);
            frames.Add(Milliseconds(started.Started, started.Until(s => s.Row(24).Contains("12Pay", StringComparison.Ordinal), "the first frame")));
            ready.Add(Milliseconds(started.Started, started.Until(s => s.Row(23).StartsWith("DISCONNECTED", StringComparison.Ordinal), "the status line")));
        }
        Table.Tell("first frame", frames);
        Table.Tell("ready to scan", ready);
        using var pty = Start(program, shop, environment, limit);
        pty.Until(s => s.Row(23).StartsWith("DISCONNECTED", StringComparison.Ordinal), "the status line");
        var before = pty.Megabytes();
        var (painted, paid, random) = (new List<double>(), new List<double>(), new Random(1));
        for (var sale = 0; sale < scans / ScansASale; sale++)
        {
            for (var scan = 1; scan <= ScansASale; scan++)
            {
                var wanted = scan == 1 ? "1 copy " : $"{scan} copies ";
                var sent = Stopwatch.GetTimestamp();
                pty.Write(isbns[random.Next(isbns.Count)].ToString(CultureInfo.InvariantCulture) + "\r");
                painted.Add(Milliseconds(sent, pty.Until(s => s.Row(20).Contains(" " + wanted, StringComparison.Ordinal), $"the {scan}. scan of sale {sale}")));
            }
            if (sale % MemoryEverySales == 0)
            {
                Console.Write(string.Create(CultureInfo.InvariantCulture, $"{pty.Megabytes():0} "));
            }
            pty.Write("/pay\r");
            pty.Until(s => s.Row(1).StartsWith("Pay", StringComparison.Ordinal), "the payment");
            var asked = Stopwatch.GetTimestamp();
            pty.Write("\r");
            paid.Add(Milliseconds(asked, pty.Until(s => s.Row(21).Contains("(F7 docket)", StringComparison.Ordinal) && s.Row(20).Contains(" 0 copies", StringComparison.Ordinal), "the docket's number")));
        }
        Console.WriteLine($"MB of memory, every {MemoryEverySales * ScansASale:N0} scans");
        Table.Tell("a scan to its painted line", painted);
        Table.Tell("the payment's Enter to the painted number: a seal and two pictures", paid);
        Thread.Sleep(TimeSpan.FromSeconds(SettleSeconds));
        var (began, cpu) = (Stopwatch.GetTimestamp(), pty.Cpu());
        Thread.Sleep(TimeSpan.FromSeconds(IdleSeconds));
        var idle = (pty.Cpu() - cpu) / Stopwatch.GetElapsedTime(began);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scans / ScansASale * ScansASale:N0} scans, none lost; memory {before:0.0} MB at the start, {pty.Megabytes():0.0} MB after; idle {idle:0.0%} of a processor"));
    }

    /// <summary>The first page of searches, without the screen.</summary>
    private static async Task SearchAsync(BenchShop shop)
    {
        const int rounds = 30;
        using var till = shop.OpenTill(true);
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var text in Searches)
            {
                var began = Stopwatch.GetTimestamp();
                await till.FindAsync(text);
                if (round > 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }
        }
        Table.Tell("the first page of a search", times);
    }

    private static Pty Start(string program, BenchShop shop, Dictionary<string, string>? environment, MemoryLimit? limit)
    {
        string[] command = [.. program.Split(' '), "--disconnected", "--data", shop.TillFolder];
        var (first, rest) = limit is null ? (command[0], command[1..]) : ("sh", ["-c", $"echo $$ > {limit.Procs}; exec {string.Join(' ', command)}"]);
        return new Pty(first, rest, environment);
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
}
