using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer;

/// <summary>Runs the whole check once a day, in the night of the server's own time zone.</summary>
public sealed class NightlyCheck(IServerDatabase database, TimeProvider clock, ILogger<NightlyCheck> log) : BackgroundService
{
    private const int Hour = 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(UntilNext(clock.GetLocalNow()), clock, stoppingToken);
            try
            {
                var (feed, books) = ShopCheck.Run(database, clock);
                if (feed.Count + books.Count > 0)
                {
                    log.LogWarning("The nightly check found {Feed} differences in the feed and {Books} in the books: bookmine-server exception list", feed.Count, books.Count);
                }
            }
#pragma warning disable CA1031 // A check that fails is told and tried again the next night; the tills are served all the same.
            catch (Exception e)
            {
                log.LogError(e, "The nightly check failed");
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>How long it is to the next night's check.</summary>
    public static TimeSpan UntilNext(DateTimeOffset now)
    {
        var today = now.Date.AddHours(Hour);
        return (now.DateTime < today ? today : today.AddDays(1)) - now.DateTime;
    }
}
