using Bookmine.Simulation.Disk;
using Bookmine.Simulation.World;
using Bookmine.SyncServer.Authority;

namespace Bookmine.Simulation;

/// <summary>What a seed came to.</summary>
/// <param name="Taken">The steps that were taken, by their numbers.</param>
/// <param name="Faults">What did not hold; empty when all did.</param>
internal sealed record SeedOutcome(int Seed, IReadOnlyList<int> Taken, int Sales, IReadOnlyList<string> Faults, IReadOnlyList<string> Story, FaultLog Log);

/// <summary>Runs one seed: days with faults, then calm, then the comparison with the model.</summary>
internal static class Run
{
    private const int MostRounds = 6;

    /// <summary>By then each till has called, and whoever heard of a revocation has brought it.</summary>
    private const int RoundsBeforeTakingBack = 1;

    public static SeedOutcome Seed(int seed, int steps) => Seed(seed, [.. Enumerable.Range(0, steps)]);

    /// <summary>Takes only the steps of these numbers.</summary>
    public static SeedOutcome Seed(int seed, IReadOnlyList<int> steps)
    {
        using var world = new ShopWorld(seed);
        return Live(world, steps);
    }

    /// <summary>Lets a shop live.</summary>
    public static SeedOutcome Live(ShopWorld world, IReadOnlyList<int> steps)
    {
        var day = new Day(world);
        var taken = 0;
        try
        {
            for (; taken < steps.Count && world.Model.Faults.Count == 0; taken++)
            {
                world.BeginStep(steps[taken]);
                day.Step();
            }
            world.BeginStep(-1);
            if (world.Model.Faults.Count == 0)
            {
                Calm(world, day);
            }
        }
#pragma warning disable CA1031 // Whatever a simulated program throws that nobody foresaw is a fault of it, and is told with its seed.
        catch (Exception e)
        {
            world.Model.Faults.Add(e.ToString());
        }
#pragma warning restore CA1031
        return new SeedOutcome(world.Seed, [.. steps.Take(taken)], world.Model.Attempts.Count, world.Model.Faults, world.Story, world.Log);
    }

    /// <summary>One whose name another machine has by now has posted all it sold, and gets nothing; people do what it says.</summary>
    private static void GiveNameOfItsOwn(ShopWorld world, SimTill till)
    {
        world.Log.Met("Superseded", till.Program!.Status().Unposted == 0 ? "all posted" : "not all posted");
        world.Model.Require(
            till.Program.Status().Unposted == 0, $"{till.Name}: superseded, and has not posted all", (Excuse.MediumLost, till.MediumFailed), (Excuse.PutBack, till.WasPutBack));
        world.Tell($"{till.Name} is enrolled under a name of its own");
        world.PutRight(till, $"{till.Name}-{till.Identity.Till}");
    }

    /// <summary>Leaves out of a failing seed what it fails without: halves, quarters, down to single steps.</summary>
    public static SeedOutcome Shrink(SeedOutcome failing)
    {
        var runs = 0;
        for (var size = failing.Taken.Count / 2; size > 0; size /= 2)
        {
            for (var at = 0; at < failing.Taken.Count && runs < MostShrinkingRuns; runs++)
            {
                var without = Seed(failing.Seed, [.. failing.Taken.Take(at), .. failing.Taken.Skip(at + size)]);
                (failing, at) = without.Faults.Count > 0 ? (without, at) : (failing, at + size);
            }
        }
        return failing;
    }

    private const int MostShrinkingRuns = 200;

    /// <summary>13: the faults stop, and a bounded number of synchronisations brings all to rest.</summary>
    public static void Calm(ShopWorld world, Day day)
    {
        world.Tell("calm");
        world.IsCalm = true;
        world.Server.Clock.Offset = TimeSpan.Zero;
        if (!world.Server.IsUp)
        {
            world.Server.Start();
        }
        world.AwaitLastBelieved();
        for (var round = 0; round < MostRounds; round++)
        {
            Day.Admit(world);
            foreach (var till in world.Tills)
            {
                (till.Line.IsCut, till.Line.IsDeaf, till.Line.IsOlder, till.Clock.Offset) = (false, false, false, TimeSpan.Zero);
                till.Line.LosesRareAnswers = false;
                if (round == 0)
                {
                    world.Start(till, disconnected: false);
                }
                day.Counter.Resync(till);
                day.Settle(till);
            }
            if (round == RoundsBeforeTakingBack)
            {
                Revocations.Check(world);
                Revocations.TakeBack(world);
            }
            world.Tills.FindAll(t => world.Server.StateOf(t.Identity.Till) == TillState.Superseded).ForEach(t => GiveNameOfItsOwn(world, t));
        }
        world.Kiosk?.ComeToRest();
        // What the kiosk has brought is for the other tills too.
        foreach (var till in world.Kiosk is null ? [] : world.Tills)
        {
            day.Counter.Resync(till);
            day.Settle(till);
        }
        world.Kiosk?.ComeToRest();
        foreach (var till in world.Tills)
        {
            day.Counter.Check(till);
            day.Counter.FindAll(till);
        }
        day.ReadFinishedDays();
        Checks.All(world);
    }
}
