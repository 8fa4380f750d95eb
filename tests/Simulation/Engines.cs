using System.Diagnostics;
using System.Globalization;
using Bookmine.Simulation.World;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Database;
using Npgsql;

namespace Bookmine.Simulation;

/// <summary>
/// The same days on two databases: the simulated machine's file, and a real PostgreSQL server. Disks do not fail here, lines and clocks do. Whatever
/// happens follows from the seed, so that both shops must come to the same rows, to the bit.
/// </summary>
internal static class Engines
{
    private const string Fresh = "bookmine_fresh";

    /// <param name="server"><c>postgres:</c> and a connection without a database, whose user may create some.</param>
    public static int All(int count, string server, int first, int steps)
    {
        var connection = server[(server.IndexOf(':', StringComparison.Ordinal) + 1)..];
        // Makes the image that all shops on SQLite begin with, so that the first seed draws no more chance than the others.
        new ShopWorld(first, diskFaults: false).Dispose();
        Make(connection, Fresh, "template0");
        ShopDatabase.Open($"postgres:{connection};Database={Fresh}", TimeProvider.System).Dispose();
        var (failed, sales, clock) = (0, 0, Stopwatch.StartNew());
        for (var seed = first; seed < first + count; seed++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"bookmine_seed_{seed}");
            Make(connection, name, Fresh);
            var here = Live(seed, steps, null);
            var there = Live(seed, steps, $"postgres:{connection};Database={name}");
            Run(connection, $"DROP DATABASE {name} WITH (FORCE)");
            sales += here.Outcome.Sales;
            if (here.Outcome.Faults.Count + there.Outcome.Faults.Count > 0 || !here.Digests.SequenceEqual(there.Digests))
            {
                failed++;
                Tell(seed, here, there);
            }
        }
        Run(connection, $"DROP DATABASE {Fresh} WITH (FORCE)");
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
            digests.Add(string.Create(CultureInfo.InvariantCulture, $"{reader.GetString(0)} {reader.GetInt64(1)} {reader.GetInt64(2)} {Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(3))}"));
        }
        return [.. digests.Order(StringComparer.Ordinal)];
    }

    private static void Tell(int seed, (SeedOutcome Outcome, List<string> Digests) here, (SeedOutcome Outcome, List<string> Digests) there)
    {
        Console.WriteLine($"SEED {seed} FAILS");
        foreach (var fault in here.Outcome.Faults.Select(f => "sqlite: " + f).Concat(there.Outcome.Faults.Select(f => "postgres: " + f)).Take(6))
        {
            Console.WriteLine("  " + fault);
        }
        var parting = here.Outcome.Story.Zip(there.Outcome.Story).FirstOrDefault(s => s.First != s.Second);
        Console.WriteLine(parting.First is null ? "  the stories are the same" : $"  first, sqlite: {parting.First}; postgres: {parting.Second}");
        foreach (var digest in here.Digests.Except(there.Digests).Select(d => "sqlite: " + d).Concat(there.Digests.Except(here.Digests).Select(d => "postgres: " + d)).Take(6))
        {
            Console.WriteLine("  " + digest);
        }
    }

    private static void Make(string connection, string name, string template)
    {
        Run(connection, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        Run(connection, $"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LOCALE 'C'");
    }

    private static void Run(string connection, string sql)
    {
        using var source = NpgsqlDataSource.Create(connection + ";Database=postgres;Pooling=false");
        using var command = source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }
}
