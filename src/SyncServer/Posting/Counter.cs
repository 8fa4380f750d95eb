using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting;

/// <summary>
/// The last TransID and moment of posting given. Locked from its reading to the commit, so that numbers come in posting order without
/// gaps and times never run backwards along them.
/// </summary>
internal sealed class Counter
{
    private readonly Session session;

    private Counter(Session session, long transId, long postedAt) => (this.session, LastTransId, PostedAt) = (session, transId, postedAt);

    public long LastTransId { get; private set; }

    /// <summary>The server's clock, or the last moment given when the clock has gone back.</summary>
    public long PostedAt { get; }

    public static Counter Lock(Session session, TimeProvider clock)
    {
        session.Execute("UPDATE counter SET trans_id = trans_id WHERE id = 1");
        using var reader = session.Query("SELECT trans_id, posted_at FROM counter WHERE id = 1");
        reader.Read();
        return new Counter(session, reader.GetInt64(0), Math.Max(reader.GetInt64(1), clock.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    public long TakeTransId() => ++LastTransId;

    public void Write() => session.Execute("UPDATE counter SET trans_id = @trans_id, posted_at = @posted_at WHERE id = 1", LastTransId, PostedAt);
}
