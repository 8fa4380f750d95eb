using System.Globalization;
using Bookmine.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["counter", var program, .. var size])
{
    await CounterBench.RunAsync(program, size.Length > 0 ? int.Parse(size[0], CultureInfo.InvariantCulture) : 1_000_000, size.Length > 1 ? int.Parse(size[1], CultureInfo.InvariantCulture) : 10_000);
    return;
}
if (args is ["scanner", var scanned, .. var count])
{
    await ScannerBench.RunAsync(scanned, count.Length > 0 ? int.Parse(count[0], CultureInfo.InvariantCulture) : 10_000);
    return;
}
if (args is ["syncing", var busy])
{
    await SyncingBench.RunAsync(busy);
    return;
}
if (args is ["year", .. var year])
{
    await YearBench.RunAsync(
        year.Length > 0 ? int.Parse(year[0], CultureInfo.InvariantCulture) : 22_388, year.Length > 1 ? int.Parse(year[1], CultureInfo.InvariantCulture) : 21);
    return;
}
if (args is ["line", .. var titles])
{
    await LineBench.RunAsync(titles.Length > 0 ? int.Parse(titles[0], CultureInfo.InvariantCulture) : 1_000_000);
    return;
}
if (args is ["branch", .. var branch])
{
    await BranchBench.RunAsync(
        branch.Length > 0 && branch[0] != "-" ? branch[0] : null, branch.Length > 1 ? int.Parse(branch[1], CultureInfo.InvariantCulture) : 1_000_000);
    return;
}
if (args is ["telemetry", .. var posted])
{
    await TelemetryBench.RunAsync(posted.Length > 0 ? int.Parse(posted[0], CultureInfo.InvariantCulture) : 100,
        posted.Length > 1 ? int.Parse(posted[1], CultureInfo.InvariantCulture) : 20);
    return;
}
if (args is ["office", .. var office])
{
    await OfficeBench.RunAsync(
        office.Length > 0 ? int.Parse(office[0], CultureInfo.InvariantCulture) : 1_000_000, office.Length > 1 ? int.Parse(office[1], CultureInfo.InvariantCulture) : 100_000,
        Environment.GetEnvironmentVariable("BOOKMINE_TEST_POSTGRES"));
    return;
}
if (args is ["load", .. var load])
{
    int Size(int place, int otherwise) => load.Length > place ? int.Parse(load[place], CultureInfo.InvariantCulture) : otherwise;
    await LoadBench.RunAsync(Size(0, 200), Size(1, 100), Size(2, 20), Environment.GetEnvironmentVariable("BOOKMINE_TEST_POSTGRES"));
    return;
}
var runs = args.Length > 0 && int.TryParse(args[0], out var given) ? given : 3;
Console.WriteLine($"Medians of {runs} runs, each beside its raw write in the same run. {Environment.ProcessorCount} processors, .NET {Environment.Version}.");
Console.WriteLine($"{"",-62}{"time",12}{"raw",12}{"ratio",8}");
var wanted = args.Length > 1 ? args[1] : "";
// A PostgreSQL server, as tests/with-postgres starts one: then each is measured on both.
var server = Environment.GetEnvironmentVariable("BOOKMINE_TEST_POSTGRES");
foreach (var (name, measure) in (IEnumerable<(string, Func<string?, Task<IReadOnlyList<Figure>>>)>)
[
    ("provision 10000", s => Measurements.ProvisionAsync(10_000, s)),
    ("provision 100000", s => Measurements.ProvisionAsync(100_000, s)),
    ("post 1000", s => Measurements.PostAsync(1_000, s)),
    ("post 10000", s => Measurements.PostAsync(10_000, s)),
    ("held", async s => [new Figure("the counter's row held, a unit of 100 sales", await HeldCounter.MeasureAsync(s), 0)]),
    ("nothing", Measurements.NothingToDoAsync),
    ("delta", Measurements.DeltaAsync),
    ("sequence", Measurements.SequenceAsync),
    ("seal", _ => Measurements.SealAsync()),
])
{
    if (!name.StartsWith(wanted, StringComparison.Ordinal))
    {
        continue;
    }
    await Table.MeasureAsync(runs, () => measure(null));
    if (server is not null && name != "seal")
    {
        Console.WriteLine("… on PostgreSQL, beside a binary COPY of the same rows:");
        await Table.MeasureAsync(runs, () => measure(server));
    }
}
if ("memory".StartsWith(wanted, StringComparison.Ordinal))
{
    var (provisioning, posting) = await Measurements.MemoryAsync(args.Length > 2 ? args[2] : null);
    Console.WriteLine($"the till's memory, a process of its own: {provisioning} MB fetching 100,000 titles, {posting} MB posting 1,000 sales");
}
