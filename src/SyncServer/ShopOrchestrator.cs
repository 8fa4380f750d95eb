using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Rules;

namespace Bookmine.SyncServer;

/// <summary>The engine's server side as the shop uses it: its setup, its posting, its upload rules.</summary>
public static class ShopOrchestrator
{
    /// <param name="dataFolder">For snapshots.</param>
    public static ServerOrchestrator Make(IServerDatabase database, string dataFolder, TimeProvider clock) => new(
        BookmineSetup.Instance, database, new ShopPosting(clock), new UploadRules(),
        new SnapshotStore(BookmineSetup.Instance, new DiskFiles(SqliteDatabase.OpenPlain, SqliteDatabase.IsDamage), Path.Combine(dataFolder, "snapshots"), clock),
        clock, new EntityIds(clock));

    public static QuarantineDesk Desk(IServerDatabase database, TimeProvider clock) =>
        new(BookmineSetup.Instance, database, new ShopPosting(clock), new UploadRules(), clock, new EntityIds(clock));
}
