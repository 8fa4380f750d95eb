using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Server;

/// <summary>
/// Waits at the server for news, for a till in normal mode, and says when a synchronisation is worth while. What comes between the two ends costs
/// a hello and no news: a server that is gone, a proxy that cuts what is idle (the next wait is shorter), news that brought nothing (the next wait
/// begins later).
/// </summary>
internal sealed class NewsListener(ClientOrchestrator orchestrator, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(Protocol.MostWaitSeconds);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MostPause = TimeSpan.FromMinutes(1);

    private const int WaitsUntilLonger = 10;

    private int wholeWaits;
    private TimeSpan wait = Longest;
    private TimeSpan pause = TimeSpan.Zero;

    /// <summary>Returns when a synchronisation is worth while.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(pause, clock, cancel).ConfigureAwait(false);
            var started = clock.GetTimestamp();
            try
            {
                if (await orchestrator.WaitForNewsAsync(wait, cancel).ConfigureAwait(false))
                {
                    return;
                }
                // A server that stops says no at once.
                var isWhole = clock.GetElapsedTime(started) >= Shortest;
                pause = isWhole ? TimeSpan.Zero : Longer(pause);
                if (isWhole && ++wholeWaits % WaitsUntilLonger == 0)
                {
                    // What cut the wait may have been the server's end, and no proxy.
                    wait = TimeSpan.FromSeconds(Math.Min(Math.Ceiling(wait.TotalSeconds * 1.25), Longest.TotalSeconds));
                }
            }
            catch (Exception e) when (e is ServerAwayException or ServerRefusedException)
            {
                // Whether the server is there, the hello tells.
                var lasted = clock.GetElapsedTime(started);
                wait = lasted > Shortest && lasted < wait ? TimeSpan.FromSeconds(Math.Max(Math.Floor(lasted.TotalSeconds * 0.8), Shortest.TotalSeconds)) : wait;
                return;
            }
        }
    }

    /// <summary>Synchronises; after one that brought nothing, or failed, the next wait begins later.</summary>
    public async Task<SyncOutcome> SynchroniseAsync(IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        var broughtAnything = false;
        try
        {
            var outcome = await orchestrator.SynchroniseAsync(progress, cancel).ConfigureAwait(false);
            broughtAnything = outcome.Results.Count > 0 || outcome.Downloaded > 0;
            return outcome;
        }
        finally
        {
            pause = broughtAnything ? TimeSpan.Zero : Longer(pause);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause < FirstPause ? FirstPause : pause + pause > MostPause ? MostPause : pause + pause;
}
