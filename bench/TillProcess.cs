using System.Diagnostics;

namespace Bookmine.Bench;

/// <summary>The till as a process of its own, to see the memory that it alone needs.</summary>
internal static class TillProcess
{
    private const int PollMilliseconds = 10;

    /// <param name="program">The published till, or null for the one that was built beside this program.</param>
    /// <returns>The peak working set of one command, in MB.</returns>
    public static async Task<long> PeakMegabytesAsync(string? program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program ?? "dotnet") { RedirectStandardOutput = true };
        string[] built = program is null ? [Path.Combine(AppContext.BaseDirectory, "bookmine-till.dll")] : [];
        foreach (var argument in (string[])[.. built, .. arguments, "--data", folder, "--json"])
        {
            start.ArgumentList.Add(argument);
        }
        using var process = Process.Start(start)!;
        var peak = 0L;
        while (!process.HasExited)
        {
            process.Refresh();
            peak = Math.Max(peak, process.HasExited ? 0 : process.WorkingSet64);
            await Task.Delay(PollMilliseconds);
        }
        return process.ExitCode == 0 ? peak / 1024 / 1024 : throw new InvalidOperationException($"bookmine-till {string.Join(' ', arguments)} failed.");
    }
}
