using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;

namespace Bookmine.Sync.Orchestrators;

/// <summary>How long the server keeps what only a client that was away for long, or has lost much, could still ask for.</summary>
/// <param name="Removals">Of rows; a client that comes back later gets a fresh replica.</param>
/// <param name="Content">Of posted entries; a journal that has lost more goes on as another client's.</param>
/// <param name="Settled">Of entries that a person has posted, from then on: their rows are in the records. What was written off is kept for ever.</param>
public sealed record RetentionPeriods(TimeSpan Removals, TimeSpan Content, TimeSpan Settled)
{
    public static readonly RetentionPeriods Standard = new(TimeSpan.FromDays(60), TimeSpan.FromDays(180), TimeSpan.FromDays(400));
}

/// <summary>
/// Forgets what is kept for clients and has become old, in short transactions. The feed has no times: a mark of how far it had come is set each
/// time, and what lies before a mark that is old enough is old.
/// </summary>
public sealed class Retention(IServerDatabase database, RetentionPeriods periods)
{
    private const int Slice = 1_000;

    /// <summary>Of the slices of one run; what is left then is done in the next.</summary>
    private const int MostSlices = 10_000;

    /// <summary>When this was last done (Unix milliseconds); null for never.</summary>
    public long? LastRun => database.Reading(session => session.Integer("SELECT max(at) FROM sync_mark"));

    /// <param name="now">Unix milliseconds.</param>
    /// <returns>How many removals were forgotten, and the content of how many entries.</returns>
    public (long Removals, long Contents) Run(long now)
    {
        database.Writing(session => Mark(session, now, now - (long)periods.Removals.TotalMilliseconds));
        var removals = Repeat(session => session.Execute(
            $"DELETE FROM sync_feed WHERE seq IN (SELECT seq FROM sync_feed WHERE removed = 1 AND seq <= @floor ORDER BY seq {session.Dialect.Limit("@slice")})", FeedState.Read(session).Floor, Slice));
        var before = now - (long)periods.Content.TotalMilliseconds;
        var contents = database.Reading(s => s.IntegersOf("SELECT client FROM sync_client")).Sum(client => Repeat(session => new Inbox(session, client).ForgetContent(before)));
        return (removals, contents + database.Writing(session => ForgetSettled(session, now - (long)periods.Settled.TotalMilliseconds)));
    }

    private static long ForgetSettled(Session session, long before)
    {
        const string settled = "SELECT entry FROM sync_desk WHERE at < @before AND deed = @posted";
        var forgotten = session.Execute(
            $"""
            UPDATE sync_inbox SET payload = @none WHERE state <> 'posted' AND state = @posted AND id IN ({settled}) AND payload <> @none
                AND n <= (SELECT k.after FROM sync_kept k WHERE k.client = sync_inbox.client)
            """,
            Array.Empty<byte>(), QuarantineDesk.ByHand, before);
        forgotten += session.Execute(
            $"UPDATE sync_fork SET payload = @none WHERE state = @posted AND id IN ({settled}) AND payload <> @none",
            Array.Empty<byte>(), QuarantineDesk.ByHand, before);
        return forgotten;
    }

    /// <summary>The floor is durable before anything is forgotten: nobody is served from below it any more.</summary>
    private static bool Mark(Session session, long now, long old)
    {
        session.InsertIfAbsent("sync_mark", "at, seq, forgotten", now, FeedState.Read(session).Tip, 0L);
        if (session.Integer("SELECT max(at) FROM sync_mark WHERE at <= @old", old) is { } last)
        {
            session.Execute("UPDATE sync_mark SET forgotten = 1 WHERE at = @last", last);
            session.Execute("DELETE FROM sync_mark WHERE at < @last", last);
        }
        return true;
    }

    private long Repeat(Func<Session, long> slice)
    {
        var all = 0L;
        for (var i = 0; i < MostSlices && database.Writing(slice) is > 0 and var done; i++)
        {
            all += done;
        }
        return all;
    }
}
