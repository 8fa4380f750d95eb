using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What a person should look at.</summary>
public sealed class Findings(IServerDatabase database, TimeProvider clock)
{
    /// <param name="all">Also what was resolved.</param>
    public static IReadOnlyList<OpenFinding> All(Session session, bool all) => OpenFindings.Read(session, all);

    /// <summary>Ticks one off.</summary>
    /// <returns>When, Unix milliseconds.</returns>
    /// <exception cref="ShopException">There is no such open finding.</exception>
    public long Resolve(Actor actor, long id) => database.Doing(clock, actor, "finding resolve", session =>
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return FindingLog.Resolve(session, id, now)
            ? new Done<long>(now, FormattableString.Invariant($"finding {id}"))
            : throw new ShopException($"There is no open finding {id}. bookmine-server finding list shows those there are.");
    });
}
