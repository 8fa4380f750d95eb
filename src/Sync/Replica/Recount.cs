using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Replica;

/// <summary>
/// Counts the replica's rows afresh, some at a time, and compares with its digests when it has come round: what was changed behind the
/// engine's back is found without a long work. How far it has come is kept in the replica; a download changes both counts alike.
/// </summary>
internal sealed class Recount
{
    private readonly SyncSetup setup;
    private readonly Session session;
    private readonly Dictionary<(string Bucket, int Table), Digest> counted = [];
    private int table;
    private RowKey? key;

    public Recount(SyncSetup setup, Session session)
    {
        (this.setup, this.session) = (setup, session);
        using (var reader = session.Query("SELECT tab, k_int, k_guid FROM sync_recount"))
        {
            if (reader.Read())
            {
                table = (int)DbValues.ReadInteger(reader, 0);
                key = reader.IsDBNull(1) ? null : new RowKey(DbValues.ReadInteger(reader, 1), DbValues.ReadGuid(reader, 2));
            }
        }
        using (var reader = session.Query("SELECT bucket, tab, rows, sum FROM sync_recount_digest"))
        {
            while (reader.Read())
            {
                DamagedValueException.AddOnce(counted, (DbValues.ReadText(reader, 0), (int)DbValues.ReadInteger(reader, 1)), new Digest(DbValues.ReadInteger(reader, 2), DbValues.ReadHash(reader, 3)));
            }
        }
    }

    public void Add(SyncTable of, RowKey at, string bucket, UInt128 hash)
    {
        if (Covers(of, at))
        {
            counted[(bucket, of.Number)] = counted.GetValueOrDefault((bucket, of.Number)).Add(hash);
        }
    }

    public void Remove(SyncTable of, RowKey at, string bucket, UInt128 hash)
    {
        if (Covers(of, at))
        {
            counted[(bucket, of.Number)] = counted.GetValueOrDefault((bucket, of.Number)).Remove(hash);
        }
    }

    /// <summary>Begins anew, as after a change of the scope.</summary>
    public void Reset()
    {
        (table, key) = (0, null);
        counted.Clear();
    }

    public void Save()
    {
        session.Execute("DELETE FROM sync_recount");
        session.Execute("INSERT INTO sync_recount (tab, k_int, k_guid) VALUES (@tab, @k_int, @k_guid)", table, key?.Integer, key?.Guid);
        session.Execute("DELETE FROM sync_recount_digest");
        foreach (var ((bucket, of), digest) in counted)
        {
            session.Execute("INSERT INTO sync_recount_digest (bucket, tab, rows, sum) VALUES (@bucket, @tab, @rows, @sum)", bucket, of, digest.Count, digest.Sum);
        }
    }

    /// <summary>Counts some more rows.</summary>
    /// <returns>Whether it has come round, and all agreed.</returns>
    /// <exception cref="DivergenceException">It has come round, and the replica does not amount to its digests.</exception>
    public bool Step(int rows)
    {
        foreach (var next in setup.Tables.Where(t => t.Number >= table).OrderBy(t => t.Number))
        {
            if (next.Number > table)
            {
                (table, key) = (next.Number, null);
            }
            var read = TableSql.InOrder(session, next, key, rows);
            foreach (var row in read)
            {
                var bucket = next.Bucket.Of(row) ?? throw new DivergenceException($"A row of {next.Name} is here that belongs to no bucket.");
                counted[(bucket, next.Number)] = counted.GetValueOrDefault((bucket, next.Number)).Add(Digest.HashOf(next.Number, CanonicalRow.Write(row)));
                key = row.Key;
            }
            rows -= read.Count;
            if (rows <= 0)
            {
                return false;
            }
        }
        Compare();
        Reset();
        return true;
    }

    private void Compare()
    {
        using var reader = session.Query("SELECT bucket, tab, rows, sum FROM sync_digest");
        while (reader.Read())
        {
            var place = (DbValues.ReadText(reader, 0), (int)DbValues.ReadInteger(reader, 1));
            counted.Remove(place, out var found);
            if (found != new Digest(DbValues.ReadInteger(reader, 2), DbValues.ReadHash(reader, 3)))
            {
                throw Differs(place, DbValues.ReadInteger(reader, 2), found.Count);
            }
        }
        if (counted.FirstOrDefault(c => c.Value != default) is { Key.Bucket: not null } extra)
        {
            throw Differs(extra.Key, 0, extra.Value.Count);
        }
    }

    private DivergenceException Differs((string Bucket, int Table) place, long expected, long found) => new(string.Create(
        CultureInfo.InvariantCulture, $"Bucket {place.Bucket}, table {setup.Find(place.Table)?.Name}: {expected} rows were received, {found} are here, or their values differ."));

    private bool Covers(SyncTable of, RowKey at) => of.Number < table || (of.Number == table && key is { } k && Compare(of, at, k) <= 0);

    private static int Compare(SyncTable of, RowKey a, RowKey b)
    {
        Span<byte> left = stackalloc byte[16];
        Span<byte> right = stackalloc byte[16];
        a.Guid.TryWriteBytes(left, bigEndian: true, out _);
        b.Guid.TryWriteBytes(right, bigEndian: true, out _);
        var (integers, guids) = (a.Integer.CompareTo(b.Integer), left.SequenceCompareTo(right));
        var integerFirst = of.KeyInteger is { } i && of.Ordinal(of.KeyColumns[0]) == i;
        return integerFirst ? (integers != 0 ? integers : guids) : (guids != 0 ? guids : integers);
    }
}
