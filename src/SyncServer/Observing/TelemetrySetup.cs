using Bookmine.Schema;
using Bookmine.Sync;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Bookmine.SyncServer.Observing;

/// <summary>
/// Carries the engine's and the platform's telemetry out: to a collector where the standard environment variables name one
/// (OTEL_EXPORTER_OTLP_ENDPOINT and the rest), and to the page for Prometheus. Where neither is wanted, nothing is collected.
/// </summary>
internal static class TelemetrySetup
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Sampler = "OTEL_TRACES_SAMPLER";

    /// <summary>Of all traces, where nothing else is said: figures are of everything, and a trace shows how one request went.</summary>
    private const double TracedShare = 0.05;

    /// <summary>.NET's own meters, whose names are OpenTelemetry's conventions for HTTP, PostgreSQL and the process.</summary>
    private static readonly string[] Meters =
        [Telemetry.Name, ServerGauges.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime"];

    private static readonly string[] Sources = [Telemetry.Name, "Microsoft.AspNetCore", "Npgsql"];

    public static void AddTelemetry(this WebApplicationBuilder builder, bool hasPage)
    {
        var hasCollector = !string.IsNullOrWhiteSpace(builder.Configuration[Endpoint]);
        if (!hasCollector && !hasPage)
        {
            return;
        }
        builder.Services.AddSingleton<ServerGauges>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServerGauges>());
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("bookmine-server", serviceVersion: ProgramVersion.Own))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters);
                if (hasPage)
                {
                    metrics.AddPrometheusExporter();
                }
            });
        if (hasCollector)
        {
            var isSaid = !string.IsNullOrWhiteSpace(builder.Configuration[Sampler]);
            telemetry.WithTracing(tracing =>
            {
                tracing.AddSource(Sources);
                if (!isSaid)
                {
                    tracing.SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(TracedShare)));
                }
            }).WithLogging().UseOtlpExporter();
        }
    }
}
