using System.Diagnostics;
using System.Globalization;
using Bookmine.Schema;
using Bookmine.TillClient.Selling;

namespace Bookmine.Bench;

/// <summary>The till's program as a cashier has it: in a terminal, with a replica of a large shop, scanned into at a scanner's pace.</summary>
internal static class CounterBench
{
    private const int ScansASale = 20;
    private const int Starts = 9;
    private const int SettleSeconds = 5;
    private const int MemoryEverySales = 50;
    private const int IdleSeconds = 10;

    /// <summary>Titles that are sold while the server is away.</summary>
    private const int Sold = 5_000;

    private static readonly (int Sales, int Lines)[] Away = [(20_000, 3), (4_000, 21)];

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
        var sold = shop.Stock.Take(Sold).Select(s => s.Guid("id")).ToList();
        shop.Stock.Clear();
        Console.WriteLine($"{program} with a replica of {titles:N0} titles, {scans:N0} scans; times in ms");
        await SearchAsync(shop);
        Measure("as it is", program, shop, isbns, scans, null);
        foreach (var (sales, lines) in Away)
        {
            await AwayAsync(program, shop, isbns, sold, scans / 10, sales, lines);
        }
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

    /// <summary>A till that has sold for weeks without its server.</summary>
    private static async Task AwayAsync(string program, BenchShop shop, List<long> isbns, List<Guid> sold, int scans, int sales, int lines)
    {
        await shop.EnrolAsync($"away-{lines}");
        using (var till = shop.OpenTill(false))
        {
            await till.ReprovisionAsync();
        }
        var number = "";
        using (var till = shop.OpenTill(true))
        {
            for (var sale = 0; sale < sales; sale++)
            {
                var (sealedAs, _) = await till.SellAsync(new SaleDraft
                {
                    Lines = [.. Enumerable.Range(0, lines).Select(l => new LineDraft { StockId = sold[((sale * 7) + (l * 331)) % sold.Count], UnitPriceCents = 1000 })],
                    Payments = [new PaymentDraft { Method = "cash", AmountCents = 1000L * lines }],
                });
                number = $"D{sealedAs.Entry!.Number}";
            }
        }
        var journal = new FileInfo(Path.Combine(shop.TillFolder, "journal.db")).Length;
        var overlay = new FileInfo(Path.Combine(shop.TillFolder, "overlay.db")).Length;
        Measure($"with {sales:N0} sales of {lines} lines unposted: {journal / (sales * lines)} bytes a line in the journal, {overlay / (sales * lines)} in the overlay", program, shop, isbns, scans, null);
        Tell("find a D-number", Command(program, shop, "find", number));
        Tell("find a title by words", Command(program, shop, "find", "river winter"));
        Tell("status", Command(program, shop, "status"));
        foreach (var file in Directory.GetFiles(shop.TillFolder, "overlay.db*"))
        {
            File.Delete(file);
        }
        Tell("find a D-number, the overlay made again from the journal", Command(program, shop, "find", number, starts: 1));

        static void Tell(string what, (List<double> Times, long Megabytes) measured)
        {
            Table.Tell($"{what} ({measured.Megabytes} MB)", measured.Times);
        }
    }

    /// <summary>A command of the till's program from its start to its end, in milliseconds, and the most memory it took.</summary>
    private static (List<double> Times, long Megabytes) Command(string program, BenchShop shop, string verb, string? argument = null, int starts = Starts)
    {
        string[] command = [.. program.Split(' '), verb, .. argument is null ? Array.Empty<string>() : [argument], "--disconnected", "--data", shop.TillFolder];
        var (times, most) = (new List<double>(), 0L);
        for (var i = 0; i < starts; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            while (!output.IsCompleted)
            {
                most = Math.Max(most, Megabytes(process));
                Thread.Sleep(1);
            }
            process.WaitForExit();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            _ = process.ExitCode == 0 ? 0 : throw new InvalidOperationException($"{string.Join(' ', command)} failed.");
        }
        return (times, most);
    }

    private static long Megabytes(Process process)
    {
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64 >> 20;
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
            return 0;
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
