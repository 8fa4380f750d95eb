using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Observing;

/// <summary>
/// What the server writes of its work, a line each, with its parts by name for whoever collects them. No content of an entry and no secret is in any.
/// </summary>
internal static partial class ServerLog
{
    /// <summary>A sale that is posted at once is the day's ordinary work, and is counted and not written.</summary>
    public static void Posted(this ILogger log, KnownTill till, IReadOnlyList<EntryResult> results, TimeSpan taken)
    {
        var (quarantined, dropped) = (results.Count(r => r.State == EntryState.Quarantined), results.Sum(r => r.Dropped.Count));
        if (results.Count > 1 || quarantined > 0 || dropped > 0)
        {
            log.Posted(quarantined > 0 ? LogLevel.Warning : LogLevel.Information, till.Id, results.Count, quarantined, dropped, (long)taken.TotalMilliseconds);
        }
    }

    /// <summary>What a hello shows that a person may want to know.</summary>
    public static void Greeted(this ILogger log, KnownTill till, HelloRequest hello, HelloReply reply)
    {
        if (till.State != TillState.Enrolled)
        {
            log.CalledAs(till.Id, till.State.Text());
        }
        if (reply.Journal != JournalStanding.Sound)
        {
            log.JournalDiffers(till.Id, reply.Journal, hello.LastN, reply.Acknowledged);
        }
        if (reply.Withheld is null && reply.Next is (NextStep.Snapshot or NextStep.Upgrade))
        {
            log.NextIs(till.Id, reply.Next, hello.Program ?? "that tells no version");
        }
    }

    [LoggerMessage(Message = "Till {Till}: {Entries} entries answered, {Quarantined} of them in quarantine, {Dropped} rows dropped, in {Milliseconds} ms")]
    private static partial void Posted(this ILogger log, LogLevel level, long till, int entries, int quarantined, int dropped, long milliseconds);

    [LoggerMessage(LogLevel.Warning, "Till {Till} is {State} and has called")]
    private static partial void CalledAs(this ILogger log, long till, string state);

    [LoggerMessage(LogLevel.Warning, "Till {Till}: its journal is {Standing}: it ends at {LastN}, and the server holds it up to {Held}")]
    private static partial void JournalDiffers(this ILogger log, long till, JournalStanding standing, long lastN, long held);

    [LoggerMessage(LogLevel.Information, "Till {Till} is to do: {Next}; its program is {Program}")]
    private static partial void NextIs(this ILogger log, long till, NextStep next, string program);

    [LoggerMessage(LogLevel.Warning, "{News} revocations or their taking back were forgotten with older records, and are in force again")]
    public static partial void WordsHeard(this ILogger log, int news);

    /// <summary>A deed of somebody's who is not at this machine.</summary>
    public static void Did(this ILogger log, Actor actor, string deed, string subject) =>
        log.Did(actor.Name, deed, subject, actor.From ?? "this machine");

    [LoggerMessage(LogLevel.Information, "{Actor}: {Deed}, {Subject} (from {Source})")]
    private static partial void Did(this ILogger log, string actor, string deed, string subject, string source);

    [LoggerMessage(LogLevel.Warning, "{Scheme} from {Source}: {Times} wrong secrets or passwords within a minute")]
    public static partial void Refused(this ILogger log, string scheme, string source, int times);

    [LoggerMessage(LogLevel.Error, "{What}")]
    public static partial void DatabaseAway(this ILogger log, string what);

    [LoggerMessage(LogLevel.Information, "bookmine-server {Version} serves {Engine}")]
    public static partial void Serves(this ILogger log, string version, string engine);

    [LoggerMessage(LogLevel.Warning, "The database gave no figures for telemetry")]
    public static partial void NoFigures(this ILogger log, Exception failure);
}
