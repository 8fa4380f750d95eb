using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer;

/// <summary>
/// The whole check of the server's records: the feed against the tables, and the books against themselves. What it finds in the feed it
/// mends; all it finds is noted for the administrator.
/// </summary>
public static class ShopCheck
{
    private const int MostNoted = 5;

    /// <returns>What was found; both empty when all agrees.</returns>
    public static (IReadOnlyList<string> Feed, IReadOnlyList<string> Books) Run(IServerDatabase database, TimeProvider clock)
    {
        var feed = new FeedCheck(database, BookmineSetup.Instance).Run();
        var books = database.Reading(BookCheck.Run);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (feed.Count > 0)
        {
            Note(database, now, FindingKinds.FeedMended, $"{feed.Count} rows were changed without the triggers, and were mended for the tills: {string.Join("; ", feed.Take(MostNoted))}");
        }
        if (books.Count > 0)
        {
            Note(database, now, FindingKinds.BooksDoNotAgree, string.Join("; ", books));
        }
        return (feed, books);
    }

    private static void Note(IServerDatabase database, long now, string kind, string text) => database.Writing(session =>
    {
        FindingLog.Note(session, new Finding(0, 0, kind, "server", text), now);
        return true;
    });
}
