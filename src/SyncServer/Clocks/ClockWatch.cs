using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Clocks;

/// <summary>Each minute: is the clock still to be believed, and from when on it was.</summary>
internal sealed partial class ClockWatch(IServerDatabase database, ServerClock clock, ILogger<ClockWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Run(Beat, stoppingToken);
                told = Tell(clock.WhyNot()?.Why, told);
            }
#pragma warning disable CA1031 // A database that is away is asked again in a minute; what needs it meanwhile says so itself.
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
            }
#pragma warning restore CA1031
            await Task.Delay(Every, clock, stoppingToken);
        }
    }

    private void Beat() => database.Writing(session =>
    {
        clock.Beat(session);
        return true;
    });

    private bool Tell(string? why, bool told)
    {
        if (why is not null && !told)
        {
            InDoubt(log, why);
        }
        else if (why is null && told)
        {
            Believed(log);
        }
        return why is not null;
    }

    [LoggerMessage(LogLevel.Warning, "Posting waits: {Why}")]
    private static partial void InDoubt(ILogger log, string why);

    [LoggerMessage(LogLevel.Information, "The clock is believed again, and posting goes on")]
    private static partial void Believed(ILogger log);
}
