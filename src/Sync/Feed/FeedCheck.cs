using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Feed;

/// <summary>
/// Hashes every row afresh and compares it with the feed, and the feed with its digests: finds what was changed without the triggers. A row
/// that differs is noted as dirty, so that the next pass of the sequencer mends the feed; digests are summed anew. Reads in slices, and
/// writes only what it has found.
/// </summary>
public sealed class FeedCheck(IServerDatabase database, SyncSetup setup)
{
    private const int Slice = 5_000;
    private const int MostAttempts = 20;
    private static readonly string[] Key = ["k_int", "k_guid"];

    /// <returns>What was found, a line each; empty when all agrees.</returns>
    public IReadOnlyList<string> Run()
    {
        var sequencer = new Sequencer(database, setup);
        sequencer.Drain();
        List<string> faults = [.. setup.Tables.SelectMany(CheckTable)];
        sequencer.Drain();
        // Digests that only follow from mended rows are no faults of their own.
        var digests = CheckDigests();
        return faults.Count > 0 ? faults : digests;
    }

    private IEnumerable<string> CheckTable(SyncTable table)
    {
        for (RowKey? last = null; ;)
        {
            var (faults, end) = database.Reading(session => CheckSlice(session, table, last));
            if (faults.Count > 0)
            {
                database.Writing(session => faults.Sum(f => Mend(session, table, f.Key)));
            }
            foreach (var (_, text) in faults)
            {
                yield return text;
            }
            if (end is null)
            {
                yield break;
            }
            last = end;
        }
    }

    /// <returns>The differences among the next keys, and the last of those keys; null at the end of the table.</returns>
    private static (List<(RowKey Key, string Text)> Faults, RowKey? End) CheckSlice(Session session, SyncTable table, RowKey? after)
    {
        var rows = TableSql.InOrder(session, table, after, Slice);
        RowKey? end = rows.Count == Slice ? rows[^1].Key : null;
        var held = ReadHeld(session, table, after, end);
        var faults = new List<(RowKey Key, string Text)>();
        foreach (var row in rows)
        {
            held.Remove(row.Key, out var known);
            var bytes = table.Bucket.Of(row) is null ? null : CanonicalRow.Write(row);
            if (bytes is null ? known is not null : known is null)
            {
                faults.Add((row.Key, $"{table.Name} {row.Key}: {(known is null ? "is not in the feed" : "is in the feed and belongs to no bucket")}"));
            }
            else if (bytes is not null && (!bytes.AsSpan().SequenceEqual(known!.Value.Bytes) || known.Value.Hash != Digest.HashOf(table.Number, bytes)))
            {
                faults.Add((row.Key, $"{table.Name} {row.Key}: differs from the feed"));
            }
        }
        faults.AddRange(held.Keys.Select(key => (key, $"{table.Name} {key}: the feed has it and the table does not")));
        if (faults.Count > 0)
        {
            var dirty = ReadDirty(session, table);
            faults.RemoveAll(f => dirty.Contains(f.Key));
        }
        return (faults, end);
    }

    private static Dictionary<RowKey, (byte[] Bytes, UInt128 Hash)?> ReadHeld(Session session, SyncTable table, RowKey? after, RowKey? end)
    {
        var first = after ?? new RowKey(long.MinValue, Guid.Empty);
        var ofSlice = $"SELECT k_int, k_guid, bytes, hash FROM sync_feed WHERE tab = @tab AND removed = 0 AND {session.Dialect.Compare(Key, ">", ["@k_int", "@k_guid"])}";
        using var reader = end is { } last
            ? session.Query($"{ofSlice} AND {session.Dialect.Compare(Key, "<=", ["@l_int", "@l_guid"])}", table.Number, first.Integer, first.Guid, last.Integer, last.Guid)
            : session.Query(ofSlice, table.Number, first.Integer, first.Guid);
        var held = new Dictionary<RowKey, (byte[] Bytes, UInt128 Hash)?>();
        while (reader.Read())
        {
            var key = new RowKey(reader.GetInt64(0), DbValues.ReadGuid(reader, 1));
            held[key] = (PackedRow.Unpack(reader.GetFieldValue<byte[]>(2)), DbValues.ReadHash(reader, 3));
        }
        return held;
    }

    /// <summary>Has the next pass of the sequencer write the row anew, also where the feed's hash is right and its bytes are not.</summary>
    private static int Mend(Session session, SyncTable table, RowKey key)
    {
        session.Execute("UPDATE sync_feed SET hash = @none WHERE tab = @tab AND k_int = @k_int AND k_guid = @k_guid AND removed = 0", UInt128.Zero, table.Number, key.Integer, key.Guid);
        return session.Execute("INSERT INTO sync_dirty (tab, k_int, k_guid) VALUES (@tab, @k_int, @k_guid)", table.Number, key.Integer, key.Guid);
    }

    /// <summary>Rows changed since the feed was last brought up to date: they differ rightly.</summary>
    private static HashSet<RowKey> ReadDirty(Session session, SyncTable table)
    {
        using var reader = session.Query("SELECT k_int, k_guid FROM sync_dirty WHERE tab = @tab", table.Number);
        var dirty = new HashSet<RowKey>();
        while (reader.Read())
        {
            dirty.Add(new RowKey(reader.GetInt64(0), DbValues.ReadGuid(reader, 1)));
        }
        return dirty;
    }

    private List<string> CheckDigests()
    {
        if (database.Reading(Differing).Count == 0)
        {
            return [];
        }
        // Once more as a sequencer, so that what is written is the sum of one state of the feed.
        List<string> found = ["the digests differ from the feed, and could not be mended beside other work; check again"];
        for (var i = 0; i < MostAttempts && !database.TrySequencing(session => found = MendDigests(session)); i++)
        {
        }
        return found;
    }

    private List<string> MendDigests(Session session)
    {
        var differing = Differing(session);
        foreach (var ((bucket, table), (_, sum)) in differing)
        {
            session.Execute("DELETE FROM sync_digest WHERE bucket = @bucket AND tab = @tab", bucket, table);
            session.Execute("INSERT INTO sync_digest (bucket, tab, rows, sum) VALUES (@bucket, @tab, @rows, @sum)", bucket, table, sum.Count, sum.Sum);
        }
        return differing.ConvertAll(d => $"digest of bucket {d.Key.Bucket}, table {setup.Find(d.Key.Table)?.Name}: {d.Value.Noted.Count} rows noted, {d.Value.Summed.Count} in the feed, or their sums differ");
    }

    private static List<KeyValuePair<(long Bucket, int Table), (Digest Noted, Digest Summed)>> Differing(Session session)
    {
        var summed = new Dictionary<(long, int), Digest>();
        using (var reader = session.Query("SELECT bucket, tab, hash FROM sync_feed WHERE removed = 0"))
        {
            while (reader.Read())
            {
                var place = (reader.GetInt64(0), (int)reader.GetInt64(1));
                summed[place] = summed.GetValueOrDefault(place).Add(DbValues.ReadHash(reader, 2));
            }
        }
        var noted = new Dictionary<(long, int), Digest>();
        using (var reader = session.Query("SELECT bucket, tab, rows, sum FROM sync_digest"))
        {
            while (reader.Read())
            {
                noted.Add((reader.GetInt64(0), (int)reader.GetInt64(1)), new Digest(reader.GetInt64(2), DbValues.ReadHash(reader, 3)));
            }
        }
        return summed.Keys.Union(noted.Keys).Where(p => summed.GetValueOrDefault(p) != noted.GetValueOrDefault(p))
            .Select(p => KeyValuePair.Create(p, (noted.GetValueOrDefault(p), summed.GetValueOrDefault(p)))).ToList();
    }
}
