using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Feed;

/// <summary>
/// Hashes every row afresh and compares it with the feed: finds what was changed without the triggers. Each difference is noted as dirty,
/// so that the next pass of the sequencer mends the feed.
/// </summary>
public sealed class FeedCheck(IServerDatabase database, SyncSetup setup)
{
    /// <returns>What was found, a line each; empty when all agrees.</returns>
    public IReadOnlyList<string> Run()
    {
        new Sequencer(database, setup).Drain();
        return setup.Tables.SelectMany(table => database.Writing(session => Check(session, table))).ToList();
    }

    private static List<string> Check(Session session, SyncTable table)
    {
        var faults = new List<(RowKey Key, string Text)>();
        var held = ReadHeld(session, table);
        using (var reader = session.Query($"SELECT {TableSql.Of(table).Columns} FROM {table.Name}"))
        {
            while (reader.Read())
            {
                var row = DbValues.ReadRow(table, reader);
                held.Remove(row.Key, out var hash);
                if (table.Bucket.Of(row) is null ? hash is not null : hash != Digest.HashOf(table.Number, CanonicalRow.Write(row)))
                {
                    faults.Add((row.Key, $"{table.Name} {row.Key}: {(hash is null ? "is not in the feed" : "differs from the feed")}"));
                }
            }
        }
        faults.AddRange(held.Keys.Select(key => (key, $"{table.Name} {key}: the feed has it and the table does not")));
        foreach (var (key, _) in faults)
        {
            session.Execute("INSERT INTO sync_dirty (tab, k_int, k_guid) VALUES (@tab, @k_int, @k_guid)", table.Number, key.Integer, key.Guid);
        }
        return [.. faults.Select(f => f.Text)];
    }

    private static Dictionary<RowKey, UInt128?> ReadHeld(Session session, SyncTable table)
    {
        using var reader = session.Query("SELECT k_int, k_guid, hash FROM sync_feed WHERE tab = @tab AND removed = 0", table.Number);
        var held = new Dictionary<RowKey, UInt128?>();
        while (reader.Read())
        {
            held.Add(new RowKey(reader.GetInt64(0), DbValues.ReadGuid(reader, 1)), DbValues.ReadHash(reader, 2));
        }
        return held;
    }
}
