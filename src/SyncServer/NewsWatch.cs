using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer;

/// <summary>Watches the database for the tills that wait for news.</summary>
internal sealed class NewsWatch(ServerOrchestrator orchestrator, ILogger<NewsWatch> log) : BackgroundService
{
    private bool hasFailed;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => orchestrator.News.WatchAsync(Failed, stoppingToken);

    /// <summary>Told once, and not every two seconds while a database is away: the tills notice as well.</summary>
    private void Failed(Exception failure)
    {
        if (!hasFailed)
        {
            log.LogWarning(failure, "The database was not to be watched for news at this moment; tills hear of changes once a minute until it is");
        }
        hasFailed = true;
    }
}
