using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Replica;

/// <summary>
/// A download being applied in one transaction of the replica, chunk by chunk as they arrive, so that the rows of one are written while the
/// next is on its way. Keeps the digests, hashing each row as it is read back: at once where the replica has the bucket, in one scan at
/// the end where the bucket is new to it. Disposed before <see cref="Finish"/> has returned, it leaves the replica as it was.
/// </summary>
public sealed class ReplicaApply : IDisposable
{
    private readonly HashSet<string> known = [];
    private readonly SyncSetup setup;
    private readonly Session session;
    private readonly Dictionary<(string Bucket, int Table), Digest> digests = [];
    private readonly Recount recount;

    internal ReplicaApply(SyncSetup setup, Session session)
    {
        this.setup = setup;
        this.session = session;
        recount = new Recount(setup, session);
        using (var reader = session.Query("SELECT bucket, tab, rows, sum FROM sync_digest"))
        {
            while (reader.Read())
            {
                DamagedValueException.AddOnce(digests, (DbValues.ReadText(reader, 0), (int)DbValues.ReadInteger(reader, 1)), new Digest(DbValues.ReadInteger(reader, 2), DbValues.ReadHash(reader, 3)));
            }
        }
        using (var reader = session.Query("SELECT bucket FROM sync_cursor"))
        {
            while (reader.Read())
            {
                known.Add(DbValues.ReadText(reader, 0));
            }
        }
    }

    public void Take(PullChunk chunk)
    {
        foreach (var entry in chunk.Rows)
        {
            var table = setup.Find(entry.Table)
                ?? throw new WireFormatException($"The server sent a row of table {entry.Table}, which this program does not know.");
            if (entry.Removed)
            {
                Remove(table, entry.Key, chunk.Head.Buckets[entry.Bucket]);
            }
            else
            {
                Put(table, CanonicalRow.Read(table, entry.Canonical.Span));
            }
        }
    }

    /// <summary>Compares with the checkpoint and commits.</summary>
    /// <param name="now">Unix milliseconds, kept as the replica's age.</param>
    /// <exception cref="DivergenceException">The digests disagree; nothing was changed.</exception>
    public void Finish(Checkpoint checkpoint, long now)
    {
        Settle(checkpoint);
        ReplicaFile.Note(session, "epoch", checkpoint.Epoch);
        ReplicaFile.Note(session, "as_of", now.ToString(CultureInfo.InvariantCulture));
        session.Commit();
    }

    public void Dispose() => session.Rollback();

    /// <summary>Gives up the buckets that left the scope, compares the digests, and writes cursors and digests.</summary>
    private void Settle(Checkpoint checkpoint)
    {
        var keep = checkpoint.Buckets.ToHashSet();
        foreach (var bucket in digests.Keys.Select(k => k.Bucket).Distinct().Where(b => !keep.Contains(b)).ToArray())
        {
            GiveUp(bucket);
        }
        foreach (var bucket in checkpoint.Buckets.Where(b => !known.Contains(b)))
        {
            Count(bucket);
        }
        Compare(checkpoint);
        if (!known.SetEquals(keep))
        {
            recount.Reset();
        }
        recount.Save();
        session.Execute("DELETE FROM sync_cursor");
        foreach (var bucket in checkpoint.Buckets)
        {
            session.Execute("INSERT INTO sync_cursor (bucket, seq) VALUES (@bucket, @seq)", bucket, checkpoint.Head);
        }
        session.Execute("DELETE FROM sync_digest");
        foreach (var ((bucket, table), digest) in digests)
        {
            session.Execute("INSERT INTO sync_digest (bucket, tab, rows, sum) VALUES (@bucket, @tab, @rows, @sum)", bucket, table, digest.Count, digest.Sum);
        }
    }

    private void Put(SyncTable table, Row row)
    {
        if (!TableSql.TryInsert(session, row))
        {
            Subtract(TableSql.Find(session, table, row.Key) ?? throw new DivergenceException($"A row of {table.Name} is there, and is not found."));
            TableSql.Replace(session, row);
        }
        if (known.Contains(BucketOf(row)))
        {
            // What counts is what the file holds.
            var stored = TableSql.Find(session, table, row.Key) ?? throw new DivergenceException($"A row of {table.Name} was put in place and is not found there.");
            var place = (BucketOf(stored), table.Number);
            var hash = HashOf(stored);
            digests[place] = digests.GetValueOrDefault(place).Add(hash);
            recount.Add(table, row.Key, place.Item1, hash);
        }
    }

    private void Count(string bucket)
    {
        foreach (var table in setup.Tables)
        {
            if (table.Bucket.Condition(bucket) is not { } condition)
            {
                continue;
            }
            var digest = default(Digest);
            using var reader = session.Query($"SELECT {TableSql.Of(table, session.Dialect).Columns} FROM {table.Name} WHERE {condition}");
            while (reader.Read())
            {
                var row = DbValues.ReadRow(table, reader);
                digest = BucketOf(row) == bucket ? digest.Add(HashOf(row)) : digest;
            }
            if (digest != default)
            {
                digests[(bucket, table.Number)] = digest;
            }
        }
    }

    /// <summary>A row that moved to another bucket of the scope is there already, so a removal counts only for the bucket it names.</summary>
    private void Remove(SyncTable table, RowKey key, string bucket)
    {
        if (TableSql.Find(session, table, key) is { } old && BucketOf(old) == bucket)
        {
            Subtract(old);
            TableSql.Remove(session, table, key);
        }
    }

    private void GiveUp(string bucket)
    {
        foreach (var table in setup.Tables)
        {
            if (digests.Remove((bucket, table.Number)) && table.Bucket.Condition(bucket) is { } condition)
            {
                session.Execute($"DELETE FROM {table.Name} WHERE {condition}");
            }
        }
    }

    private void Compare(Checkpoint checkpoint)
    {
        var expected = checkpoint.Digests.ToDictionary(
            d => (d.Bucket, d.Table),
            d => new Digest(d.Count, UInt128.Parse(d.Sum, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        foreach (var place in expected.Keys.Union(digests.Keys))
        {
            var (ours, theirs) = (digests.GetValueOrDefault(place), expected.GetValueOrDefault(place));
            if (ours != theirs)
            {
                throw new DivergenceException(
                    $"Bucket {place.Item1}, table {setup.Find(place.Item2)?.Name}: {ours.Count} rows here, {theirs.Count} on the server, digests differ.");
            }
        }
    }

    private void Subtract(Row old)
    {
        var bucket = BucketOf(old);
        if (known.Contains(bucket))
        {
            var place = (bucket, old.Table.Number);
            var hash = HashOf(old);
            digests[place] = digests.GetValueOrDefault(place).Remove(hash);
            recount.Remove(old.Table, old.Key, bucket, hash);
        }
    }

    private static string BucketOf(Row row) => row.Table.Bucket.Of(row)
        ?? throw new DivergenceException($"A row of {row.Table.Name} is here that belongs to no bucket.");

    private static UInt128 HashOf(Row row) => Digest.HashOf(row.Table.Number, CanonicalRow.Write(row));
}
