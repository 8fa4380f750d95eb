using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>Alive: the process answers. Ready: the database has the shop's records, and takes writes at this moment.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => "live");
        app.MapGet("/health/ready", (IServerDatabase database) => database.Writing(FeedState.ProveWritable) ? "ready" : "empty");
    }
}
