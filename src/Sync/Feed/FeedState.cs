using Bookmine.Sync.Data;

namespace Bookmine.Sync.Feed;

/// <summary>Where the feed stands.</summary>
/// <param name="Tip">The last change written.</param>
/// <param name="Head">The last change up to which the feed is whole: equal to the tip but while a long backlog is worked off.</param>
public sealed record FeedState(string Epoch, long Tip, long Head)
{
    public static FeedState Read(Session session)
    {
        using var reader = session.Query("SELECT epoch, tip, head FROM sync_state WHERE id = 1");
        reader.Read();
        return new FeedState(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public static bool AnythingDirty(Session session) => session.Scalar("SELECT 1 FROM sync_dirty LIMIT 1") is not null;
}
