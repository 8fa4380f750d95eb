using Bookmine.Sync.Data;
using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer.Posting;

/// <summary>What posting means in a bookshop: numbers, holdings, dropped edits, exceptions.</summary>
public sealed class ShopPosting(TimeProvider clock) : IPostingHost
{
    public IPostingBatch Begin(Session session, long client) => new PostingBatch(session, client, clock);

    public void Diverged(Session session, long client) => new Exceptions(session, client, clock.GetUtcNow().ToUnixTimeMilliseconds()).Note(
        "replica mended", $"till {client}", "the till's replica amounted to other rows than the server's feed, and is replaced");

    public void Restored(Session session, long client, long highestNumber, bool isNews)
    {
        if (!Counter.Raise(session, highestNumber, isNews))
        {
            return;
        }
        new Exceptions(session, client, clock.GetUtcNow().ToUnixTimeMilliseconds()).Note(
            "records restored", $"till {client}",
            "this till has answers that are not on record here: the server's records were put back from a backup. What tills posted since is posted again with the numbers and dates it had");
    }
}
