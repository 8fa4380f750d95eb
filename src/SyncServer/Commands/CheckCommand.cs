using System.CommandLine;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>check</c>: the feed against the tables, and the books against themselves.</summary>
internal static class CheckCommand
{
    private const int MostShown = 50;

    public static Command Make(Verbs verbs) => verbs.Make("check", "Full re-hash of the feed, referential and money checks; exit 1 when anything is off", Run);

    private static int Run(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var (feed, books) = ShopCheck.Run(database, context.Clock);
        context.Print(
            new { Ok = feed.Count + books.Count == 0, Feed = feed.Take(MostShown), FeedFaults = feed.Count, Books = books },
            feed.Count + books.Count == 0
                ? "all agrees"
                : string.Join('\n', feed.Take(MostShown).Concat(books).Append(feed.Count == 0 ? "" : $"{feed.Count} differences in the feed, all mended")));
        return feed.Count + books.Count == 0 ? 0 : 1;
    }
}
