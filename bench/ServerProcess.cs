using System.Diagnostics;

namespace Bookmine.Bench;

/// <summary>The server as a process of its own, to see the processor and the memory that it alone needs.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Listening = "listening on ";
    private readonly Process process;
    private long peak;

    /// <param name="database">As on the command line.</param>
    /// <param name="collector">Where its telemetry goes; null for nowhere.</param>
    /// <param name="more">Further options.</param>
    public ServerProcess(string database, string folder, string? collector = null, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "bookmine-server.dll"), "serve", "--db", database, "--data", folder, "--urls", "http://127.0.0.1:0", .. more])
        {
            start.ArgumentList.Add(argument);
        }
        if (collector is not null)
        {
            start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector;
            start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        }
        process = Process.Start(start)!;
        Url = process.StandardOutput.ReadLine() is { } line && line.StartsWith(Listening, StringComparison.Ordinal)
            ? line[Listening.Length..]
            : throw new InvalidOperationException("The server did not start.");
        Page = more.Contains("--metrics") ? process.StandardOutput.ReadLine()!["metrics at ".Length..] : null;
    }

    public string Url { get; }

    /// <summary>Where its figures are for Prometheus; null where it was not asked for them.</summary>
    public string? Page { get; }

    /// <summary>The processor's time taken so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The same of the threads there are, as the scheduler counts it: to the nanosecond, where the processor's time comes in hundredths of a second.</summary>
    public TimeSpan ThreadTime
    {
        get
        {
            var nanoseconds = 0L;
            foreach (var thread in Directory.GetDirectories($"/proc/{process.Id}/task"))
            {
                try
                {
                    nanoseconds += long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
                }
                catch (IOException)
                {
                    // It has ended.
                }
            }
            return TimeSpan.FromTicks(nanoseconds / 100);
        }
    }

    /// <summary>Of its working set, now, in MB.</summary>
    public long Megabytes
    {
        get
        {
            process.Refresh();
            var now = process.WorkingSet64 / 1024 / 1024;
            peak = Math.Max(peak, now);
            return now;
        }
    }

    /// <summary>The most that was seen since the last time.</summary>
    public long TakePeak()
    {
        var most = Math.Max(peak, Megabytes);
        peak = 0;
        return most;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
