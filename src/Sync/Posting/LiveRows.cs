using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Posting;

/// <summary>
/// The server's rows that a transaction is about, locked before anybody judges by them, and as the transaction will leave them. Everything is
/// written at once, table by table.
/// </summary>
public sealed class LiveRows(Session session)
{
    private readonly Dictionary<(SyncTable Table, RowKey Key), Live> rows = [];

    private enum Fate
    {
        Kept,
        Changed,

        /// <summary>A client's row, whose key may be there already: then its entry cannot be posted.</summary>
        Sent,

        /// <summary>The server's own row, which was not there when it was looked for: if it is now, the transaction is run again.</summary>
        Made,
    }

    private sealed class Live(Row? row, Fate fate)
    {
        public Row? Row { get; set; } = row;

        public Fate Fate { get; set; } = fate;
    }

    /// <summary>Locks rows and reads them, in one order for all transactions: by table, then by key.</summary>
    public void Lock(IEnumerable<(SyncTable Table, RowKey Key)> wanted)
    {
        foreach (var table in wanted.Where(w => !rows.ContainsKey(w)).Distinct().GroupBy(w => w.Table).OrderBy(g => g.Key.Number))
        {
            var keys = table.Select(w => w.Key).Order(RowKey.InOrder).ToList();
            foreach (var key in keys)
            {
                rows.Add((table.Key, key), new Live(null, Fate.Kept));
            }
            foreach (var row in TableSql.FindAllForChange(session, table.Key, keys))
            {
                rows[(table.Key, row.Key)].Row = row;
            }
        }
    }

    /// <summary>The row as the transaction will leave it; null when there is none.</summary>
    /// <exception cref="InvalidOperationException">It was not locked, so that what is found in it may not be so when it matters.</exception>
    public Row? Find(SyncTable table, RowKey key) => rows.TryGetValue((table, key), out var live)
        ? live.Row
        : throw new InvalidOperationException($"The row {key} of {table.Name} was not locked before it was judged by.");

    /// <summary>Takes over a client's changes, all or none.</summary>
    /// <returns>Why they cannot be made, to be read after "entry N: "; null when they can.</returns>
    public string? Take(IReadOnlyList<RowChange> changes)
    {
        var mine = new HashSet<(SyncTable, RowKey)>();
        foreach (var change in changes)
        {
            var isThere = mine.Contains((change.Table, change.Key)) || rows.GetValueOrDefault((change.Table, change.Key)) is { Row: not null };
            if (change.Op == ChangeOp.Insert ? isThere : !isThere)
            {
                return isThere ? Conflicts.Key(change.Table, change.Key) : $"the server has no row of {change.Table.Name} with the key {change.Key}";
            }
            mine.Add((change.Table, change.Key));
        }
        foreach (var change in changes)
        {
            if (change.Op == ChangeOp.Insert)
            {
                rows[(change.Table, change.Key)] = new Live(change.Values, Fate.Sent);
            }
            else
            {
                Change(change.Table, change.Key, row => row.Merge(change.Values));
            }
        }
        return null;
    }

    /// <summary>Changes a row of the server's own accord, or makes it where it is absent.</summary>
    /// <param name="absent">The row as it begins where there is none.</param>
    public Row Set(SyncTable table, RowKey key, Func<Row> absent, Action<Row> change)
    {
        if (Find(table, key) is null)
        {
            rows[(table, key)] = new Live(absent(), Fate.Made);
        }
        return Change(table, key, change);
    }

    /// <summary>A new row of the server's own, whose key nobody else gives.</summary>
    public void Make(Row row) => rows[(row.Table, row.Key)] = new Live(row, Fate.Made);

    /// <summary>Writes everything, a statement a table.</summary>
    /// <exception cref="RowConflictException">A client's row is there already.</exception>
    /// <exception cref="ChangedMeanwhileException">A row of the server's own is there already.</exception>
    public void Write()
    {
        var (writes, fewer) = (new List<SetWrite>(), new List<Func<Exception>>());
        void Add(SyncTable table, IEnumerable<Row> given, IReadOnlyList<string>? key, Func<Exception> whenFewer)
        {
            var set = RowSet.OfRows(table, given);
            if (set.Count > 0)
            {
                writes.Add(new SetWrite(table.Name, key, set));
                fewer.Add(whenFewer);
            }
        }
        foreach (var table in rows.GroupBy(r => r.Key.Table, r => r.Value).OrderBy(g => g.Key.Number))
        {
            var byFate = table.ToLookup(l => l.Fate, l => l.Row!);
            Add(table.Key, byFate[Fate.Sent], null, () => new RowConflictException(table.Key));
            Add(table.Key, byFate[Fate.Made], null, () => new ChangedMeanwhileException(table.Key.Name));
            Add(table.Key, byFate[Fate.Changed], table.Key.KeyColumns, () =>
                new InvalidOperationException($"Rows of {table.Key.Name} that were locked are gone."));
        }
        foreach (var ((write, written), whenFewer) in writes.Zip(session.WriteAll(writes)).Zip(fewer))
        {
            if (written != write.Rows.Count)
            {
                throw whenFewer();
            }
        }
    }

    private Row Change(SyncTable table, RowKey key, Action<Row> change)
    {
        var live = rows[(table, key)];
        change(live.Row!);
        live.Fate = live.Fate == Fate.Kept ? Fate.Changed : live.Fate;
        return live.Row!;
    }
}
