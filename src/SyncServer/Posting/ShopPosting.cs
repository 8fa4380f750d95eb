using Bookmine.Sync.Data;
using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer.Posting;

/// <summary>What posting means in a bookshop: numbers, holdings, dropped edits, exceptions.</summary>
public sealed class ShopPosting(TimeProvider clock) : IPostingHost
{
    public IPostingBatch Begin(Session session, long client) => new PostingBatch(session, client, clock);
}
