using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Imports;

/// <param name="Imported">Rows taken, those that were there already included.</param>
/// <param name="UnreadColumns">Of the file, which have no meaning here.</param>
internal sealed record ImportOutcome(long Imported, long Rejected, string? RejectedFile, IReadOnlyList<string> UnreadColumns)
{
    public string Summary() =>
        $"{Imported} imported, {Rejected} rejected{(RejectedFile is null ? "" : $": see {RejectedFile}")}"
        + (UnreadColumns.Count == 0 ? "" : $"\nNot read, since no such columns are known: {string.Join(", ", UnreadColumns)}. --help names those that are; a corrected file is simply imported again.");
}

/// <summary>Writes an import in slices, each consistent, so that tills post and read between them and a broken import is simply run again.</summary>
internal static class ImportSlices
{
    private const int SliceRows = 2_000;

    /// <param name="next">The next row to import, or null at the end.</param>
    /// <param name="write">Writes one row; doubles nothing when it is there already.</param>
    public static long Run<T>(IServerDatabase database, Func<T?> next, Action<Session, T> write, Action<long> progress)
        where T : class
    {
        var done = 0L;
        while (true)
        {
            var slice = new List<T>(SliceRows);
            while (slice.Count < SliceRows && next() is { } row)
            {
                slice.Add(row);
            }
            if (slice.Count == 0)
            {
                return done;
            }
            database.Writing(session =>
            {
                slice.ForEach(row => write(session, row));
                return true;
            });
            done += slice.Count;
            progress(done);
        }
    }
}
