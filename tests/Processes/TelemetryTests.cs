using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Bookmine.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bookmine.Tests.Processes;

/// <summary>What can be seen of the server from outside: its figures for Prometheus, and all it tells a collector.</summary>
[Collection(nameof(ProcessesAlone))]
public sealed partial class TelemetryTests : IDisposable
{
    private readonly Programs programs = new();
    private readonly HttpClient client = new();

    public void Dispose()
    {
        client.Dispose();
        programs.Dispose();
    }

    [Fact]
    public async Task Prometheus_finds_the_figures_on_a_port_of_their_own_and_the_page_explains_each()
    {
        await programs.ServerAsync("branch", "add", "--name", "High Street");
        var server = await programs.ServeAsync("--metrics", "0");
        var page = (await server.StandardOutput.ReadLineAsync())!["metrics at ".Length..];
        await programs.EnrolAsync("front");
        await SellAsync("--disconnected");
        await SellAsync("--disconnected");
        await programs.TillAsync("resync");

        var figures = await client.GetStringAsync(page);
        Assert.Contains("bookmine_entries_total{otel_scope_name=\"Bookmine.Sync\",bookmine_result=\"posted\"} 2", figures, StringComparison.Ordinal);
        Assert.Contains("bookmine_posting_duration_seconds_count", figures, StringComparison.Ordinal);
        Assert.Matches("bookmine_till_silent_seconds\\{[^}]*bookmine_till=\"1\"\\}", figures);
        Assert.Contains("http_server_request_duration_seconds", figures, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{programs.Url}/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(page.Replace("/metrics", "/health/live", StringComparison.Ordinal))).StatusCode);
        var explained = await File.ReadAllTextAsync(Path.Combine(Architecture.WallTests.FindRoot(), "docs", "telemetry.md"));
        foreach (var name in Types().Matches(figures).Select(m => m.Groups[1].Value))
        {
            Assert.Contains($"`{name}`", explained, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_collector_named_by_the_standard_variables_gets_figures_traces_and_log_lines_and_nothing_of_anybody()
    {
        var received = new ConcurrentDictionary<string, ConcurrentQueue<byte[]>>();
        await using var collector = await CollectAsync(received);
        programs.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First();
        programs.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        programs.Environment["OTEL_TRACES_SAMPLER"] = "always_on";
        programs.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        programs.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "500";
        programs.Environment["OTEL_BLRP_SCHEDULE_DELAY"] = "500";
        await programs.ServerAsync("branch", "add", "--name", "High Street");
        await programs.ServeAsync();
        await programs.EnrolAsync("front");
        await SellAsync("--disconnected");
        await SellAsync("--disconnected");
        await programs.TillAsync("resync");

        string Text(string signal) => string.Concat(received.GetValueOrDefault(signal, []).Select(Encoding.Latin1.GetString));
        for (var tries = 0; tries < 100 && !(Text("metrics").Contains("bookmine.posting.duration", StringComparison.Ordinal)
            && Text("traces").Contains("push", StringComparison.Ordinal) && Text("logs").Contains("entries answered", StringComparison.Ordinal)); tries++)
        {
            await Task.Delay(200);
        }
        Assert.Contains("bookmine.posting.duration", Text("metrics"), StringComparison.Ordinal);
        Assert.Contains("Bookmine.Sync", Text("traces"), StringComparison.Ordinal);
        Assert.Contains("bookmine-server", Text("traces"), StringComparison.Ordinal);
        Assert.Contains("entries answered", Text("logs"), StringComparison.Ordinal);
        foreach (var (signal, _) in received)
        {
            Assert.DoesNotContain("Aurelia", Text(signal), StringComparison.Ordinal);
            Assert.DoesNotContain("postcard", Text(signal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_collector_that_is_away_costs_nobody_a_sale()
    {
        programs.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9";
        await programs.ServerAsync("branch", "add", "--name", "High Street");
        await programs.ServeAsync();
        await programs.EnrolAsync("front");
        Assert.Contains("\"trans_id\":", await SellAsync(), StringComparison.Ordinal);
    }

    private async Task<string> SellAsync(params string[] options)
    {
        var sales = Path.Combine(programs.Folder, "sales.jsonl");
        await File.WriteAllTextAsync(
            sales, """{"operator":"Aurelia","lines":[{"title":"A postcard","unit_price_cents":100}],"payments":[{"method":"cash","amount_cents":100}]}""");
        return await programs.TillAsync(["sell", "--from", sales, .. options]);
    }

    private static async Task<WebApplication> CollectAsync(ConcurrentDictionary<string, ConcurrentQueue<byte[]>> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.GetOrAdd(signal, _ => []).Enqueue(body.ToArray());
            return Results.Ok();
        });
        await app.StartAsync();
        return app;
    }

    [GeneratedRegex("^# TYPE (bookmine_\\w+) ", RegexOptions.Multiline)]
    private static partial Regex Types();
}
