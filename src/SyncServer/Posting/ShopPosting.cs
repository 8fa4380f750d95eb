using Bookmine.Sync.Data;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Posting;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Rules;

namespace Bookmine.SyncServer.Posting;

/// <summary>What posting means in a bookshop.</summary>
/// <param name="interceptor">The upload rules, or a chain that ends with them.</param>
/// <param name="demand">Asked in each posting's transaction whether the time is known; throws where it is not.</param>
public sealed class ShopPosting(IUploadInterceptor<PostingFacts> interceptor, TimeProvider clock, Action<Session>? demand = null) : IPostingHost
{
    public ILedger Open(Session session, long client, bool byPerson)
    {
        demand?.Invoke(session);
        return Ledger(session, client, byPerson);
    }

    private ShopLedger Ledger(Session session, long client, bool byPerson) => new ShopLedger(session, client, byPerson, interceptor, clock);

    public bool IsStanding(string reason) => TillStates.IsKept(reason);

    public void Released(Session session, Guid id, bool isPosted) =>
        session.Execute("UPDATE quarantine SET state = @state WHERE id = @id", isPosted ? "posted" : "written off", id);

    public void Forked(Session session, long client) =>
        session.Execute("UPDATE till SET forked_at = @now WHERE id = @till", clock.GetUtcNow().ToUnixTimeMilliseconds(), client);

    public void Diverged(Session session, long client) => FindingLog.Note(
        session, new Finding(client, 0, FindingKinds.ReplicaMended, $"till {client}", "the till's replica amounted to other rows than the server's feed, and is replaced"),
        clock.GetUtcNow().ToUnixTimeMilliseconds());

    public void Restored(Session session, long client, long highestNumber, bool isNews)
    {
        if (Counter.Raise(session, highestNumber, isNews))
        {
            RecordsRestored.Note(session, client, clock.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }
}
