using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Replica;

/// <summary>
/// What was done here and the replica does not include yet: the journal's entries above the replica's head for this client, and those
/// in quarantine. Made anew from the journal after a download, extended by each seal; for one thread at a time. The rows lie in
/// tables like the replica's in memory, where they take a third of what objects would.
/// </summary>
public sealed class Overlay(SyncSetup setup, IFileStore files) : IDisposable
{
    /// <summary>A column that only these tables have: the entry that made the row.</summary>
    private const string Entry = "made_by_entry";

    private readonly Dictionary<SyncTable, string> inserts = [];
    private readonly HashSet<(SyncTable Table, string Column)> indexed = [];
    private readonly Dictionary<(int Table, RowKey Key), Row> edits = [];
    private Session? session;

    /// <summary>The last entry it has.</summary>
    public long Through { get; private set; }

    private Session Session => session ??= new Session(files.OpenMemory());

    /// <summary>Rows made here that a condition holds for, with the corrections they got since.</summary>
    public IReadOnlyList<Row> Made(SyncTable table, string condition, object value) =>
        inserts.ContainsKey(table) ? TableSql.Where(Session, table, condition, value) : [];

    /// <summary>Those with a value in a column; the first question for a column makes an index, which is kept.</summary>
    public IReadOnlyList<Row> MadeWith(SyncTable table, string column, object value)
    {
        Index(table, column);
        return Made(table, $"{column} = @value", value);
    }

    /// <summary>Those made by entries up to <paramref name="n"/>.</summary>
    public IReadOnlyList<Row> MadeThrough(SyncTable table, long n) => Made(table, $"{Entry} <= @n", n);

    /// <summary>The sum of one column over the rows made here that have a value in another.</summary>
    public long Sum(SyncTable table, string summed, string column, object value)
    {
        Index(table, column);
        return inserts.ContainsKey(table) ? Session.Integer($"SELECT sum({summed}) FROM {table.Name} WHERE {column} = @value", value) ?? 0 : 0;
    }

    public Row? FindMade(SyncTable table, RowKey key) => inserts.ContainsKey(table) ? TableSql.Find(Session, table, key) : null;

    /// <summary>The entry that made a row; null when it was not made here.</summary>
    public long? MadeBy(SyncTable table, RowKey key) => inserts.ContainsKey(table) ? TableSql.FindExtra(Session, table, Entry, key) : null;

    /// <summary>The server's row as edited here; the row itself when it was not.</summary>
    public Row Edited(Row row)
    {
        if (edits.GetValueOrDefault((row.Table.Number, row.Key)) is not { } edit)
        {
            return row;
        }
        var edited = row.Copy();
        edited.Merge(edit);
        return edited;
    }

    /// <summary>Reads it anew from the journal: entries above <paramref name="included"/>, and <paramref name="quarantined"/> ones below.</summary>
    public void Read(ClientJournal journal, long included, IEnumerable<long> quarantined)
    {
        edits.Clear();
        foreach (var table in inserts.Keys)
        {
            Session.Execute($"DELETE FROM {table.Name}");
        }
        Take(quarantined.Where(n => n <= included).Order().Select(journal.ByN).OfType<JournalEntry>());
        Through = included;
        CatchUp(journal);
    }

    /// <summary>Adds what was sealed since, also by another program on this machine.</summary>
    public void CatchUp(ClientJournal journal)
    {
        // Few at a time: a till that comes back after weeks has little memory all the same.
        const int slice = 32;
        while (journal.After(Through, slice) is { Count: > 0 } sealedSince)
        {
            Take(sealedSince);
            Through = sealedSince[^1].N;
        }
    }

    public void Dispose() => session?.Dispose();

    private void Take(IEnumerable<JournalEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (Content(entry) is { } group)
            {
                Session.InTransaction(() =>
                {
                    foreach (var change in group.Changes)
                    {
                        Take(entry.N, change);
                    }
                    return true;
                });
            }
        }
    }

    /// <summary>An entry whose content the disk has damaged shows nothing; the server keeps it for a person, with its reason.</summary>
    private ChangeGroup? Content(JournalEntry entry)
    {
        try
        {
            return ChangeGroupJson.Read(setup, entry.Id, entry.Format, entry.Payload);
        }
        catch (MalformedEntryException)
        {
            return null;
        }
    }

    private void Take(long n, RowChange change)
    {
        if (change.Op == ChangeOp.Insert)
        {
            Make(n, change.Values);
        }
        else if (FindMade(change.Table, change.Key) is { } own)
        {
            own.Merge(change.Values);
            TableSql.Replace(Session, own);
        }
        else if (!edits.TryAdd((change.Table.Number, change.Key), change.Values.Copy()))
        {
            edits[(change.Table.Number, change.Key)].Merge(change.Values);
        }
    }

    private void Make(long n, Row row)
    {
        if (!inserts.TryGetValue(row.Table, out var insert))
        {
            insert = MakeTable(row.Table);
        }
        var values = new object?[row.Table.Columns.Count + 1];
        for (var i = 0; i < row.Table.Columns.Count; i++)
        {
            values[i] = row[i];
        }
        values[^1] = n;
        Session.Execute(insert, values);
    }

    private string MakeTable(SyncTable table)
    {
        Session.Script(ReplicaSchema.Partial(table, Entry));
        var insert = Session.Dialect.InsertIfAbsent(table.Name, [.. table.Columns.Select(c => c.Name), Entry]);
        inserts.Add(table, insert);
        return insert;
    }

    private void Index(SyncTable table, string column)
    {
        if (inserts.ContainsKey(table) && !table.KeyColumns.Contains(column) && indexed.Add((table, column)))
        {
            Session.Script($"CREATE INDEX {table.Name}_with_{column} ON {table.Name} ({column});");
        }
    }
}
