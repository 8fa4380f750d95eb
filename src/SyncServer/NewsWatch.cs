using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer;

/// <summary>Watches the database for the tills that wait for news.</summary>
internal sealed class NewsWatch(ServerOrchestrator orchestrator, TimeProvider clock, ILogger<NewsWatch> log) : BackgroundService
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromHours(1);
    private DateTimeOffset told = DateTimeOffset.MinValue;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => orchestrator.News.WatchAsync(Failed, stoppingToken);

    /// <summary>Told once an hour, and not every two seconds while a database is away: the tills notice as well.</summary>
    private void Failed(Exception failure)
    {
        var now = clock.GetUtcNow();
        if (now - told >= TellEvery)
        {
            told = now;
            log.LogWarning(failure, "The database was not to be watched for news at this moment; tills hear of changes once a minute until it is");
        }
    }
}
