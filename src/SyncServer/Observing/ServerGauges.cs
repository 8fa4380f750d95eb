using System.Diagnostics.Metrics;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer.Observing;

/// <summary>
/// Where the shop stands, read when somebody looks: one short read of the database, at most every few seconds. A database that is away at that moment gives no
/// figures, which is what an alert for missing ones is for.
/// </summary>
internal sealed class ServerGauges : IHostedService, IDisposable
{
    public const string MeterName = "Bookmine.Server";
    private const int MostCounted = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private readonly Meter meter = new(MeterName);
    private readonly Lock gate = new();
    private readonly IServerDatabase database;
    private readonly TimeProvider clock;
    private readonly ILogger<ServerGauges> log;
    private Standing? last;
    private long readAt;

    private sealed record TillStanding(long Till, long Unposted, double SilentSeconds);

    private sealed record Standing(long Head, long Waiting, IReadOnlyList<TillStanding> Tills, long Quarantined, long Findings);

    public ServerGauges(IServerDatabase database, ServerOrchestrator orchestrator, TimeProvider clock, ILogger<ServerGauges> log)
    {
        (this.database, this.clock, this.log) = (database, clock, log);
        meter.CreateObservableGauge("bookmine.news.waiting", () => orchestrator.News.Waiting, "{till}", "Tills that wait for news at this host.");
        Gauge("bookmine.feed.head", "{change}", "The feed's last change.", s => s.Head);
        Gauge("bookmine.feed.waiting", "{row}", $"Changed rows that are not in the feed yet; {MostCounted} stands for more.", s => s.Waiting);
        Gauge("bookmine.quarantine.waiting", "{entry}", "Entries in quarantine that a person should look at.", s => s.Quarantined);
        Gauge("bookmine.findings.open", "{finding}", "Findings that nobody has resolved.", s => s.Findings);
        PerTill("bookmine.till.unposted", "{entry}", "Entries that a till had unposted when it last called.", t => t.Unposted);
        PerTill("bookmine.till.silent", "s", "Since a till last called.", t => t.SilentSeconds);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => meter.Dispose();

    private void Gauge(string name, string unit, string description, Func<Standing, long> value) =>
        meter.CreateObservableGauge(
            name, () => Read() is { } standing ? [new Measurement<long>(value(standing))] : Array.Empty<Measurement<long>>(), unit, description);

    private void PerTill(string name, string unit, string description, Func<TillStanding, double> value) =>
        meter.CreateObservableGauge(name, () => Read()?.Tills.Select(t => new Measurement<double>(value(t), OfTill(t.Till))) ?? [], unit, description);

    private static KeyValuePair<string, object?> OfTill(long till) => new(Sync.Telemetry.ClientAttribute, till);

    private Standing? Read()
    {
        lock (gate)
        {
            if (last is null || clock.GetElapsedTime(readAt) > Fresh)
            {
                try
                {
                    last = database.Reading(Read);
                }
#pragma warning disable CA1031 // Whatever the database fails with, it is told to those who use it; here it only means that there is nothing to see.
                catch (Exception e)
                {
                    log.NoFigures(e);
                    last = null;
                }
#pragma warning restore CA1031
                readAt = clock.GetTimestamp();
            }
            return last;
        }
    }

    private Standing Read(Session session)
    {
        var tills = new List<TillStanding>();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        using (var reader = session.Query("SELECT id, unposted, seen_at FROM till WHERE state IN ('enrolled', 'recalled') AND seen_at IS NOT NULL ORDER BY id"))
        {
            while (reader.Read())
            {
                tills.Add(new TillStanding(reader.GetInt64(0), reader.GetInt64(1), (now - reader.GetInt64(2)) / 1000.0));
            }
        }
        return new Standing(
            FeedState.Read(session).Head,
            session.Integer($"SELECT count(*) FROM (SELECT id FROM sync_dirty ORDER BY id {session.Dialect.Limit("@most")}) d", MostCounted) ?? 0,
            tills,
            session.Integer("SELECT count(*) FROM quarantine WHERE state = 'quarantined'") ?? 0,
            session.Integer("SELECT count(*) FROM finding WHERE resolved_at IS NULL") ?? 0);
    }
}
