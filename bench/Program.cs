using System.Globalization;
using Bookmine.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var runs = args.Length > 0 && int.TryParse(args[0], out var given) ? given : 3;
Console.WriteLine($"Medians of {runs} runs, each beside its raw write in the same run. {Environment.ProcessorCount} processors, .NET {Environment.Version}.");
Console.WriteLine($"{"",-62}{"time",12}{"raw",12}{"ratio",8}");
foreach (var titles in (int[])[10_000, 100_000])
{
    await Table.MeasureAsync(runs, () => Measurements.ProvisionAsync(titles));
}
foreach (var sales in (int[])[1_000, 10_000])
{
    await Table.MeasureAsync(runs, () => Measurements.PostAsync(sales));
}
await Table.MeasureAsync(runs, Measurements.NothingToDoAsync);
await Table.MeasureAsync(runs, Measurements.DeltaAsync);
await Table.MeasureAsync(runs, Measurements.SealAsync);
var (provisioning, posting) = await Measurements.MemoryAsync();
Console.WriteLine($"the till's memory, a process of its own: {provisioning} MB fetching 100,000 titles, {posting} MB posting 1,000 sales");
