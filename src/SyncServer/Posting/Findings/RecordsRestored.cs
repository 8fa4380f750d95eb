using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A till had answers that are not on record: the records were put back from a backup.</summary>
internal static class RecordsRestored
{
    public static void Note(Session session, long till, long now) => FindingLog.Note(
        session,
        new Finding(
            till, 0, FindingKinds.RecordsRestored, $"till {till}",
            "this till has answers that are not on record here: the server's records were put back from a backup. What tills posted since is posted again with the numbers and dates it had"),
        now);
}
