using System.Globalization;
using Bookmine.Schema;

namespace Bookmine.Bench;

/// <summary>
/// Scans into the till's program at every wrong moment: while dialogs open, ask, wait for an amount and close, while synchronisations run with a
/// real server. None may be lost, doubled, or taken for an amount, a quantity or a choice.
/// </summary>
internal static class ScannerBench
{
    private const int ScansASale = 20;
    private const long PriceCents = 1000;
    private const int TellEverySales = 25;

    /// <summary>Longer than the terminal's library waits for the rest of a key's sequence.</summary>
    private static readonly TimeSpan AfterEsc = TimeSpan.FromMilliseconds(60);

    // What is typed before the scan; each but the first opens something, some of them two questions deep.
    private static readonly string[] Moments =
    [
        "", "", "/other\r", "/line\r", "/line\r1\r", "/line\r2\r", "/line\r3\r", "/help\r", "/pay\r", "/contact river\r", "/edit river\r", "/new\r", "/new\rA find\r",
        "/docket\r", "/resync\r", "/other\r3\r", "/other\r8\r", "/hold\r/hold\r", "/disc all\r", "river\r", "D1\r",
    ];

    /// <param name="program">The published till.</param>
    public static async Task RunAsync(string program, int scans)
    {
        await using var shop = await BenchShop.OpenAsync(2_000);
        await shop.EnrolAsync();
        var codes = shop.Stock.Select(s => s.Text("code")).ToList();
        var random = new Random(1);
        var met = new SortedDictionary<string, int>(StringComparer.Ordinal);
        using var pty = new Pty(program.Split(' ')[0], [.. program.Split(' ')[1..], "--data", shop.TillFolder]);
        pty.Until(s => s.Row(23).StartsWith("NORMAL", StringComparison.Ordinal), "the status line");
        for (var sale = 0; sale < scans / ScansASale; sale++)
        {
            for (var scan = 1; scan <= ScansASale; scan++)
            {
                var moment = scan == 1 ? "" : Moments[random.Next(Moments.Length)];
                met[moment] = met.GetValueOrDefault(moment) + 1;
                foreach (var entry in moment.Split('\r', StringSplitOptions.RemoveEmptyEntries))
                {
                    pty.Write(entry + "\r");
                    Thread.Sleep(random.Next(3) * random.Next(20));
                }
                pty.Write(codes[random.Next(codes.Count)] + "\r");
                Thread.Sleep(random.Next(3) * random.Next(20));
                Leave(pty, scan, moment);
            }
            var due = Money.Format(ScansASale * PriceCents);
            pty.Until(s => s.Row(20).Contains($" {ScansASale} copies   TOTAL {due} ", StringComparison.Ordinal), $"the total of sale {sale}");
            pty.Write("/pay\r");
            pty.Until(s => s.Row(1).StartsWith("Pay " + due, StringComparison.Ordinal), "the payment");
            pty.Write("\r");
            pty.Until(s => s.Row(21).Contains("(F7 docket)", StringComparison.Ordinal) && s.Row(20).Contains(" 0 copies", StringComparison.Ordinal), "the docket's number");
            if ((sale + 1) % TellEverySales == 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(sale + 1) * ScansASale:N0} scans, {pty.Megabytes():0.0} MB"));
            }
        }
        Thread.Sleep(TimeSpan.FromSeconds(5));
        var (lines, cents) = shop.Database.Reading(s => (s.Integer("SELECT sum(qty) FROM document_line"), s.Integer("SELECT sum(amount_cents) FROM payment")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scans / ScansASale * ScansASale:N0} scans; on the server {lines:N0} copies, {Money.Format(cents ?? 0)}"));
        Console.WriteLine(string.Join(", ", met.Select(m => $"{(m.Key.Length == 0 ? "nothing" : m.Key.Replace("\r", " ", StringComparison.Ordinal).Trim())} {m.Value}")));
        if (lines != scans / ScansASale * ScansASale || cents != lines * PriceCents)
        {
            throw new InvalidOperationException("Scans were lost, doubled, or taken for something else.");
        }
    }

    /// <summary>Goes back until the sale is before the cashier, with the scan in it.</summary>
    private static void Leave(Pty pty, int copies, string moment)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            if (pty.Is(s => s.Row(1).StartsWith("Find:", StringComparison.Ordinal) && s.Row(20).Contains(copies == 1 ? " 1 copy " : $" {copies} copies ", StringComparison.Ordinal), AfterEsc))
            {
                return;
            }
            if (!pty.Is(s => s.Row(1).StartsWith("Find:", StringComparison.Ordinal), TimeSpan.Zero))
            {
                pty.Write("\e");
            }
        }
        throw new TimeoutException($"The {copies}. scan is not in the sale; what was typed before it: {moment.Replace("\r", " ", StringComparison.Ordinal)}. The screen:\n{pty}");
    }
}
