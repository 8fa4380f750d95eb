using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Feed;

/// <summary>One pass's work: live rows against what the feed holds of them, set by set, and the digests that follow.</summary>
internal sealed class SequencerPass(Session session, long tip)
{
    private readonly Dictionary<string, long> buckets = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Bucket, int Table), Digest> changes = [];

    // Each row of the feed is written once a pass at most, so that none of these depends on another.
    private readonly List<object?[]> added = [];
    private readonly List<object?[]> replaced = [];
    private readonly List<object?[]> removed = [];

    private sealed record Held(long Bucket, bool Removed, UInt128 Hash);

    /// <summary>The last change given a place.</summary>
    public long Tip { get; private set; } = tip;

    /// <summary>Brings the feed up to date with every row of the table that a note up to <paramref name="lastNote"/> names.</summary>
    public void Take(SyncTable table, long lastNote)
    {
        var held = ReadHeld(table, lastNote);
        foreach (var row in ReadLive(table, lastNote))
        {
            var key = row.Key;
            held.Remove(key, out var known);
            Put(table, key, row, known ?? []);
        }
        foreach (var (key, known) in held)
        {
            RemoveAll(table, key, known, exceptBucket: null);
        }
    }

    /// <summary>Writes what the pass has found.</summary>
    public void Write()
    {
        session.ExecuteEach(
            "UPDATE sync_feed SET seq = @seq, removed = 1, bytes = @bytes WHERE tab = @tab AND k_int = @k_int AND k_guid = @k_guid AND bucket = @bucket", removed);
        session.ExecuteEach(
            "UPDATE sync_feed SET seq = @seq, removed = 0, bytes = @bytes, hash = @hash WHERE tab = @tab AND k_int = @k_int AND k_guid = @k_guid AND bucket = @bucket", replaced);
        session.ExecuteEach(
            "INSERT INTO sync_feed (seq, bucket, tab, k_int, k_guid, removed, bytes, hash) VALUES (@seq, @bucket, @tab, @k_int, @k_guid, 0, @bytes, @hash)", added);
        WriteDigests();
    }

    private void WriteDigests()
    {
        foreach (var ((bucket, table), change) in changes)
        {
            using (var reader = session.Query("SELECT rows, sum FROM sync_digest WHERE bucket = @bucket AND tab = @tab", bucket, table))
            {
                if (reader.Read())
                {
                    var after = new Digest(reader.GetInt64(0) + change.Count, unchecked(DbValues.ReadHash(reader, 1) + change.Sum));
                    reader.Close();
                    session.Execute("UPDATE sync_digest SET rows = @rows, sum = @sum WHERE bucket = @bucket AND tab = @tab", after.Count, after.Sum, bucket, table);
                    continue;
                }
            }
            session.Execute("INSERT INTO sync_digest (bucket, tab, rows, sum) VALUES (@bucket, @tab, @rows, @sum)", bucket, table, change.Count, change.Sum);
        }
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
        var before = known.Find(h => h.Bucket == bucket);
        if (before is { Removed: false } && before.Hash == hash)
        {
            return;
        }
        if (before is null)
        {
            added.Add([++Tip, bucket, table.Number, key.Integer, key.Guid, bytes, hash]);
        }
        else
        {
            replaced.Add([++Tip, bytes, hash, table.Number, key.Integer, key.Guid, bucket]);
        }
        var digest = changes.GetValueOrDefault((bucket, table.Number));
        changes[(bucket, table.Number)] = (before is { Removed: false } ? digest.Remove(before.Hash) : digest).Add(hash);
    }

    private void RemoveAll(SyncTable table, RowKey key, List<Held> known, long? exceptBucket)
    {
        foreach (var held in known.Where(h => !h.Removed && h.Bucket != exceptBucket))
        {
            removed.Add([++Tip, Array.Empty<byte>(), table.Number, key.Integer, key.Guid, held.Bucket]);
            changes[(held.Bucket, table.Number)] = changes.GetValueOrDefault((held.Bucket, table.Number)).Remove(held.Hash);
        }
    }

    private List<Row> ReadLive(SyncTable table, long lastNote)
    {
        var keyOrdinal = table.Ordinal(table.KeyColumns[0]);
        var join = string.Join(" AND ", table.KeyColumns.Select(k => $"t.{k} = d.{NoteColumn(table, k)}"));
        using var reader = session.Query(
            $"SELECT {string.Join(", ", table.Columns.Select(c => "t." + c.Name))} FROM {NotedKeys} LEFT JOIN {table.Name} t ON {join}",
            table.Number, lastNote);
        var rows = new List<Row>();
        while (reader.Read())
        {
            if (!reader.IsDBNull(keyOrdinal))
            {
                rows.Add(DbValues.ReadRow(table, reader));
            }
        }
        return rows;
    }

    private Dictionary<RowKey, List<Held>> ReadHeld(SyncTable table, long lastNote)
    {
        using var reader = session.Query(
            $"""
            SELECT f.k_int, f.k_guid, f.bucket, f.removed, f.hash
            FROM {NotedKeys} LEFT JOIN sync_feed f ON f.tab = @tab AND f.k_int = d.k_int AND f.k_guid = d.k_guid
            """,
            table.Number, lastNote);
        var held = new Dictionary<RowKey, List<Held>>();
        while (reader.Read())
        {
            if (reader.IsDBNull(0))
            {
                continue;
            }
            var key = new RowKey(reader.GetInt64(0), DbValues.ReadGuid(reader, 1));
            if (!held.TryGetValue(key, out var list))
            {
                held.Add(key, list = []);
            }
            list.Add(new Held(reader.GetInt64(2), reader.GetInt64(3) == 1, DbValues.ReadHash(reader, 4)));
        }
        return held;
    }

    // Joined from the left, so that every engine goes from the few noted keys to their rows, and never through all rows for the few.
    private const string NotedKeys = "(SELECT DISTINCT k_int, k_guid FROM sync_dirty WHERE tab = @tab AND id <= @last) d";

    private static string NoteColumn(SyncTable table, string key) => table.Ordinal(key) == table.KeyInteger ? "k_int" : "k_guid";

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
