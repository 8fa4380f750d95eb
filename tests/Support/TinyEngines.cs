using Bookmine.Schema;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Foreign;
using Bookmine.SyncServer.Tills;

namespace Bookmine.Tests.Support;

/// <summary>
/// A till whose engine is not ours, as small as one can be: rows by their keys, and no entries. What an application would write into its tables it writes here.
/// </summary>
internal abstract class TinyTill(ForeignExchange exchange, Func<KnownTill> known, TimeProvider clock, EntityIds ids)
{
    protected readonly Dictionary<(SyncTable Table, RowKey Key), Row> Held = [];
    private ForeignExchange exchange = exchange;
    private KnownTill? last;
    private ForeignProof? proof;
    private IReadOnlyList<NumberBlock> blocks = [];
    private long cursor;

    /// <summary>Whether it sends what has no TransID, and all that it has before it begins afresh.</summary>
    public bool IsGuarded { get; set; }

    public IReadOnlyDictionary<(SyncTable Table, RowKey Key), Row> Rows => Held;

    public long Cursor => cursor;

    public ForeignProof? Proof => proof;

    /// <summary>What came with the last exchange.</summary>
    public List<ForeignRow> Received { get; } = [];

    public Row this[SyncTable table, Guid key] => Held[(table, new RowKey(key))];

    public bool Has(SyncTable table, Guid key) => Held.ContainsKey((table, new RowKey(key)));

    /// <summary>As the server knows it; while that is away, as it was known last.</summary>
    public KnownTill Known
    {
        get
        {
            try
            {
                return last = known();
            }
            catch (InvalidOperationException) when (last is not null)
            {
                return last;
            }
        }
    }

    /// <summary>Another server, or the same after it was started again.</summary>
    public void Use(ForeignExchange other) => exchange = other;

    public Guid NewId() => ids.Next();

    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public abstract void Put(Row row);

    public abstract void Remove(SyncTable table, RowKey key);

    /// <summary>What it would send now.</summary>
    protected abstract List<ForeignRow> Changed(bool everything);

    /// <summary>It has been told of what it sent.</summary>
    protected abstract void Sent(IEnumerable<ForeignRow> rows);

    /// <summary>It has been given a row.</summary>
    protected abstract void Took(SyncTable table, RowKey key);

    /// <summary>An exchange from end to end.</summary>
    /// <param name="sends">Which of what it would send it sends: an engine may read in the middle of a sale.</param>
    /// <param name="onTheWay">What becomes of the rows on the way: doubled, reordered.</param>
    /// <param name="isLost">Whether the answer is.</param>
    public ForeignOutcome Exchange(Func<ForeignRow, bool>? sends = null, Func<List<ForeignRow>, List<ForeignRow>>? onTheWay = null, bool isLost = false)
    {
        var standing = exchange.StandingOf(Known, cursor, IsGuarded ? proof : null);
        var isStale = standing is ForeignStanding.Stale or ForeignStanding.Lost;
        if (isStale && !IsGuarded)
        {
            exchange.NoteUnguarded(Known);
            throw new InvalidOperationException("told to wait");
        }
        var changed = Changed(everything: standing == ForeignStanding.Lost);
        var rows = changed.Where(sends ?? (_ => true)).ToList();
        var occasion = $"tiny/{(isStale ? 0 : cursor)}";
        var outcome = exchange.Bring(Known, new ForeignUpload(occasion, onTheWay?.Invoke(rows) ?? rows), blocks);
        var download = exchange.Open(
            Known, standing is ForeignStanding.Current or ForeignStanding.Withheld ? cursor : null, outcome, IsGuarded && proof is null && cursor == 0, blocks);
        var given = BookmineSetup.Instance.Tables.SelectMany(download.Of).ToList();
        // Its tables are not emptied while something of them was not sent.
        if (isLost || (isStale && rows.Count < changed.Count))
        {
            return outcome;
        }
        Received.Clear();
        Received.AddRange(given);
        if (isStale)
        {
            Held.Clear();
        }
        Sent(rows);
        foreach (var row in given)
        {
            if (row.IsRemoved)
            {
                Held.Remove((row.Table, row.Key));
            }
            else
            {
                Held[(row.Table, row.Key)] = row.Row.Copy();
            }
            Took(row.Table, row.Key);
        }
        (cursor, proof, blocks) = (download.Cursor, download.Proof, download.Blocks);
        return outcome;
    }

    /// <summary>A sale of one line, as an application writes it: header, line, payment, movement.</summary>
    public Guid Sell(long docket, Guid stock, long cents, long qty = 1, Guid? contact = null, string? reference = null)
    {
        var (id, branch, at, number) = (NewId(), Known.Branch, Now, Known.Id);
        Put(new Row(BookmineSetup.Document)
        {
            ["id"] = id, ["docket"] = docket, ["kind"] = "sale", ["branch"] = branch, ["till"] = number, ["operator"] = "07", ["contact_id"] = contact,
            ["started_at"] = at, ["shipped_at"] = at, ["total_cents"] = qty * cents, ["reference"] = reference, ["disconnected"] = 1L,
        });
        Put(new Row(BookmineSetup.DocumentLine)
        {
            ["id"] = NewId(), ["document_id"] = id, ["branch"] = branch, ["line"] = 1L, ["stock_id"] = stock, ["title"] = "A title", ["qty"] = qty,
            ["unit_price_cents"] = cents, ["discount_cents"] = 0L, ["tax_rate_bp"] = 1000L,
        });
        Put(new Row(BookmineSetup.Payment)
        {
            ["id"] = NewId(), ["document_id"] = id, ["branch"] = branch, ["method"] = "cash", ["amount_cents"] = qty * cents, ["change"] = 0L, ["taken_at"] = at,
        });
        Put(new Row(BookmineSetup.StockMovement)
        {
            ["id"] = NewId(), ["document_id"] = id, ["branch"] = branch, ["stock_id"] = stock, ["qty"] = -qty, ["value_cents"] = qty * cents, ["reason"] = "sale",
            ["taken_at"] = at,
        });
        return id;
    }

    /// <summary>A new title with its price and so many received.</summary>
    public Guid AddStock(string title, long cents, long received)
    {
        var id = NewId();
        Put(new Row(BookmineSetup.Stock) { ["id"] = id, ["code"] = $"own-{title}", ["title"] = title });
        Put(new Row(BookmineSetup.Holding) { ["branch"] = Known.Branch, ["stock_id"] = id, ["price_cents"] = cents, ["on_hand"] = received });
        Put(new Row(BookmineSetup.StockMovement)
        {
            ["id"] = NewId(), ["branch"] = Known.Branch, ["stock_id"] = id, ["qty"] = received, ["value_cents"] = 0L, ["reason"] = "receipt", ["taken_at"] = Now,
        });
        return id;
    }

    public Guid AddContact(string name)
    {
        var id = NewId();
        Put(new Row(BookmineSetup.Contact) { ["id"] = id, ["kind"] = "customer", ["name"] = name });
        return id;
    }

    public Guid AddEmail(Guid contact)
    {
        var id = NewId();
        Put(new Row(BookmineSetup.Email)
        {
            ["id"] = id, ["branch"] = Known.Branch, ["contact_id"] = contact, ["subject"] = "Your order", ["body"] = "It is here.", ["sent_at"] = Now,
        });
        return id;
    }

    public void Change(SyncTable table, RowKey key, string column, object? value)
    {
        var row = Held[(table, key)].Copy();
        row[column] = value;
        Put(row);
    }
}

/// <summary>Two dictionaries: the rows, and what of them was changed since it was last sent. Table by table, as engines with tracking tables do.</summary>
internal sealed class TrackingTill(ForeignExchange exchange, Func<KnownTill> known, TimeProvider clock, EntityIds ids) : TinyTill(exchange, known, clock, ids)
{
    private readonly Dictionary<(SyncTable Table, RowKey Key), bool> tracked = [];

    public override void Put(Row row)
    {
        Held[(row.Table, row.Key)] = row;
        tracked[(row.Table, row.Key)] = false;
    }

    public override void Remove(SyncTable table, RowKey key)
    {
        Held.Remove((table, key));
        tracked[(table, key)] = true;
    }

    protected override List<ForeignRow> Changed(bool everything)
    {
        var unposted = Held.Values.Where(r => IsGuarded && r.Table.Direction == Direction.Both && (IsUnposted(r) || (everything && IsOwn(r)))).Select(r => new ForeignRow(r));
        return [.. tracked.Select(t => t.Value ? new ForeignRow(Gone(t.Key), true) : new ForeignRow(Held[t.Key])).Concat(unposted).OrderBy(r => r.Table.Number)];
    }

    protected override void Sent(IEnumerable<ForeignRow> rows)
    {
        foreach (var row in rows)
        {
            tracked.Remove((row.Table, row.Key));
        }
    }

    protected override void Took(SyncTable table, RowKey key) => tracked.Remove((table, key));

    private bool IsUnposted(Row row) =>
        (row.Table == BookmineSetup.Document ? row.Key.Guid : row.Table.Ordinal("document_id") >= 0 ? row.GuidOrNull("document_id") : null) is { } document
        && (!Held.TryGetValue((BookmineSetup.Document, new RowKey(document)), out var header) || header["trans_id"] is null);

    private bool IsOwn(Row row) =>
        row.Table == BookmineSetup.Stock || row.Table == BookmineSetup.Contact ? row.IntegerOrNull("made_by") == Known.Id
        : row.Table == BookmineSetup.Holding ? Held.TryGetValue((BookmineSetup.Stock, new RowKey(row.Key.Guid)), out var stock) && IsOwn(stock)
        : row.Table == BookmineSetup.Document || row.Table == BookmineSetup.TillEvent ? row.Integer("till") == Known.Id
        : row.Table == BookmineSetup.StockMovement && row["document_id"] is null ? true
        : row.Table.Ordinal("document_id") >= 0 && row.GuidOrNull("document_id") is { } document
            && Held.TryGetValue((BookmineSetup.Document, new RowKey(document)), out var header) && IsOwn(header);

    private static Row Gone((SyncTable Table, RowKey Key) at)
    {
        var row = new Row(at.Table);
        foreach (var key in at.Table.KeyColumns)
        {
            row[key] = at.Table.Ordinal(key) == at.Table.KeyInteger ? at.Key.Integer : at.Key.Guid;
        }
        return row;
    }
}

/// <summary>
/// Quite another engine: it keeps no record of changes but a stamp on each row, and sends whole rows whose stamp is later than its last exchange, those it was
/// given itself included; it knows of no removals.
/// </summary>
internal sealed class StampingTill(ForeignExchange exchange, Func<KnownTill> known, TimeProvider clock, EntityIds ids) : TinyTill(exchange, known, clock, ids)
{
    private readonly Dictionary<(SyncTable, RowKey), long> stamps = [];
    private long ticks;
    private long last;

    public override void Put(Row row)
    {
        Held[(row.Table, row.Key)] = row;
        stamps[(row.Table, row.Key)] = ++ticks;
    }

    public override void Remove(SyncTable table, RowKey key) => Held.Remove((table, key));

    protected override List<ForeignRow> Changed(bool everything) =>
        [.. Held.Where(h => h.Key.Table.Direction == Direction.Both && (everything || stamps[h.Key] > last)).Select(h => new ForeignRow(h.Value))];

    protected override void Sent(IEnumerable<ForeignRow> rows) => last = ticks;

    protected override void Took(SyncTable table, RowKey key) => stamps[(table, key)] = ++ticks;
}
