using System.Diagnostics;
using System.Globalization;
using Bookmine.Schema;
using Bookmine.Simulation.World;
using Bookmine.Sync.Data;

namespace Bookmine.Simulation;

/// <summary>
/// The same days on two databases: the simulated machine's file, and a real PostgreSQL or SQL Server. Disks do not fail here, lines and clocks do. Whatever
/// happens follows from the seed, so that both shops must come to the same rows, to the bit.
/// </summary>
internal static class Engines
{
    /// <param name="server"><c>postgres:</c> or <c>sqlserver:</c> and a connection without a database, whose user may create some.</param>
    public static int All(int count, string server, int first, int steps)
    {
        // Makes the image that all shops on SQLite begin with, so that the first seed draws no more chance than the others.
        new ShopWorld(first, diskFaults: false).Dispose();
        using var shops = EngineShops.Of(server);
        var (failed, sales, clock) = (0, 0, Stopwatch.StartNew());
        for (var seed = first; seed < first + count; seed++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"bookmine_seed_{seed}");
            var here = Live(seed, steps, null);
            var there = Live(seed, steps, shops.Make(name));
            shops.Drop(name);
            sales += here.Outcome.Sales;
            if (here.Outcome.Faults.Count + there.Outcome.Faults.Count > 0 || !here.Digests.SequenceEqual(there.Digests))
            {
                failed++;
                Tell(seed, shops.Scheme, here, there);
            }
        }
        Console.WriteLine($"{count:N0} seeds from {first} on both databases, {sales:N0} sales and refunds, {clock.Elapsed.TotalSeconds:N0} s: {(failed == 0 ? "the same digests" : $"{failed} SEEDS FAIL")}");
        return failed == 0 ? 0 : 1;
    }

    private static (SeedOutcome Outcome, List<string> Digests) Live(int seed, int steps, string? records)
    {
        using var world = new ShopWorld(seed, diskFaults: false, records);
        var outcome = Simulation.Run.Live(world, [.. Enumerable.Range(0, steps)]);
        return (outcome, world.Server.IsUp ? world.Server.Read(Digests) : ["the server is down"]);
    }

    private static List<string> Digests(Session session)
    {
        using var reader = session.Query("SELECT b.name, d.tab, d.rows, d.sum FROM sync_digest d JOIN sync_bucket b ON b.id = d.bucket WHERE d.rows > 0");
        var digests = new List<string>();
        while (reader.Read())
        {
            // Words bear the MAC of a secret that each of the two shops has for itself.
            var sum = reader.GetInt64(1) == BookmineSetup.Word.Number ? "" : Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(3));
            digests.Add(string.Create(CultureInfo.InvariantCulture, $"{reader.GetString(0)} {reader.GetInt64(1)} {reader.GetInt64(2)} {sum}"));
        }
        return [.. digests.Order(StringComparer.Ordinal)];
    }

    private static void Tell(int seed, string engine, (SeedOutcome Outcome, List<string> Digests) here, (SeedOutcome Outcome, List<string> Digests) there)
    {
        Console.WriteLine($"SEED {seed} FAILS");
        foreach (var fault in here.Outcome.Faults.Select(f => "sqlite: " + f).Concat(there.Outcome.Faults.Select(f => $"{engine}: " + f)).Take(6))
        {
            Console.WriteLine("  " + fault);
        }
        var parting = here.Outcome.Story.Zip(there.Outcome.Story).FirstOrDefault(s => s.First != s.Second);
        Console.WriteLine(parting.First is null ? "  the stories are the same" : $"  first, sqlite: {parting.First}; {engine}: {parting.Second}");
        foreach (var digest in here.Digests.Except(there.Digests).Select(d => "sqlite: " + d).Concat(there.Digests.Except(here.Digests).Select(d => $"{engine}: " + d)).Take(6))
        {
            Console.WriteLine("  " + digest);
        }
    }
}
