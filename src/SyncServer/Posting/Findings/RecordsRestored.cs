using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>The records were put back from a backup: by hand, or as a till shows that has answers which are not on record.</summary>
internal static class RecordsRestored
{
    /// <summary>A person has put a backup in place of the records.</summary>
    public static void NoteByHand(Session session, string backup, long now) => FindingLog.Note(
        session,
        new Finding(
            0, 0, FindingKinds.RecordsRestored, $"backup {backup} {now}",
            $"the records were put back from the backup {backup}. Tills post again what they have posted since, with the numbers and dates it had; "
            + "what was changed at the server since is to be made again"),
        now);

    public static void Note(Session session, long till, long now) => FindingLog.Note(
        session,
        new Finding(
            till, 0, FindingKinds.RecordsRestored, $"till {till}",
            "this till has answers that are not on record here: the server's records were put back from a backup. What tills posted since is posted again with the numbers and dates it had"),
        now);
}
