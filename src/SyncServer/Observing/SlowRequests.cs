namespace Bookmine.SyncServer.Observing;

/// <summary>A line for each request that took longer than people wait, but those whose business is waiting or much.</summary>
internal static partial class SlowRequests
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);
    private static readonly string[] MayTakeLong = ["/sync/news", "/sync/snapshot", "/sync/pull", "/sync/push", "/sync/fork", "/metrics", "/_blazor"];

    public static void UseSlowRequests(this WebApplication app)
    {
        var (log, clock) = (app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Bookmine.SyncServer.Requests"), TimeProvider.System);
        app.Use(async (context, next) =>
        {
            var began = clock.GetTimestamp();
            await next(context);
            var taken = clock.GetElapsedTime(began);
            if (taken > Slow && !MayTakeLong.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal)))
            {
                Took(log, context.Request.Method, context.Request.Path, context.Response.StatusCode, (long)taken.TotalMilliseconds);
            }
        });
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} was answered {Status} after {Milliseconds} ms")]
    private static partial void Took(ILogger log, string method, string path, int status, long milliseconds);
}
