using System.Globalization;
using Bookmine.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["counter", var program, .. var size])
{
    await CounterBench.RunAsync(program, size.Length > 0 ? int.Parse(size[0], CultureInfo.InvariantCulture) : 1_000_000, size.Length > 1 ? int.Parse(size[1], CultureInfo.InvariantCulture) : 10_000);
    return;
}
var runs = args.Length > 0 && int.TryParse(args[0], out var given) ? given : 3;
Console.WriteLine($"Medians of {runs} runs, each beside its raw write in the same run. {Environment.ProcessorCount} processors, .NET {Environment.Version}.");
Console.WriteLine($"{"",-62}{"time",12}{"raw",12}{"ratio",8}");
var wanted = args.Length > 1 ? args[1] : "";
foreach (var (name, measure) in (IEnumerable<(string, Func<Task<IReadOnlyList<Figure>>>)>)
[
    ("provision 10000", () => Measurements.ProvisionAsync(10_000)),
    ("provision 100000", () => Measurements.ProvisionAsync(100_000)),
    ("post 1000", () => Measurements.PostAsync(1_000)),
    ("post 10000", () => Measurements.PostAsync(10_000)),
    ("nothing", Measurements.NothingToDoAsync),
    ("delta", Measurements.DeltaAsync),
    ("seal", Measurements.SealAsync),
])
{
    if (name.StartsWith(wanted, StringComparison.Ordinal))
    {
        await Table.MeasureAsync(runs, measure);
    }
}
if ("memory".StartsWith(wanted, StringComparison.Ordinal))
{
    var (provisioning, posting) = await Measurements.MemoryAsync();
    Console.WriteLine($"the till's memory, a process of its own: {provisioning} MB fetching 100,000 titles, {posting} MB posting 1,000 sales");
}
