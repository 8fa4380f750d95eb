using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Rules;

namespace Bookmine.SyncServer;

/// <summary>The engine's server side as the shop uses it: its setup, its posting, its upload rules.</summary>
public static class ShopOrchestrator
{
    /// <summary>The files of the server's machine.</summary>
    public static IFileStore Files { get; } = new DiskFiles(SqliteDatabase.OpenPlain, SqliteDatabase.IsDamage);

    /// <param name="dataFolder">For snapshots.</param>
    /// <param name="demand">Asked in each posting's transaction whether the time is known; null where it always is.</param>
    public static ServerOrchestrator Make(IServerDatabase database, string dataFolder, TimeProvider clock, Action<Session>? demand = null) => new(
        BookmineSetup.Instance, database, Posting(clock, demand),
        new SnapshotStore(BookmineSetup.Instance, Files, Path.Combine(dataFolder, "snapshots"), clock),
        clock, new EntityIds(clock));

    public static QuarantineDesk Desk(IServerDatabase database, TimeProvider clock, Action<Session>? demand = null) =>
        new(BookmineSetup.Instance, database, Posting(clock, demand), clock, new EntityIds(clock));

    private static ShopPosting Posting(TimeProvider clock, Action<Session>? demand) => new(new UploadRules(), clock, demand);
}
