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
        FeedState.RequireHere(session);
        var statements = Triggers(database, setup);
        if (session.Scalar("SELECT triggers FROM sync_state WHERE id = 1") as string != Fingerprint(statements))
        {
            NoteAll(session, setup);
            session.InsertIfAbsent("sync_state", "id, epoch, tip, head, triggers, proof_key", 1L, ids.Next().ToString(), 0L, 0L, "", proofKey);
            MakeTriggers(session, statements);
        }
        return true;
    });

    /// <summary>Makes the triggers in a database to which a whole feed was carried, and which so lacks none of the notes.</summary>
    public static void Adopt(IServerDatabase database, SyncSetup setup, Session session) => MakeTriggers(session, Triggers(database, setup));

    private static string[] Triggers(IServerDatabase database, SyncSetup setup) => [.. setup.Tables.Where(t => !t.Bucket.IsOfServerOnly).SelectMany(database.Triggers)];

    private static string Fingerprint(string[] statements) => string.Join('\n', statements);

    private static void MakeTriggers(Session session, string[] statements)
    {
        foreach (var statement in statements)
        {
            session.Script(statement);
        }
        session.Execute("UPDATE sync_state SET triggers = @triggers WHERE id = 1", Fingerprint(statements));
    }

    /// <summary>Rows that were there before the triggers, or before a column of theirs was replicated; unchanged ones cost a comparison.</summary>
    private static void NoteAll(Session session, SyncSetup setup)
    {
        foreach (var table in setup.Tables.Where(t => !t.Bucket.IsOfServerOnly))
        {
            var (integer, guid) = (table.KeyInteger is { } i ? table.Columns[i].Name : null, table.KeyGuid is { } g ? table.Columns[g].Name : null);
            var absent = integer is null ? new object?[] { 0L } : guid is null ? [Guid.Empty] : [];
            session.Execute(
                $"INSERT INTO sync_dirty (tab, k_int, k_guid) SELECT {table.Number}, {integer ?? "@absent"}, {guid ?? "@absent"} FROM {table.Name}", absent);
        }
    }
}
