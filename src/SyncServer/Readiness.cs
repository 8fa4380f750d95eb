using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Clocks;

namespace Bookmine.SyncServer;

/// <summary>
/// Whether the shop's records are there and take a commit at this moment, which only making one shows: a full disk, or one that is mounted read-only,
/// reads well. Whoever asks within a second shares the answer, so that asking costs nothing however often it is done.
/// </summary>
public sealed class Readiness(IServerDatabase database, ServerClock clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private Task<string>? last;
    private long provedAt;

    /// <returns><c>ready</c>, or <c>empty</c> for a database that holds no shop.</returns>
    /// <exception cref="DatabaseAwayException">It takes no commit, with the reason and the remedy.</exception>
    public Task<string> ProveAsync()
    {
        lock (gate)
        {
            // A failure is told to those who asked meanwhile, and no longer: what has failed may be mended by now.
            if (last is null || (last.IsCompleted && (!last.IsCompletedSuccessfully || clock.GetElapsedTime(provedAt) > Fresh)))
            {
                provedAt = clock.GetTimestamp();
                last = Task.Run(Prove);
            }
            return last;
        }
    }

    private string Prove()
    {
        var isShop = database.Writing(session =>
        {
            clock.Beat(session);
            return FeedState.Read(session).Epoch.Length > 0;
        });
        return !isShop ? "empty" : clock.WhyNot() is { } why ? $"ready, but posting waits: {why.Why}" : "ready";
    }
}
