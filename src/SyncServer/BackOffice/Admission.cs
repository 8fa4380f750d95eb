using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting.Findings;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What became of a till's admission.</summary>
/// <param name="Posted">Entries that had waited for it and are posted.</param>
/// <param name="Left">Entries that wait for a person still, each for a reason of its own.</param>
public sealed record Admitted(long Till, int Posted, int Left);

/// <summary>
/// Letting in tills that came by themselves to records which were put back and do not know them. What they had brought and was not proved
/// to be
/// posted is posted then, in its order, at that moment.
/// </summary>
/// <param name="demand">
/// Asked before anybody is let in whether the time is known, since what is posted is dated; throws where it is not.
/// </param>
public sealed class Admission(IServerDatabase database, QuarantineDesk desk, TimeProvider clock, Action<Session>? demand = null)
{
    /// <summary>Admits tills. One that was interrupted is gone on with by asking again.</summary>
    /// <param name="meant">The tills that are named; asked in the deed's transaction.</param>
    /// <exception cref="ShopException">One does not wait to be admitted; nothing was changed.</exception>
    public List<Admitted> Admit(Actor actor, Func<Session, List<long>> meant)
    {
        var tills = database.Doing(clock, actor, "till admit", (session, rights) =>
        {
            demand?.Invoke(session);
            var named = meant(session);
            Machines.Demand(session, rights, named);
            named.ForEach(till => Admit(session, till));
            return new Done<List<long>>(named, $"till {string.Join(", ", named)}");
        });
        return tills.ConvertAll(PostKept);
    }

    /// <summary>
    /// The tills that wait, and those whose admission was interrupted. One whose journal was brought by hand, and that never came, does
    /// not.
    /// </summary>
    public static List<long> Waiting(Session session) => session.IntegersOf(
        """
        SELECT t.id FROM till t WHERE (t.state = @recalled AND t.secret_hash <> @none)
            OR (t.state = @enrolled AND EXISTS (SELECT 1 FROM finding f WHERE f.kind = @kind AND f.till = t.id AND f.resolved_at IS NULL)) ORDER BY t.id
        """,
        TillState.Recalled.Text(), Array.Empty<byte>(), TillState.Enrolled.Text(), FindingKinds.TillRecalled);

    private void Admit(Session session, long till)
    {
        // One whose name a new machine has may be let in beside it.
        var isWaiting = session.Execute(
            "UPDATE till SET state = @enrolled WHERE id = @till AND state IN (@recalled, @superseded)",
            TillState.Enrolled.Text(), till, TillState.Recalled.Text(), TillState.Superseded.Text()) > 0;
        var isInUse = session.Scalar("SELECT state FROM till WHERE id = @till", till) is string state && TillStates.Read(state) == TillState.Enrolled;
        if (!isWaiting && !(isInUse && KeptOf(till).Count > 0))
        {
            throw new ShopException(
                $"Till {till} does not wait to be admitted. A revoked one is let in again with bookmine-server till revoke {till} --undo. "
                + "Nothing was changed.");
        }
    }

    private List<Guid> KeptOf(long till) => desk.Waiting(till, TillState.Recalled.KeptBecause()!);

    private Admitted PostKept(long till)
    {
        var (posted, left) = (0, 0);
        foreach (var id in KeptOf(till))
        {
            try
            {
                desk.Post(id);
                posted++;
            }
            catch (Exception e) when (e is MalformedEntryException or QuarantineException)
            {
                // It stays where it is, and quarantine post says what is wrong with it.
                left++;
            }
        }
        // Only now: one that was interrupted is found by it.
        database.Writing(session => session.Execute(
            "UPDATE finding SET resolved_at = @now WHERE kind = @kind AND till = @till AND resolved_at IS NULL",
            clock.GetUtcNow().ToUnixTimeMilliseconds(), FindingKinds.TillRecalled, till));
        return new Admitted(till, posted, left);
    }
}
