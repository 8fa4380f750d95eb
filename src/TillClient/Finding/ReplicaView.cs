using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.TillClient.Files;

namespace Bookmine.TillClient.Finding;

/// <summary>
/// What the cashier sees: the replica in use, and over it the overlay of what was done here since. Looks at <c>replica.current</c>
/// before each use and reopens when another replica was put in use. Threads come in by <see cref="Read"/> and <see cref="Look"/>, one at a time.
/// </summary>
internal sealed class ReplicaView(IFileStore files, string folder, ClientJournal journal, TillIdentity identity) : IDisposable
{
    /// <summary>
    /// A replica that another program has just brought up is seen at the second look; an overlay that the disk has damaged is made again once, and lies in
    /// memory then.
    /// </summary>
    private const int MostLooks = 4;

    private readonly Lock gate = new();
    private readonly ReplicaFolder replicas = new(files, folder);
    private string? path;
    private Session? session;
    private IDisposable? hold;

    public Overlay Overlay { get; } = new(
        BookmineSetup.Instance, files, folder, journal, SqliteFiles.BeginRead, (BookmineSetup.StockMovement, "stock_id, qty"));

    /// <summary>The open replica.</summary>
    /// <exception cref="TillException">The till has none yet.</exception>
    public Session Session => session ?? throw new TillException("This till has no replica yet. With the server at hand: bookmine-till reprovision.");

    public bool Exists => session is not null;

    /// <summary>Runs the work on one state of the replica and the overlay that belongs to it.</summary>
    /// <exception cref="TillException">The replica's file is damaged.</exception>
    public T Read<T>(Func<T> work)
    {
        lock (gate)
        {
            for (var look = 1; ; look++)
            {
                try
                {
                    Open();
                    return session is null ? work() : session.InTransaction(() => WithOverlay(look, work), SqliteFiles.BeginRead);
                }
                catch (OverlayInDoubtException) when (look < MostLooks)
                {
                }
                catch (Exception e) when (DamagedValueException.IsDamage(files, e))
                {
                    throw new TillException(
                        $"The replica is damaged ({e.Message}). The journal is not concerned. With the server at hand: bookmine-till resync, which replaces it.");
                }
            }
        }
    }

    /// <summary>Runs work that can do without a replica, and looks at no more of it than its own few marks.</summary>
    public T Look<T>(Func<T> work)
    {
        lock (gate)
        {
            Sound(() =>
            {
                Open();
                return true;
            });
            return work();
        }
    }

    /// <summary>Opens the replica in use, when another was put in use or none is open yet.</summary>
    private void Open()
    {
        var current = replicas.Current;
        if (current == path)
        {
            return;
        }
        Close();
        if (current is null)
        {
            return;
        }
        try
        {
            hold = replicas.Hold(current);
            session = new Session(files.OpenDatabase(current));
            session.Script("PRAGMA busy_timeout = 10000;");
            ReplicaSchema.Widen(session, BookmineSetup.Instance);
            session.Script("PRAGMA query_only = ON;");
            path = current;
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>The branch the till belongs to now: as the replica has it, or that of its enrolment while the replica does not know it yet.</summary>
    public long Branch => TableSql.Find(Session, BookmineSetup.TillHead, new RowKey(identity.Till, Guid.Empty))?.Integer("branch") ?? identity.Branch;

    public Row BranchRow => TableSql.Find(Session, BookmineSetup.Branch, new RowKey(Branch, Guid.Empty))
        ?? throw new TillException("The replica does not know this till's branch. With the server at hand: bookmine-till reprovision.");

    /// <summary>The rate in basis points of what has none of its own: that of its category, or else the branch's.</summary>
    public long TaxRateBp(string? category)
    {
        var branch = BranchRow;
        return (category is null ? null : CategoryRates.Read(branch.TextOrNull("category_rates")).Of(category)) ?? branch.Integer("tax_rate_bp");
    }

    /// <summary>A record with what was done to it here: the replica's, edited, or one made here.</summary>
    public Row? Find(SyncTable table, RowKey key) =>
        TableSql.Find(Session, table, key) is { } row ? Overlay.Edited(row) : Overlay.FindMade(table, key);

    /// <summary>Rows by an indexed column, the replica's first, then those made here.</summary>
    public IEnumerable<Row> By(SyncTable table, string column, object value) =>
        TableSql.Where(Session, table, $"{column} = @value LIMIT 100", value).Select(Overlay.Edited)
            .Concat(Overlay.MadeWith(table, column, value))
            .DistinctBy(r => r.Key);

    /// <summary>All rows that belong to a document or line: a sale may have any number of lines.</summary>
    public IEnumerable<Row> Of(SyncTable table, string column, object owner) =>
        TableSql.Where(Session, table, $"{column} = @value", owner).Concat(Overlay.MadeWith(table, column, owner)).DistinctBy(r => r.Key);

    /// <summary>On-hand counts move with what was sold here and is not included yet.</summary>
    public long OnHandShift(Guid stock) => Overlay.Sum(BookmineSetup.StockMovement, "qty", "stock_id", stock);

    /// <summary>What is left on a gift voucher, in cents; null when nothing is known of it here.</summary>
    public long? VoucherCents(string number) =>
        Of(BookmineSetup.Voucher, "number", number).Select(r => r.Integer("amount_cents")).ToList() is { Count: > 0 } ledger ? ledger.Sum() : null;

    /// <summary>A contact's General Credit, in cents.</summary>
    public long CreditCents(Guid contact) => OfContact(BookmineSetup.Credit, contact).Sum(r => r.Integer("amount_cents"));

    /// <summary>The rows of a contact, and of those that turned out to be the same.</summary>
    public IEnumerable<Row> OfContact(SyncTable table, Guid contact) =>
        By(BookmineSetup.Contact, "merged_into", contact).Select(c => c.Guid("id")).Prepend(contact).SelectMany(id => Of(table, "contact_id", id));

    /// <summary>When the replica was last known to be up to date, Unix milliseconds.</summary>
    public long? AsOf => Sound(() => session?.Scalar("SELECT value FROM sync_replica WHERE name = 'as_of'")) is string text
        && long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : null;

    /// <summary>The epoch of the server's records; null without a replica.</summary>
    public string? Epoch => Sound(() => session?.Scalar("SELECT value FROM sync_replica WHERE name = 'epoch'")) as string;

    public long Cursor => Sound(() => session?.Integer("SELECT max(seq) FROM sync_cursor")) ?? 0;

    public void Dispose()
    {
        Close();
        Overlay.Dispose();
    }

    /// <summary>Whether the server has posted more of this till than its journal has.</summary>
    public bool IsAheadOfJournal => Sound(() => session is null ? 0 : Included) > journal.LastN;

    /// <summary>Up to which entry the replica has what was done here.</summary>
    public long Included => TableSql.Find(Session, BookmineSetup.TillHead, new RowKey(identity.Till, Guid.Empty))?.Integer("n") ?? 0;

    /// <summary>What can be read; nothing of a damaged replica, which the next synchronisation replaces.</summary>
    private T? Sound<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (DamagedValueException.IsDamage(files, e))
        {
            return default;
        }
    }

    private T WithOverlay<T>(int look, Func<T> work)
    {
        var included = Included;
        if (included > journal.LastN)
        {
            throw new JournalException(
                $"The server has posted entry {included} of this till, and the journal here ends at {journal.LastN}: it has lost its end or was put back from a copy. "
                + "Nothing is sold on it before the server was reached, which holds what was posted: start in normal mode with the server at hand.");
        }
        try
        {
            Overlay.BeginReading(included, Quarantined(), mayGoBack: look > 1);
            return work();
        }
        finally
        {
            Overlay.EndReading();
        }
    }

    private List<long> Quarantined() =>
        [.. TableSql.Where(Session, BookmineSetup.Quarantine, "till = @till AND state = 'quarantined' ORDER BY n", identity.Till).Select(
            r => r.Integer("n"))];

    private void Close()
    {
        session?.Dispose();
        hold?.Dispose();
        (session, hold, path) = (null, null, null);
    }
}
