namespace Bookmine.SyncServer.Endpoints;

/// <summary>Alive: the process answers. Ready: the shop's records are there, and a commit to them was made within the last second.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => "live");
        app.MapGet("/health/ready", async (Readiness readiness) => await readiness.ProveAsync());
    }
}
