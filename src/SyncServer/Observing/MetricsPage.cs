using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Bookmine.SyncServer.Observing;

/// <summary>A page for Prometheus on a port of its own of the loopback address: what tills reach has none.</summary>
internal static class MetricsPage
{
    private const string Path = "/metrics";

    public static IEnumerable<string> Urls(int? port) => port is { } given ? [$"http://127.0.0.1:{given}"] : [];

    /// <summary>On the metrics' port nothing else is answered, and on the others not this.</summary>
    public static void UseMetricsPage(this WebApplication app, int? port)
    {
        if (port is null)
        {
            return;
        }
        var own = new Lazy<int?>(() => app.MetricsUrl(port) is { } url ? new Uri(url).Port : null);
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Connection.LocalPort == own.Value && context.Request.Path == Path);
        app.Use((context, next) =>
        {
            if (context.Connection.LocalPort != own.Value)
            {
                return next(context);
            }
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>Where the page is, once the server listens; null without one. It is the last address that was given.</summary>
    public static string? MetricsUrl(this WebApplication app, int? port) => port is null ? null
        : app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last();
}
