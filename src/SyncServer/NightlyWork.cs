using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer;

/// <summary>
/// Once a day the whole check, and then forgetting what is old: in the night of the server's own time zone, or, where the server is switched
/// off at night, a while after its start.
/// </summary>
public sealed class NightlyWork(IServerDatabase database, TimeProvider clock, BackOffice.Backups backups, ILogger<NightlyWork> log) : BackgroundService
{
    private const int Hour = 3;
    private static readonly TimeSpan Overdue = TimeSpan.FromHours(36);
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(15);
    private readonly Retention retention = new(database, RetentionPeriods.Standard);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(UntilNext(clock.GetLocalNow(), LastRun()), clock, stoppingToken);
            try
            {
                var (feed, books) = ShopCheck.Run(database, clock);
                if (feed.Count + books.Count > 0)
                {
                    log.LogWarning("The nightly check found {Feed} differences in the feed and {Books} in the books: bookmine-server finding list", feed.Count, books.Count);
                }
                retention.Run(clock.GetUtcNow().ToUnixTimeMilliseconds());
                backups.EachNight(log);
                new Forgetting(database).Run(clock.GetUtcNow().ToUnixTimeMilliseconds());
            }
#pragma warning disable CA1031 // A night's work that fails is told and tried again the next night; the tills are served all the same.
            catch (Exception e)
            {
                log.LogError(e, "The nightly work failed");
            }
#pragma warning restore CA1031
        }
    }

    private DateTimeOffset? LastRun()
    {
        try
        {
            return retention.LastRun is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
        }
#pragma warning disable CA1031 // As above: a database that is away at this moment is asked again later.
        catch (Exception)
        {
            return clock.GetUtcNow();
        }
#pragma warning restore CA1031
    }

    /// <summary>How long it is to the next time.</summary>
    public static TimeSpan UntilNext(DateTimeOffset now, DateTimeOffset? last)
    {
        var today = now.Date.AddHours(Hour);
        var night = (now.DateTime < today ? today : today.AddDays(1)) - now.DateTime;
        return (last is null || now - last > Overdue) && night > AfterStart ? AfterStart : night;
    }
}
