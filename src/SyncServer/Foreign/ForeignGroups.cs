using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Foreign;

/// <summary>
/// Sorts the rows of an upload into groups to be entered: a document with all that belongs to it, a stock record with its price and receipts, a contact, an
/// email, an event; and what is changed or removed of what the server has. A row that says what the server says already is none of them.
/// </summary>
/// <param name="epoch">After a restore, what is brought again is brought anew.</param>
internal sealed class ForeignGroups(long till, ForeignUpload upload, string epoch, long now)
{
    private readonly List<ForeignRow> rows = [.. upload.Rows.GroupBy(r => (r.Table, r.Key)).Select(g => g.Last())];
    private readonly Dictionary<Guid, List<Guid>> partsOf = [];
    private readonly HashSet<Guid> needless = [];
    private HashSet<Guid> newStock = [];

    /// <summary>That of the exchange, the same when it is repeated.</summary>
    public Guid Synchronisation { get; } = ForeignEntry.Derive("exchange", till, epoch, upload.Occasion);

    /// <summary>What is to be entered, by the records as they are, in the order it is to be posted.</summary>
    public IReadOnlyList<ChangeGroup> Sort(Session session)
    {
        var live = Live(session);
        var kept = new KeptEntries(session, till);
        newStock = rows.Where(r => r.Table == BookmineSetup.Stock && !r.IsRemoved && !live.ContainsKey((r.Table, r.Key))).Select(r => r.Key.Guid).ToHashSet();
        var (fresh, changes) = (new Groups<Row>(), new Groups<RowChange>());
        foreach (var row in rows)
        {
            var here = live.GetValueOrDefault((row.Table, row.Key));
            if (!row.IsRemoved && IsNew(row.Row, here, live))
            {
                fresh.Add(ForeignEntry.OwnerOf(row.Row, newStock), row.Row);
            }
            else if (Changed(row, here) is { } change)
            {
                changes.Add(ForeignEntry.OwnerOf(here ?? row.Row, newStock), change);
            }
        }
        var groups = Changes(changes).Concat(Fresh(kept, live, fresh)).ToList();
        var known = kept.Of(Synchronisation).Concat(kept.ByIds(groups.Select(g => g.Id)).Select(e => e.Id)).ToHashSet();
        return [.. groups.Where(g => !known.Contains(g.Id)).OrderBy(ForeignEntry.Order)];
    }

    /// <summary>Parts that waited in quarantine, with the number of the entry that brought the whole.</summary>
    public IEnumerable<(Guid Part, long? Whole)> Settled(IReadOnlyList<ScribedEntry> entered) =>
    [
        .. entered.Where(e => e.Result.State == EntryState.Posted && partsOf.ContainsKey(e.Group.Id))
            .SelectMany(e => partsOf[e.Group.Id].Select(part => (part, (long?)e.Result.N))),
        .. needless.Select(part => (part, (long?)null)),
    ];

    /// <summary>The rows that the client is to have as the server has them: asked after the posting.</summary>
    public ILookup<SyncTable, RowKey> Again(Session session)
    {
        var live = Live(session);
        var kept = new KeptEntries(session, till);
        var absent = rows.Where(r => !r.IsRemoved && !live.ContainsKey((r.Table, r.Key))).ToList();
        var waiting = kept.Of(absent.ConvertAll(r => ForeignEntry.OwnerOf(r.Row, newStock)).ToHashSet()).Values.SelectMany(e => e)
            .Concat(kept.ByIds(kept.Of(Synchronisation))).Where(e => e.IsWaiting).SelectMany(e => e.Rows?.Keys ?? []).ToHashSet();
        return rows.Where(row => live.TryGetValue((row.Table, row.Key), out var here)
                // What no till has, such as goods counted in, stays with the one that wrote it.
                ? row.Table.Bucket.Of(here) is not null && (row.IsRemoved || row.Table.Columns.Any(c => !Equals(row.Row[c], here[c])))
                : !row.IsRemoved && !waiting.Contains((row.Table, row.Key)))
            .ToLookup(r => r.Table, r => r.Key);
    }

    /// <summary>Whether two rows agree in all that a client may say.</summary>
    public static bool IsSame(Row sent, Row here) => sent.Table.Columns.All(c => !Says(sent, c) || Equals(sent[c], here[c]));

    /// <summary>
    /// The price of goods that the till itself has made may come after them, also where their receipt has made the holding; any other is an edit,
    /// whether or not the branch had a price.
    /// </summary>
    private bool IsNew(Row row, Row? here, Dictionary<(SyncTable, RowKey), Row> live) =>
        row.Table != BookmineSetup.Holding ? here is null
        : newStock.Contains(row.Key.Guid) || (row[Columns.Holding.PriceCents] is not null && here?[Columns.Holding.PriceCents] is null
            && live.GetValueOrDefault((BookmineSetup.Stock, new RowKey(row.Key.Guid)))?.IntegerOrNull(Columns.Stock.MadeBy) == till);

    /// <summary>What of the server's row the client has changed; null where it says nothing of its own.</summary>
    private static RowChange? Changed(ForeignRow row, Row? here)
    {
        if (row.IsRemoved && here is null)
        {
            return null;
        }
        var change = new Row(row.Table);
        foreach (var key in row.Table.KeyColumns)
        {
            change[key] = row.Row[key];
        }
        if (row.IsRemoved)
        {
            return new RowChange(ChangeOp.Remove, change);
        }
        foreach (var column in row.Table.Columns.Where(c => !row.Table.IsKey(c.Ordinal) && Says(row.Row, c) && !Equals(row.Row[c], here?[c])))
        {
            change[column] = row.Row[column];
        }
        return change.Count > row.Table.KeyColumns.Count ? new RowChange(ChangeOp.Update, change) : null;
    }

    private static bool Says(Row sent, Column column) => !column.IsByServer && sent.Has(column);

    /// <summary>One entry for all that is changed of one record; known again by what is in it.</summary>
    private IEnumerable<ChangeGroup> Changes(Groups<RowChange> changes) => changes.All.Select(g =>
        ForeignEntry.Make(ForeignEntry.Derive("change", Synchronisation, g.Key, ForeignEntry.HashOf(g.Value)), g.Value, now));

    private IEnumerable<ChangeGroup> Fresh(KeptEntries kept, Dictionary<(SyncTable, RowKey), Row> live, Groups<Row> fresh)
    {
        partsOf.Clear();
        needless.Clear();
        var documents = rows.Where(r => r.Table == BookmineSetup.Document && live.ContainsKey((r.Table, r.Key))).Select(r => r.Key.Guid);
        var keptOf = kept.Of(fresh.All.Select(g => g.Key).Concat(documents).ToHashSet());
        needless.UnionWith(keptOf.Values.SelectMany(e => e)
            .Where(e => e.IsWaiting && e.Rows is { } parts && parts.Keys.All(live.ContainsKey)).Select(e => e.Id));
        foreach (var (owner, sent) in fresh.All)
        {
            var earlier = keptOf.GetValueOrDefault(owner, []);
            var news = sent.FindAll(row => !earlier.Exists(e => e.Has(row)));
            if (news.Count == 0)
            {
                continue;
            }
            if (live.ContainsKey((BookmineSetup.Document, new RowKey(owner))) || live.ContainsKey((BookmineSetup.Stock, new RowKey(owner))))
            {
                // More of what is posted already: of a document that is for a person to look at.
                var more = Inserts(news);
                yield return ForeignEntry.Make(ForeignEntry.Derive("more", till, owner, ForeignEntry.HashOf(more)), more, now);
                continue;
            }
            var waiting = earlier.FindAll(e => e.IsWaiting);
            var whole = new Dictionary<(SyncTable, RowKey), Row>();
            foreach (var row in waiting.SelectMany(e => e.Rows?.Values ?? []).Concat(sent))
            {
                whole[(row.Table, row.Key)] = row;
            }
            var group = ForeignEntry.Make(KeptEntries.IdOf(till, owner, earlier.Count), Inserts(whole.Values), now);
            partsOf[group.Id] = waiting.ConvertAll(e => e.Id);
            yield return group;
        }
    }

    private static List<RowChange> Inserts(IEnumerable<Row> rows) => [.. rows.Select(row => new RowChange(ChangeOp.Insert, row))];

    /// <summary>The server's rows that the upload is about, the document of each and the stock record of each holding included.</summary>
    private Dictionary<(SyncTable Table, RowKey Key), Row> Live(Session session)
    {
        var wanted = rows.Select(r => (r.Table, r.Key))
            .Concat(rows.Select(r => ForeignEntry.DocumentOf(r.Row)).OfType<Guid>().Select(d => (Table: BookmineSetup.Document, Key: new RowKey(d))))
            .Concat(rows.Where(r => r.Table == BookmineSetup.Holding).Select(r => (Table: BookmineSetup.Stock, Key: new RowKey(r.Key.Guid))));
        var live = new Dictionary<(SyncTable, RowKey), Row>();
        foreach (var table in wanted.Distinct().GroupBy(w => w.Table))
        {
            foreach (var row in TableSql.FindAll(session, table.Key, [.. table.Select(w => w.Key)]))
            {
                live.Add((table.Key, row.Key), row);
            }
        }
        return live;
    }

    private sealed class Groups<T>
    {
        private readonly Dictionary<Guid, List<T>> groups = [];

        public IReadOnlyDictionary<Guid, List<T>> All => groups;

        public void Add(Guid owner, T item) => (groups.TryGetValue(owner, out var list) ? list : groups[owner] = []).Add(item);
    }
}
