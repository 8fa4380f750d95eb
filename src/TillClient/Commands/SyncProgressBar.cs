using Bookmine.Sync.Orchestrators;
using Spectre.Console;

namespace Bookmine.TillClient.Commands;

/// <summary>Shows a synchronisation's progress: bars on a terminal, a line a stage when piped, nothing with JSON.</summary>
internal static class SyncProgressBar
{
    public static async Task<T> RunAsync<T>(bool silent, Func<IProgress<SyncProgress>?, Task<T>> work)
    {
        if (silent)
        {
            return await work(null).ConfigureAwait(false);
        }
        if (Console.IsOutputRedirected)
        {
            return await work(new Lines()).ConfigureAwait(false);
        }
        return await AnsiConsole.Progress().AutoClear(true)
            .StartAsync(async bars => await work(new Bars(bars)).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static string Name(SyncStage stage) => stage switch
    {
        SyncStage.Greeting => "Calling the server",
        SyncStage.Posting => "Posting",
        SyncStage.FetchingSnapshot => "Fetching the replica",
        SyncStage.Downloading => "Downloading changes",
        _ => "Putting them in use",
    };

    private sealed class Lines : IProgress<SyncProgress>
    {
        private SyncStage? last;

        public void Report(SyncProgress value)
        {
            if (value.Stage != last && (value.Of > 0 || value.Stage != SyncStage.Posting))
            {
                Console.WriteLine(value.Of > 0 ? $"{Name(value.Stage)} ({value.Of})" : Name(value.Stage));
                last = value.Stage;
            }
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<SyncProgress>
    {
        private readonly Dictionary<SyncStage, ProgressTask> tasks = [];

        public void Report(SyncProgress value)
        {
            if (!tasks.TryGetValue(value.Stage, out var task))
            {
                tasks.Add(value.Stage, task = context.AddTask(Name(value.Stage)));
            }
            task.IsIndeterminate = value.Of == 0;
            task.MaxValue = Math.Max(value.Of, 1);
            task.Value = value.Done;
        }
    }
}
