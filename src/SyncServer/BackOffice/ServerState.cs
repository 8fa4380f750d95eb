using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>How the server's records stand.</summary>
public static class ServerState
{
    /// <returns>
    /// The feed; how many documents were posted; other versions that tills in use have; when old things were last forgotten, which each
    /// nightly check ends with (Unix milliseconds).
    /// </returns>
    public static (FeedState Feed, long Posted, List<string> OtherVersions, long? NightAt) Read(Session session)
    {
        var others = new List<string>();
        using (var reader = session.Query(
            "SELECT DISTINCT program FROM till WHERE state = @enrolled AND program IS NOT NULL AND program <> @own ORDER BY program",
            TillState.Enrolled.Text(), ProgramVersion.Own))
        {
            while (reader.Read())
            {
                others.Add(reader.GetString(0));
            }
        }
        return (FeedState.Read(session), session.Integer("SELECT posting FROM counter WHERE id = 1") ?? 0, others,
            session.Integer("SELECT max(at) FROM sync_mark"));
    }
}
