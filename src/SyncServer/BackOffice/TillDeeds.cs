using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>The counter machines, as people let them in and out.</summary>
public sealed class TillDeeds(IServerDatabase database, TimeProvider clock, WordsFile words)
{
    /// <summary>Lets tills in no more, with all that were renewed from them.</summary>
    /// <param name="meant">The tills that are named; asked in the deed's transaction.</param>
    /// <returns>All that are revoked by it.</returns>
    public List<long> Revoke(Actor actor, Func<Session, List<long>> meant) => Do(actor, "till revoke", session =>
    {
        var line = meant(session).SelectMany(till => TillNames.LineOf(session, till)).Distinct().ToList();
        foreach (var till in line)
        {
            session.Execute("UPDATE till SET state = @revoked WHERE id = @till", TillState.Revoked.Text(), till);
            AuthorityWords.Say(session, AuthorityWords.OfTill(till), AuthorityWords.Out, Now);
        }
        return line;
    });

    /// <summary>Takes a revocation back, of those named and no others.</summary>
    /// <exception cref="ShopException">One is not revoked; nothing was changed.</exception>
    public List<long> LetInAgain(Actor actor, Func<Session, List<long>> meant) => Do(actor, "till revoke --undo", session =>
    {
        var tills = meant(session);
        foreach (var till in tills)
        {
            if (session.Execute(
                "UPDATE till SET state = @enrolled WHERE id = @till AND state = @revoked", TillState.Enrolled.Text(), till, TillState.Revoked.Text()) == 0)
            {
                throw new ShopException($"Till {till} is not revoked. Nothing was changed.");
            }
            AuthorityWords.Say(session, AuthorityWords.OfTill(till), AuthorityWords.In, Now);
        }
        return tills;
    });

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private List<long> Do(Actor actor, string deed, Func<Session, List<long>> work)
    {
        var tills = database.Doing(clock, actor, deed, session =>
        {
            var done = work(session);
            return new Done<List<long>>(done, $"till {string.Join(", ", done)}");
        });
        words.Bring();
        return tills;
    }
}
