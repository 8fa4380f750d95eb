using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Feed;

/// <summary>Makes a database that holds the setup's tables a server of the feed: the engine's tables, the triggers, the epoch.</summary>
public static class ServerProvisioner
{
    /// <summary>Idempotent; run at each start after the migrations.</summary>
    /// <param name="proofKey">32 secret bytes, kept from the first start on.</param>
    public static void Provision(IServerDatabase database, SyncSetup setup, EntityIds ids, byte[] proofKey) => database.Writing(session =>
    {
        session.Script(database.EngineTables);
        var fingerprint = string.Join('\n', setup.Tables.Where(t => !t.Bucket.IsOfServerOnly).SelectMany(database.Triggers));
        if (session.Scalar("SELECT triggers FROM sync_state WHERE id = 1") as string != fingerprint)
        {
            foreach (var statement in setup.Tables.Where(t => !t.Bucket.IsOfServerOnly).SelectMany(database.Triggers))
            {
                session.Script(statement);
            }
            NoteAll(session, setup);
            session.InsertIfAbsent("sync_state", "id, epoch, tip, head, triggers, proof_key", 1L, ids.Next().ToString(), 0L, 0L, "", proofKey);
            session.Execute("UPDATE sync_state SET triggers = @triggers WHERE id = 1", fingerprint);
        }
        return true;
    });

    /// <summary>Rows that were there before the triggers, or before a column of theirs was replicated; unchanged ones cost a comparison.</summary>
    private static void NoteAll(Session session, SyncSetup setup)
    {
        foreach (var table in setup.Tables.Where(t => !t.Bucket.IsOfServerOnly))
        {
            foreach (var row in TableSql.Where(session, table, "1 = 1"))
            {
                session.Execute("INSERT INTO sync_dirty (tab, k_int, k_guid) VALUES (@tab, @k_int, @k_guid)", table.Number, row.Key.Integer, row.Key.Guid);
            }
        }
    }
}
