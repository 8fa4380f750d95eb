using System.Diagnostics;
using System.Diagnostics.Metrics;
using Bookmine.Sync.Journal;

namespace Bookmine.Sync;

/// <summary>
/// What the engine tells of its work to whoever listens: one source of activities, one meter. Names are for ever, units are UCUM's as OpenTelemetry
/// writes them, docs/telemetry.md explains each. No content of an entry, no name and no key of a row is in any of it.
/// </summary>
public static class Telemetry
{
    /// <summary>The name of the source and of the meter.</summary>
    public const string Name = "Bookmine.Sync";

    /// <summary>A client's number, as an attribute of an activity.</summary>
    public const string ClientAttribute = "bookmine.till";

    /// <summary>How many entries a push brings, as an attribute of its activity.</summary>
    internal const string EntriesAttribute = "bookmine.entries";

    /// <summary>How many rows a pull is answered with, as an attribute of its activity.</summary>
    internal const string RowsAttribute = "bookmine.rows";

    private const string ResultAttribute = "bookmine.result";
    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Answered = Meter.CreateCounter<long>(
        "bookmine.entries", "{entry}", "Entries of tills that were answered, by the answer.");

    private static readonly Counter<long> Dropped = Meter.CreateCounter<long>(
        "bookmine.rows.dropped", "{row}", "Rows of entries that the upload rules dropped, and listed.");

    private static readonly Histogram<double> Posting = Meter.CreateHistogram<double>(
        "bookmine.posting.duration", "s", "From a push of entries to its answer.");

    private static readonly Histogram<double> Sequencing = Meter.CreateHistogram<double>(
        "bookmine.sequencing.duration", "s", "Passes of the sequencer, one run of them.");

    private static readonly Histogram<double> Pulling = Meter.CreateHistogram<double>(
        "bookmine.pull.duration", "s", "From a pull to the chunk that answers it.");

    /// <summary>Begins to measure a push.</summary>
    internal static Measured Push(long client) => new("push", client, Posting);

    /// <summary>Begins to measure a run of the sequencer.</summary>
    internal static Measured Sequence() => new("sequence", null, Sequencing);

    /// <summary>Begins to measure a pull.</summary>
    internal static Measured Pull(long client) => new("pull", client, Pulling);

    internal static void Count(IReadOnlyList<EntryResult> results)
    {
        foreach (var state in results.CountBy(r => r.State))
        {
            Answered.Add(state.Value, new KeyValuePair<string, object?>(ResultAttribute, NameOf(state.Key)));
        }
        if (results.Sum(r => r.Dropped.Count) is > 0 and var dropped)
        {
            Dropped.Add(dropped);
        }
    }

    private static string NameOf(EntryState state) => state == EntryState.Quarantined ? "quarantined" : "posted";

    /// <summary>An activity and its time; ends when it is disposed.</summary>
    internal readonly struct Measured : IDisposable
    {
        private readonly Activity? activity;
        private readonly Histogram<double> histogram;
        private readonly long began = Stopwatch.GetTimestamp();

        public Measured(string name, long? client, Histogram<double> histogram)
        {
            this.histogram = histogram;
            activity = Source.StartActivity(name);
            if (client is { } number)
            {
                activity?.SetTag(ClientAttribute, number);
            }
        }

        /// <summary>Says how much it was.</summary>
        public void Of(string what, long count) => activity?.SetTag(what, count);

        public void Dispose()
        {
            histogram.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
            activity?.Dispose();
        }
    }
}
