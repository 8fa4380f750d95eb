using Bookmine.Simulation.Disk;
using Bookmine.Simulation.World;

namespace Bookmine.Simulation;

/// <summary>Short days in which a bit turns over in a till's files: what a long day does seldom, thousands of times.</summary>
internal static class Flips
{
    private const int EverySo = 500;

    /// <param name="first">The first seed; each turns over one bit.</param>
    public static (int Failed, FaultLog Log) All(int count, int first)
    {
        var failed = 0;
        var log = new FaultLog();
        for (var seed = first; seed < first + count; seed++)
        {
            failed += Fails(seed, log) ? 1 : 0;
            if ((seed - first + 1) % EverySo == 0)
            {
                Console.WriteLine($"{seed - first + 1} bits, {failed} fail");
            }
        }
        return (failed, log);
    }

    private static bool Fails(int seed, FaultLog log)
    {
        using var world = new ShopWorld(seed);
        var day = new Day(world);
        try
        {
            foreach (var till in world.Tills)
            {
                Work(day, till);
            }
            day.Media.Flip(world.Tills[0]);
            foreach (var till in world.Tills.AsEnumerable().Reverse())
            {
                world.Start(till, disconnected: false);
                Work(day, till);
            }
            Run.Calm(world, day);
        }
#pragma warning disable CA1031 // Whatever a simulated program throws that nobody foresaw is a fault of it, and is told with its seed.
        catch (Exception e)
        {
            world.Model.Faults.Add(e.ToString());
        }
#pragma warning restore CA1031
        log.Add(world.Log);
        foreach (var fault in world.Model.Faults.Take(1))
        {
            Console.WriteLine($"FLIP {seed}: {string.Join("; ", world.Story.Where(s => s.Contains("bit turns", StringComparison.Ordinal)))}\n  {fault}");
        }
        return world.Model.Faults.Count > 0;
    }

    private static void Work(Day day, SimTill till)
    {
        if (till.Program is null)
        {
            return;
        }
        day.Counter.Sell(till);
        day.Counter.NewRecord(till);
        day.Counter.Find(till);
        day.Counter.Resync(till);
        day.Counter.Sell(till);
    }
}
