using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Replica;

/// <summary>
/// What was done here and the replica does not include yet: the journal's entries above the replica's head for this client, and those
/// in quarantine. Made anew from the journal after a download, extended by each seal; for one thread at a time.
/// </summary>
public sealed class Overlay
{
    private static readonly Dictionary<RowKey, Row> None = [];
    private readonly Dictionary<int, Dictionary<RowKey, Row>> made = [];
    private readonly Dictionary<int, Dictionary<RowKey, Row>> edits = [];
    private readonly Dictionary<RowKey, long> madeBy = [];
    private readonly HashSet<long> entries = [];
    private readonly Dictionary<(int Table, string Column), Dictionary<object, List<Row>>> indexes = [];

    /// <summary>The last entry it has.</summary>
    public long Through { get; private set; }

    /// <summary>Rows made here, with the corrections they got since.</summary>
    public IEnumerable<Row> Made(SyncTable table) => made.GetValueOrDefault(table.Number, None).Values;

    /// <summary>Those of them with a value in a column; the first question for a column makes an index, which is kept.</summary>
    public IReadOnlyList<Row> Made(SyncTable table, string column, object value)
    {
        if (!indexes.TryGetValue((table.Number, column), out var index))
        {
            indexes.Add((table.Number, column), index = []);
            foreach (var row in Made(table))
            {
                Index(index, row, column);
            }
        }
        return index.TryGetValue(value, out var rows) ? rows : [];
    }

    public Row? FindMade(SyncTable table, RowKey key) => made.GetValueOrDefault(table.Number, None).GetValueOrDefault(key);

    /// <summary>The entry that made a row; null when it was not made here.</summary>
    public long? MadeBy(RowKey key) => madeBy.TryGetValue(key, out var n) ? n : null;

    /// <summary>The server's row as edited here; the row itself when it was not.</summary>
    public Row Edited(Row row)
    {
        if (edits.GetValueOrDefault(row.Table.Number, None).GetValueOrDefault(row.Key) is not { } edit)
        {
            return row;
        }
        var edited = row.Copy();
        edited.Merge(edit);
        return edited;
    }

    public void Add(long n, ChangeGroup group)
    {
        if (!entries.Add(n))
        {
            return;
        }
        Through = Math.Max(Through, n);
        foreach (var change in group.Changes)
        {
            if (change.Op == ChangeOp.Insert)
            {
                Make(n, change);
            }
            else if (FindMade(change.Table, change.Key) is { } own)
            {
                own.Merge(change.Values);
                Forget(change.Table);
            }
            else if (TableOf(edits, change.Table) is var edited && !edited.TryAdd(change.Key, change.Values.Copy()))
            {
                edited[change.Key].Merge(change.Values);
            }
        }
    }

    /// <summary>Reads the overlay from the journal: entries above <paramref name="included"/>, and <paramref name="quarantined"/> ones below.</summary>
    public static Overlay Read(SyncSetup setup, ClientJournal journal, long included, IEnumerable<long> quarantined)
    {
        var overlay = new Overlay { Through = included };
        foreach (var entry in quarantined.Where(n => n <= included).Order().Select(journal.ByN).OfType<JournalEntry>())
        {
            overlay.Add(setup, entry);
        }
        overlay.CatchUp(setup, journal);
        return overlay;
    }

    /// <summary>Adds what was sealed since, also by another program on this machine.</summary>
    public void CatchUp(SyncSetup setup, ClientJournal journal)
    {
        // Few at a time: a till that comes back after weeks has little memory all the same.
        const int slice = 32;
        while (journal.After(Through, slice) is { Count: > 0 } sealedSince)
        {
            foreach (var entry in sealedSince)
            {
                Add(setup, entry);
            }
        }
    }

    /// <summary>An entry whose content the disk has damaged shows nothing; the server keeps it for a person, with its reason.</summary>
    private void Add(SyncSetup setup, JournalEntry entry)
    {
        try
        {
            Add(entry.N, ChangeGroupJson.Read(setup, entry.Id, entry.Format, entry.Payload));
        }
        catch (MalformedEntryException)
        {
            Through = Math.Max(Through, entry.N);
        }
    }

    private void Make(long n, RowChange change)
    {
        var row = change.Values.Copy();
        if (!TableOf(made, change.Table).TryAdd(change.Key, row))
        {
            return;
        }
        madeBy.TryAdd(change.Key, n);
        foreach (var ((table, column), index) in indexes)
        {
            if (table == change.Table.Number)
            {
                Index(index, row, column);
            }
        }
    }

    private static void Index(Dictionary<object, List<Row>> index, Row row, string column)
    {
        if (row[column] is not { } value)
        {
            return;
        }
        if (!index.TryGetValue(value, out var rows))
        {
            index.Add(value, rows = []);
        }
        rows.Add(row);
    }

    /// <summary>A correction may move a row in any index; corrections are rare, and the next question makes the index again.</summary>
    private void Forget(SyncTable table)
    {
        foreach (var key in indexes.Keys.Where(k => k.Table == table.Number).ToArray())
        {
            indexes.Remove(key);
        }
    }

    private static Dictionary<RowKey, Row> TableOf(Dictionary<int, Dictionary<RowKey, Row>> tables, SyncTable table)
    {
        if (!tables.TryGetValue(table.Number, out var rows))
        {
            tables.Add(table.Number, rows = []);
        }
        return rows;
    }
}
