using Bookmine.Simulation.Disk;
using Bookmine.Simulation.World;

namespace Bookmine.Simulation;

/// <summary>
/// A till with unposted sales is reprovisioned and dies at the first step of its disk, at the second, and so on to the last: each time its journal is what it was,
/// it sells on without the server, and all comes to rest.
/// </summary>
internal static class EveryStep
{
    private const int MostSteps = 5_000;

    public static int Reprovisioning()
    {
        var failed = 0;
        foreach (var fault in (Fault[])[Fault.KilledBefore, Fault.KilledAfter, Fault.PowerCutBefore, Fault.PowerCutAfter, Fault.IoError])
        {
            var step = 0;
            for (; step < MostSteps && Dies(fault, step, ref failed); step++)
            {
            }
            Console.WriteLine($"{fault} at each of {step} steps");
        }
        Console.WriteLine(failed == 0 ? "no fault" : $"{failed} FAIL");
        return failed == 0 ? 0 : 1;
    }

    /// <returns>Whether there was such a step.</returns>
    private static bool Dies(Fault fault, int step, ref int failed)
    {
        using var world = new ShopWorld(1);
        var day = new Day(world);
        var till = world.Tills[0];
        till.Start(disconnected: true);
        for (var i = 0; i < 3; i++)
        {
            day.Counter.Sell(till);
        }
        till.Start(disconnected: false);
        var before = Checks.Journal(till);
        till.Disk.Plan(fault, step);
        day.Counter.Reprovision(till);
        var met = till.Disk.IsDead || till.Disk.HasFaulted;
        day.Settle(till);
        world.Model.Require(Checks.Journal(till).SequenceEqual(before), "the journal is another");
        till.Line.IsCut = true;
        till.Start(disconnected: true);
        day.Counter.Sell(till);
        world.Model.Require(world.Model.Attempts[^1].Known == Known.Sealed, "the till does not sell on");
        till.Line.IsCut = false;
        for (var i = 0; i < 2; i++)
        {
            foreach (var each in world.Tills)
            {
                each.Start(disconnected: false);
                day.Counter.Resync(each);
            }
        }
        day.Counter.FindAll(till);
        Checks.All(world);
        foreach (var fail in world.Model.Faults)
        {
            Console.WriteLine($"{fault} at step {step}: {fail}");
        }
        failed += world.Model.Faults.Count == 0 ? 0 : 1;
        return met;
    }
}
