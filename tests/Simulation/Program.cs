using System.Diagnostics;
using System.Globalization;
using Bookmine.Simulation;
using Bookmine.Simulation.Disk;
using Bookmine.Simulation.World;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string usage = """
    bookmine-simulation seed N [STEPS]     one seed, with its story; STEPS: 3,17,22 for these alone
    bookmine-simulation run COUNT [FIRST]  so many seeds
    bookmine-simulation hunt COUNT [FIRST] the same, going on after a seed that fails
    bookmine-simulation every [STRIDE [WORDS]]  each fault at each step of each thing a shop does; with a stride of 19, at every nineteenth
    bookmine-simulation flips COUNT [FIRST]     short days, in each of which one bit of a till's files turns over
    bookmine-simulation soak MINUTES       seeds as long as asked
    bookmine-simulation engines COUNT DB [FIRST]  days without failing disks on SQLite and on a real server (postgres: or sqlserver:); both end with the same digests
    bookmine-simulation prove [WORDS]      plants faults in a copy of the sources, one at a time; each must be caught
    """;
const int stepsOfASeed = 60;

// A thousand times what one takes on an idle machine.
const int secondsOfASeed = 300;
switch (args)
{
    case ["seed", var n, .. var rest]:
        return Tell(rest.Length > 0 ? Run.Seed(Number(n), [.. rest[0].Split(',').Select(Number)]) : Run.Seed(Number(n), stepsOfASeed), story: true);
    case ["run", var count, .. var rest]:
        return Many(rest.Length > 0 ? Number(rest[0]) : 1, () => false, Number(count));
    case ["hunt", var count, .. var rest]:
        return Many(rest.Length > 0 ? Number(rest[0]) : 1, () => false, Number(count), goOn: true);
    case ["every", .. var rest]:
        return Every(rest.Length > 0 ? Number(rest[0]) : 1, rest.Length > 1 ? rest[1] : "");
    case ["flips", var bits, .. var rest]:
        var (broken, met) = Flips.All(Number(bits), rest.Length > 0 ? Number(rest[0]) : 1);
        Console.Write(met.Table());
        Console.WriteLine($"{bits} bits turned over: {(broken == 0 ? "no fault" : $"{broken} FAIL")}");
        return broken == 0 ? 0 : 1;
    case ["engines", var count, var server, .. var rest]:
        return Engines.All(Number(count), server, rest.Length > 0 ? Number(rest[0]) : 1, stepsOfASeed);
    case ["prove", .. var rest]:
        return Prove.All(rest.Length > 0 ? rest[0] : "");
    case ["soak", var minutes]:
        var started = Stopwatch.StartNew();
        return Many((int)(Stopwatch.GetTimestamp() % 1_000_000_000), () => started.Elapsed.TotalMinutes >= Number(minutes), int.MaxValue);
    default:
        Console.Error.WriteLine(usage);
        return 2;
}

static int Every(int stride, string words)
{
    var clock = Stopwatch.StartNew();
    var phase = (int)(Stopwatch.GetTimestamp() % stride);
    var (failed, log) = EveryStep.All(stride, phase, words);
    Console.Write(log.Table());
    Console.Write(Excuse.Table());
    Console.WriteLine($"never met, of all steps: {(log.NeverMet(1) is { Count: > 0 } never ? string.Join(", ", never) : "none")}");
    Console.WriteLine($"every {stride}. step from the {phase + 1}., {log.Steps:N0} steps of a disk, {clock.Elapsed.TotalSeconds:N0} s: {(failed == 0 ? "no fault" : $"{failed} FAIL")}");
    return failed == 0 ? 0 : 1;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Many(int first, Func<bool> over, int count, bool goOn = false)
{
    var failed = 0;
    var (log, sales, steps, seeds) = (new FaultLog(), 0L, 0L, 0);
    var clock = Stopwatch.StartNew();
    using var watch = new Timer(_ =>
    {
        Console.WriteLine($"SEED {first + seeds} HANGS: it has not ended within {secondsOfASeed} s");
        Environment.Exit(1);
    });
    for (; seeds < count && !over(); seeds++)
    {
        watch.Change(TimeSpan.FromSeconds(secondsOfASeed), Timeout.InfiniteTimeSpan);
        var outcome = Run.Seed(first + seeds, stepsOfASeed);
        log.Add(outcome.Log);
        (sales, steps) = (sales + outcome.Sales, steps + outcome.Taken.Count);
        if (outcome.Faults.Count > 0)
        {
            failed++;
            Tell(outcome, story: false);
            if (!goOn)
            {
                Tell(Run.Shrink(outcome), story: true);
                return 1;
            }
        }
    }
    Console.Write(log.Table());
    Console.Write(Excuse.Table());
    const int often = 400;
    Console.WriteLine($"never met, of steps made at least {often} times: {(log.NeverMet(often) is { Count: > 0 } never ? string.Join(", ", never) : "none")}");
    Console.WriteLine($"{seeds:N0} seeds from {first}, {steps:N0} steps, {sales:N0} sales and refunds, {log.Steps:N0} steps of a disk, {clock.Elapsed.TotalSeconds:N0} s: {(failed == 0 ? "no fault" : $"{failed} SEEDS FAIL")}");
    return failed == 0 ? 0 : 1;
}

static int Tell(SeedOutcome outcome, bool story)
{
    if (story)
    {
        foreach (var line in outcome.Story)
        {
            Console.WriteLine(line);
        }
    }
    Console.WriteLine(outcome.Faults.Count == 0 ? $"seed {outcome.Seed}: no fault in {outcome.Taken.Count} steps, {outcome.Sales} sales"
        : $"SEED {outcome.Seed} FAILS with {outcome.Taken.Count} steps: seed {outcome.Seed} {string.Join(',', outcome.Taken)}");
    foreach (var fault in outcome.Faults.Take(20))
    {
        Console.WriteLine("  " + fault);
    }
    return outcome.Faults.Count == 0 ? 0 : 1;
}
