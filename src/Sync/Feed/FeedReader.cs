using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Feed;

/// <summary>Reads the feed for one scope, in one short read of the database's state.</summary>
public sealed class FeedReader(Session session, IReadOnlyList<string> scope)
{
    /// <summary>
    /// Bounds an answer's memory, on both sides, whatever the rows' size. A round trip a chunk: packed, this is as much as a line of
    /// 20 Mbit/s takes in the time of its own round trip.
    /// </summary>
    private const int MostBytes = 384 * 1024;

    /// <summary>Whether the client would get anything: a change after its cursors, a new bucket with rows, or a bucket to give up.</summary>
    public bool AnythingAfter(IReadOnlyDictionary<string, long> cursors) =>
        cursors.Keys.Any(b => !scope.Contains(b)) || scope.Any(b => !cursors.TryGetValue(b, out var cursor) || HasAfter(b, cursor));

    /// <summary>The next rows after the cursors, and the checkpoint when nothing is left.</summary>
    public PullChunk After(IReadOnlyDictionary<string, long> cursors)
    {
        var rows = new List<FeedRow>();
        var reached = scope.ToDictionary(b => b, b => cursors.GetValueOrDefault(b));
        var (bytes, whole) = (0L, true);
        for (ushort i = 0; i < scope.Count; i++)
        {
            var room = Protocol.MostRowsPerPull - rows.Count;
            if (room <= 0 || bytes > MostBytes)
            {
                whole = false;
                break;
            }
            whole &= Read(i, scope[i], room, rows, reached, ref bytes);
        }
        var state = FeedState.Read(session);
        var checkpoint = whole && state.IsWhole ? new Checkpoint(state.Epoch, state.Head, scope, Digests()) : null;
        return new PullChunk(new ChunkHead(scope, reached, rows.Count, checkpoint), rows);
    }

    /// <summary>What each bucket of the scope amounts to.</summary>
    public List<BucketDigest> Digests()
    {
        var digests = new List<BucketDigest>();
        foreach (var bucket in scope)
        {
            using var reader = session.Query(
                "SELECT d.tab, d.rows, d.sum FROM sync_digest d JOIN sync_bucket b ON b.id = d.bucket WHERE b.name = @bucket", bucket);
            while (reader.Read())
            {
                var sum = DbValues.ReadHash(reader, 2).ToString("x32", CultureInfo.InvariantCulture);
                digests.Add(new BucketDigest(bucket, (int)reader.GetInt64(0), reader.GetInt64(1), sum));
            }
        }
        return digests;
    }

    private bool HasAfter(string bucket, long cursor) => session.Scalar(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM sync_feed f JOIN sync_bucket b ON b.id = f.bucket WHERE b.name = @bucket AND f.seq > @cursor)", bucket, cursor) is not null;

    /// <returns>Whether the bucket was read to its end.</returns>
    private bool Read(ushort place, string bucket, int room, List<FeedRow> rows, Dictionary<string, long> reached, ref long bytes)
    {
        if (session.Integer("SELECT id FROM sync_bucket WHERE name = @name", bucket) is not { } id)
        {
            return true;
        }
        using var reader = session.Query(
            $"SELECT seq, tab, k_int, k_guid, removed, bytes FROM sync_feed WHERE bucket = @bucket AND seq > @cursor ORDER BY seq {session.Dialect.Limit("@room")}",
            id, reached[bucket], room);
        while (reader.Read())
        {
            if (bytes > MostBytes)
            {
                return false;
            }
            var canonical = PackedRow.Unpack(reader.GetFieldValue<byte[]>(5));
            rows.Add(new FeedRow(
                place, (ushort)reader.GetInt64(1), new RowKey(reader.GetInt64(2), DbValues.ReadGuid(reader, 3)),
                reader.GetInt64(4) == 1, canonical));
            reached[bucket] = reader.GetInt64(0);
            bytes += canonical.Length;
            room--;
        }
        return room > 0;
    }
}
