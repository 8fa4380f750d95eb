using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Foreign;

/// <summary>What one exchange sends to a foreign client, read table by table while it is sent.</summary>
/// <param name="Cursor">Where the client stands when it has all of it.</param>
/// <param name="proof">What the client keeps of this exchange besides its cursor.</param>
/// <param name="blocks">The blocks of numbers leased to it, with the server's word on each.</param>
public sealed class ForeignDownload(FeedSpan span, long cursor, ForeignOutcome brought, ForeignProof proof, IReadOnlyList<NumberBlock> blocks)
{
    public ForeignProof Proof => proof;

    public IReadOnlyList<NumberBlock> Blocks => blocks;

    public long Cursor => cursor;

    /// <summary>The rows of a table, each once. Of one that the client is to have no more there is the key alone.</summary>
    public IEnumerable<ForeignRow> Of(SyncTable table)
    {
        if (table.Bucket.IsOfServerOnly)
        {
            yield break;
        }
        var again = brought.Again[table].ToHashSet();
        foreach (var row in span.Of(table))
        {
            again.Remove(row.Key);
            yield return Send(table, row.Key, row.Row);
        }
        foreach (var key in again)
        {
            yield return Send(table, key, span.Find(table, key));
        }
    }

    private static ForeignRow Send(SyncTable table, RowKey key, Row? row)
    {
        if (row is not null)
        {
            return new ForeignRow(row);
        }
        var gone = new Row(table);
        if (table.KeyInteger is { } i)
        {
            gone[i] = key.Integer;
        }
        if (table.KeyGuid is { } g)
        {
            gone[g] = key.Guid;
        }
        return new ForeignRow(gone, IsRemoved: true);
    }
}
