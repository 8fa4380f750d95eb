using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Feed;

/// <summary>One pass's work: live rows against what the feed holds of them, set by set, and the digests that follow.</summary>
internal sealed class SequencerPass(Session session, long tip)
{
    private static readonly string[] FeedKey = ["tab", "k_int", "k_guid", "bucket"];
    private static readonly SetColumn[] KeyForm = [new("tab", SetType.Integer), new("k_int", SetType.Integer), new("k_guid", SetType.Guid), new("bucket", SetType.Integer)];
    private static readonly SetColumn[] RemovedForm = [.. KeyForm, new("seq", SetType.Integer), new("removed", SetType.Integer), new("bytes", SetType.Bytes)];
    private static readonly SetColumn[] PutForm = [.. RemovedForm, new("hash", SetType.Bytes)];

    private static readonly List<Held> None = [];
    private readonly Dictionary<string, long> buckets = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Bucket, int Table), Digest> changes = [];

    // Each row of the feed is written once a pass at most, so that none of these depends on another.
    private readonly RowSet added = new(PutForm);
    private readonly RowSet replaced = new(PutForm);
    private readonly RowSet removed = new(RemovedForm);

    private sealed record Held(long Bucket, bool Removed, UInt128 Hash);

    /// <summary>The last change given a place.</summary>
    public long Tip { get; private set; } = tip;

    /// <summary>Brings the feed up to date with rows of the table.</summary>
    /// <param name="keys">Those that are noted as changed, each once.</param>
    public void Take(SyncTable table, IReadOnlyList<RowKey> keys)
    {
        var held = ReadHeld(table, keys);
        var live = TableSql.FindAll(session, table, keys).ToDictionary(r => r.Key);
        foreach (var key in keys)
        {
            var known = held.GetValueOrDefault(key, None);
            if (live.TryGetValue(key, out var row))
            {
                Put(table, key, row, known);
            }
            else
            {
                RemoveAll(table, key, known, exceptBucket: null);
            }
        }
    }

    /// <summary>Writes what the pass has found.</summary>
    /// <exception cref="InvalidOperationException">The feed does not hold what it was read to hold.</exception>
    public void Write()
    {
        if (session.UpdateAll("sync_feed", FeedKey, removed) != removed.Count || session.UpdateAll("sync_feed", FeedKey, replaced) != replaced.Count
            || session.InsertAll("sync_feed", added) != added.Count)
        {
            throw new InvalidOperationException("The feed changed while it was being written.");
        }
        WriteDigests();
    }

    private void WriteDigests()
    {
        var form = new[] { new SetColumn("bucket", SetType.Integer), new SetColumn("tab", SetType.Integer), new SetColumn("rows", SetType.Integer), new SetColumn("sum", SetType.Bytes) };
        var before = ReadDigests(new RowSet(form[0], form[1]));
        var (known, made) = (new RowSet(form), new RowSet(form));
        foreach (var (place, change) in changes)
        {
            var isKnown = before.TryGetValue(place, out var digest);
            (isKnown ? known : made).Add(place.Bucket, (long)place.Table, digest.Count + change.Count, unchecked(digest.Sum + change.Sum));
        }
        session.UpdateAll("sync_digest", ["bucket", "tab"], known);
        session.InsertAll("sync_digest", made);
    }

    private Dictionary<(long Bucket, int Table), Digest> ReadDigests(RowSet places)
    {
        var digests = new Dictionary<(long, int), Digest>();
        foreach (var (bucket, table) in changes.Keys)
        {
            places.Add(bucket, (long)table);
        }
        session.Match("t.bucket, t.tab, t.rows, t.sum", "sync_digest", places, reader => digests.Add(
            (reader.GetInt64(0), (int)reader.GetInt64(1)), new Digest(reader.GetInt64(2), DbValues.ReadHash(reader, 3))));
        return digests;
    }

    private void Put(SyncTable table, RowKey key, Row row, List<Held> known)
    {
        if (table.Bucket.Of(row) is not { } name)
        {
            RemoveAll(table, key, known, exceptBucket: null);
            return;
        }
        var bucket = BucketId(name);
        RemoveAll(table, key, known, exceptBucket: bucket);
        var bytes = CanonicalRow.Write(row);
        var hash = Digest.HashOf(table.Number, bytes);
        var before = known.Count == 0 ? null : known.Find(h => h.Bucket == bucket);
        if (before is { Removed: false } && before.Hash == hash)
        {
            return;
        }
        (before is null ? added : replaced).Add((long)table.Number, key.Integer, key.Guid, bucket, ++Tip, 0L, PackedRow.Pack(bytes), hash);
        var digest = changes.GetValueOrDefault((bucket, table.Number));
        changes[(bucket, table.Number)] = (before is { Removed: false } ? digest.Remove(before.Hash) : digest).Add(hash);
    }

    private void RemoveAll(SyncTable table, RowKey key, List<Held> known, long? exceptBucket)
    {
        foreach (var held in known)
        {
            if (held.Removed || held.Bucket == exceptBucket)
            {
                continue;
            }
            removed.Add((long)table.Number, key.Integer, key.Guid, held.Bucket, ++Tip, 1L, Array.Empty<byte>());
            changes[(held.Bucket, table.Number)] = changes.GetValueOrDefault((held.Bucket, table.Number)).Remove(held.Hash);
        }
    }

    private Dictionary<RowKey, List<Held>> ReadHeld(SyncTable table, IReadOnlyList<RowKey> keys)
    {
        var set = new RowSet(KeyForm[0], KeyForm[1], KeyForm[2]);
        foreach (var key in keys)
        {
            set.Add((long)table.Number, key.Integer, key.Guid);
        }
        var held = new Dictionary<RowKey, List<Held>>();
        session.Match("t.k_int, t.k_guid, t.bucket, t.removed, t.hash", "sync_feed", set, reader =>
        {
            var key = new RowKey(reader.GetInt64(0), DbValues.ReadGuid(reader, 1));
            if (!held.TryGetValue(key, out var list))
            {
                held.Add(key, list = []);
            }
            list.Add(new Held(reader.GetInt64(2), reader.GetInt64(3) == 1, DbValues.ReadHash(reader, 4)));
        });
        return held;
    }

    private long BucketId(string name)
    {
        if (buckets.TryGetValue(name, out var id))
        {
            return id;
        }
        if (session.Integer("SELECT id FROM sync_bucket WHERE name = @name", name) is not { } found)
        {
            found = (session.Integer("SELECT max(id) FROM sync_bucket") ?? 0) + 1;
            session.Execute("INSERT INTO sync_bucket (id, name) VALUES (@id, @name)", found, name);
        }
        id = found;
        buckets.Add(name, id);
        return id;
    }
}
