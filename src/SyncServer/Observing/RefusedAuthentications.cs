using System.Collections.Concurrent;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.Observing;

/// <summary>
/// Wrong secrets and passwords, counted by where they come from and put on record a minute at a time: a row for each would let whoever guesses fill the log.
/// </summary>
public sealed class RefusedAuthentications(IServerDatabase database, TimeProvider clock, ILogger<RefusedAuthentications> log) : BackgroundService
{
    private const int MostSources = 100;
    private const string Others = "elsewhere";
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(string Source, string Scheme), int> counted = new();

    /// <summary>How many places are counted apart at this moment.</summary>
    public int Sources => counted.Count;

    /// <param name="scheme">Of whom: tills, persons, programs.</param>
    public void Note(string? source, string scheme)
    {
        var from = source is not null && (counted.Count < MostSources || counted.ContainsKey((source, scheme))) ? source : Others;
        counted.AddOrUpdate((from, scheme), 1, (_, times) => times + 1);
    }

    /// <summary>Puts what was counted on record.</summary>
    public void Write()
    {
        var all = counted.Keys.Select(key => (Key: key, Times: counted.TryRemove(key, out var times) ? times : 0));
        var taken = all.Where(t => t.Times > 0).ToList();
        if (taken.Count == 0)
        {
            return;
        }
        database.Writing(session =>
        {
            foreach (var ((source, scheme), times) in taken)
            {
                AuditLog.Write(
                    session, clock, new Actor("somebody", scheme, source), "authenticate", scheme, FormattableString.Invariant($"{times} refused within a minute"),
                    isDone: false);
            }
            return true;
        });
        foreach (var ((source, scheme), times) in taken)
        {
            log.Refused(scheme, source, times);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Every, clock, stoppingToken);
            try
            {
                await Task.Run(Write, stoppingToken);
            }
#pragma warning disable CA1031 // A database that is away has no record of this minute; the log has what there is.
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
            }
#pragma warning restore CA1031
        }
    }
}
