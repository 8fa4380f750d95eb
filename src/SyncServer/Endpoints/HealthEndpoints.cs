using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>Alive: the process answers. Ready: the database answers too.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => "live");
        app.MapGet("/health/ready", (IServerDatabase database) => database.Reading(FeedState.Read).Epoch.Length > 0 ? "ready" : "empty");
    }
}
