using System.Text;

namespace Bookmine.Simulation.Disk;

/// <summary>Counts the steps of all machines, and which fault met which step of which file.</summary>
internal sealed class FaultLog
{
    private readonly SortedDictionary<(string Step, string File), long> steps = [];
    private readonly SortedDictionary<(string Fault, string Place), long> met = [];

    public long Steps { get; private set; }

    public static bool Applies(Fault fault, Step step) => fault switch
    {
        Fault.Busy => step == Step.Lock,
        Fault.NoSpace or Fault.ShortWrite => step == Step.Write,
        Fault.IoError => step is Step.Read or Step.Write or Step.Sync or Step.Truncate,
        _ => step is Step.Write or Step.Sync or Step.Truncate or Step.Delete or Step.Rename,
    };

    public void Count(Step step, string path)
    {
        Steps++;
        var key = (step.ToString(), Kind(path));
        steps[key] = steps.GetValueOrDefault(key) + 1;
    }

    public void Met(Fault fault, Step step, string path) => Met(fault.ToString(), $"{step} {Kind(path)}");

    public void Met(string fault, string place)
    {
        met[(fault, place)] = met.GetValueOrDefault((fault, place)) + 1;
    }

    public void Add(FaultLog other)
    {
        Steps += other.Steps;
        foreach (var (key, count) in other.steps)
        {
            steps[key] = steps.GetValueOrDefault(key) + count;
        }
        foreach (var (key, count) in other.met)
        {
            met[key] = met.GetValueOrDefault(key) + count;
        }
    }

    /// <summary>The faults of a plan that have met no step of a kind they apply to, where that kind of step was made at least so often.</summary>
    public IReadOnlyList<string> NeverMet(long enough) =>
    [
        .. from fault in Enum.GetValues<Fault>()
           from step in steps
           where step.Value >= enough && Applies(fault, Enum.Parse<Step>(step.Key.Step))
           let place = $"{step.Key.Step} {step.Key.File}"
           where !met.ContainsKey((fault.ToString(), place))
           select $"{fault} at {place}",
    ];

    public string Table()
    {
        var text = new StringBuilder();
        foreach (var fault in met.GroupBy(m => m.Key.Fault))
        {
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"{fault.Key}: {string.Join(", ", fault.Select(f => $"{f.Key.Place} {f.Value:N0}"))}");
        }
        return text.ToString();
    }

    /// <summary>The kind of a file, from its name.</summary>
    public static string Kind(string path)
    {
        var name = Path.GetFileName(path);
        return name.StartsWith("replica-", StringComparison.Ordinal) ? name.EndsWith("-wal", StringComparison.Ordinal) ? "replica-wal" : "replica"
            : name.StartsWith("snapshot-", StringComparison.Ordinal) || name.Length > 60 ? "snapshot"
            : name.StartsWith("stage-", StringComparison.Ordinal) ? "stage"
            : name.StartsWith("journal-", StringComparison.Ordinal) && name.Contains(".jsonl", StringComparison.Ordinal) ? "archive"
            : name.StartsWith("journal-forked", StringComparison.Ordinal) ? "journal-forked"
            : name.EndsWith(".jsonl", StringComparison.Ordinal) ? "mirror"
            : name.Replace(".new", "", StringComparison.Ordinal);
    }
}
