using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Replica;

/// <summary>
/// Keeps an overlay's rows to what the journal has and the replica has not: takes entries up, and lets those go that the replica has come to include.
/// </summary>
internal sealed class OverlayWriter(SyncSetup setup, ClientJournal journal)
{
    /// <summary>Which entries change which rows. What they change is read in the journal.</summary>
    public const string EditTable = """
        CREATE TABLE overlay_edit (
            tab INTEGER NOT NULL, k_int INTEGER NOT NULL, k_guid BLOB NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (tab, k_int, k_guid, n)) STRICT, WITHOUT ROWID;
        """;

    /// <summary>
    /// Entries that are taken in one transaction: a till that comes back after weeks has little memory, and another program may want to write too.
    /// </summary>
    private const int Slice = 32;

    /// <summary>Goes a step towards the marks that are wanted, in a transaction of the caller's.</summary>
    /// <param name="marks">As they are; null in an overlay that has nothing.</param>
    public void Step(Session session, OverlayMarks? marks, long included, string quarantined)
    {
        if (marks is null || !IsBound(marks) || !Has(session, marks, included, quarantined))
        {
            marks = Begin(session, included, quarantined);
        }
        else if (marks.Included != included || marks.Quarantined != quarantined)
        {
            marks = LetGo(session, marks, included, quarantined);
        }
        var entries = journal.After(marks.Through, Slice);
        foreach (var entry in entries)
        {
            Take(session, entry);
        }
        (entries.Count > 0 ? marks with { Through = entries[^1].N, Chain = entries[^1].Chain } : marks).Write(session);
    }

    /// <summary>Whether it was made by this program from this journal, and not from another or a longer one.</summary>
    public bool IsBound(OverlayMarks marks) => marks.Schema == setup.SchemaVersion && marks.Through <= journal.LastN
        && journal.ChainAt(marks.Through).AsSpan().SequenceEqual(marks.Chain);

    /// <summary>What was done here to a row that was not made here, put over it.</summary>
    public Row Edited(Session session, Row row)
    {
        var key = row.Key;
        var entries = new List<long>();
        using (var reader = session.Query(
            "SELECT n FROM overlay_edit WHERE tab = @tab AND k_int = @int AND k_guid = @guid ORDER BY n", row.Table.Number, key.Integer, key.Guid))
        {
            while (reader.Read())
            {
                entries.Add(DbValues.ReadInteger(reader, 0));
            }
        }
        var edited = entries.Count == 0 ? row : row.Copy();
        foreach (var change in entries.SelectMany(n => ChangesOf(journal.ByN(n))).Where(c => c.Op != ChangeOp.Insert && c.Table == row.Table && c.Key == key))
        {
            edited.Merge(change.Values);
        }
        return edited;
    }

    /// <summary>Whether the overlay has all rows that are wanted, with others besides that can be let go.</summary>
    private static bool Has(Session session, OverlayMarks marks, long included, string quarantined)
    {
        if (included < marks.Included)
        {
            return false;
        }
        var wanted = OverlayMarks.EntriesIn(quarantined).ToList();
        var had = OverlayMarks.EntriesIn(marks.Quarantined).ToHashSet();
        return wanted.TrueForAll(n => had.Contains(n) || (n > marks.Included && n <= marks.Through))
            // A correction that is let go may have been one of a row that is kept, which then is no more as it was made.
            && (wanted.Count == 0
                || session.Scalar($"SELECT 1 FROM overlay_edit WHERE n <= @included AND n NOT IN ({ListOf(wanted)}) LIMIT 1", included) is null);
    }

    private OverlayMarks Begin(Session session, long included, string quarantined)
    {
        Clear(session);
        foreach (var n in OverlayMarks.EntriesIn(quarantined))
        {
            Take(session, journal.ByN(n));
        }
        return new OverlayMarks(setup.SchemaVersion, included, quarantined, included, journal.ChainAt(included));
    }

    private OverlayMarks LetGo(Session session, OverlayMarks marks, long included, string quarantined)
    {
        var wanted = OverlayMarks.EntriesIn(quarantined).ToList();
        if (marks.Through <= included && wanted.Count == 0)
        {
            Clear(session);
        }
        else
        {
            string IsGone(string entry) => $"{entry} <= @included{(wanted.Count == 0 ? "" : $" AND {entry} NOT IN ({ListOf(wanted)})")}";
            session.Execute($"DELETE FROM overlay_edit WHERE {IsGone("n")}", included);
            foreach (var table in setup.Tables)
            {
                session.Execute($"DELETE FROM {table.Name} WHERE {IsGone(OverlayRows.EntryColumn)}", included);
            }
        }
        var through = Math.Max(marks.Through, included);
        return new OverlayMarks(setup.SchemaVersion, included, quarantined, through, through == marks.Through ? marks.Chain : journal.ChainAt(through));
    }

    private void Clear(Session session)
    {
        session.Execute("DELETE FROM overlay_edit");
        foreach (var table in setup.Tables)
        {
            session.Execute($"DELETE FROM {table.Name}");
        }
    }

    private void Take(Session session, JournalEntry? entry)
    {
        foreach (var change in ChangesOf(entry))
        {
            if (change.Op == ChangeOp.Insert)
            {
                OverlayRows.Insert(session, change.Values, entry!.N);
                continue;
            }
            if (OverlayRows.Find(session, change.Table, change.Key) is { } own)
            {
                own.Row.Merge(change.Values);
                OverlayRows.Replace(session, own.Row, own.Entry);
            }
            session.Execute(
                "INSERT INTO overlay_edit (tab, k_int, k_guid, n) VALUES (@tab, @int, @guid, @n) ON CONFLICT DO NOTHING",
                change.Table.Number, change.Key.Integer, change.Key.Guid, entry!.N);
        }
    }

    /// <summary>An entry whose content the disk has damaged shows nothing; the server keeps it for a person, with its reason.</summary>
    private IReadOnlyList<RowChange> ChangesOf(JournalEntry? entry)
    {
        try
        {
            return entry is null ? [] : ChangeGroupJson.Read(setup, entry.Id, entry.Format, entry.Payload).Changes;
        }
        catch (MalformedEntryException)
        {
            return [];
        }
    }

    private static string ListOf(IEnumerable<long> entries) => string.Join(", ", entries);
}
