using System.Data.Common;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Replica;

/// <summary>
/// What was done here and the replica does not include yet: the journal's entries above the replica's head for this client, and those in quarantine, as rows
/// that can be asked for like the replica's. It lies on disk, so that a month unposted costs nothing at the start, and is never a second truth: bound to the
/// journal's chain, and made again from it when in doubt. For one thread at a time; other programs of the till may use the same.
/// </summary>
/// <param name="beginRead">Begins a transaction that reads one state and takes no lock.</param>
/// <param name="alsoIndexed">Columns that are looked up here and not in the replica.</param>
public sealed class Overlay(
    SyncSetup setup, IFileStore files, string folder, ClientJournal journal, Func<DbConnection, DbTransaction> beginRead,
    params (SyncTable Table, string Columns)[] alsoIndexed) : IDisposable
{
    /// <summary>At a slice of entries each, more steps than any journal has: who needs as many goes in a circle.</summary>
    private const int MostSteps = 1_000_000;

    private readonly OverlayFile file = new(setup, files, folder, alsoIndexed);
    private readonly OverlayWriter writer = new(setup, journal);

    // What this program has found bound to its journal; another program writes marks of the same journal only.
    private OverlayMarks? bound;
    private (long Included, string Quarantined)? reading;

    /// <summary>
    /// Begins to read the overlay that belongs to a state of the replica: the journal's entries above <paramref name="included"/>, and
    /// <paramref name="quarantined"/> ones below. Ends what was read before.
    /// </summary>
    /// <param name="mayGoBack">Whether it is known that the replica is not merely an older state of one that another program reads.</param>
    /// <exception cref="OverlayInDoubtException">To be begun again, on a fresh look at the replica.</exception>
    public void BeginReading(long included, IEnumerable<long> quarantined, bool mayGoBack) => Asked(() =>
    {
        reading = (included, OverlayMarks.ListOf(quarantined.Where(n => n <= included).Order()));
        return BringUp(mayGoBack);
    });

    public void EndReading()
    {
        reading = null;
        file.Leave();
    }

    /// <summary>Adds what was sealed since it was begun to be read, also by another program on this machine.</summary>
    public void CatchUp()
    {
        if (reading is not null)
        {
            Asked(() => BringUp(mayGoBack: true));
        }
    }

    /// <summary>Rows made here that a condition holds for, with the corrections they got since.</summary>
    public IReadOnlyList<Row> Made(SyncTable table, string condition, object value) =>
        Asked<IReadOnlyList<Row>>(() => [.. OverlayRows.Where(file.Session, table, condition, value).Select(r => r.Row)]);

    /// <summary>Those with a value in a column.</summary>
    public IReadOnlyList<Row> MadeWith(SyncTable table, string column, object value) => Made(table, $"{column} = @value", value);

    /// <summary>Those that an entry made.</summary>
    public IReadOnlyList<Row> MadeBy(SyncTable table, long entry) => Made(table, $"{OverlayRows.EntryColumn} = @n", entry);

    /// <summary>The sum of one column over the rows made here that have a value in another.</summary>
    public long Sum(SyncTable table, string summed, string column, object value) =>
        Asked(() => file.Session.Integer($"SELECT sum({summed}) FROM {table.Name} WHERE {column} = @value", value) ?? 0);

    public Row? FindMade(SyncTable table, RowKey key) => Asked(() => OverlayRows.Find(file.Session, table, key)?.Row);

    /// <summary>The entry that made a row; null when it was not made here.</summary>
    public long? MakerOf(SyncTable table, RowKey key) => Asked(() => OverlayRows.Find(file.Session, table, key)?.Entry);

    /// <summary>The server's row as edited here; the row itself when it was not.</summary>
    public Row Edited(Row row) => Asked(() => writer.Edited(file.Session, row));

    public void Dispose() => file.Dispose();

    private bool BringUp(bool mayGoBack)
    {
        var (included, quarantined) = reading!.Value;
        var session = file.Session;
        session.Rollback();
        for (var steps = 0; steps < MostSteps; steps++)
        {
            session.Begin(beginRead);
            var marks = OverlayMarks.Read(session);
            if (marks is not null && marks.Included > included && !mayGoBack)
            {
                throw new OverlayInDoubtException("Another program has come further.");
            }
            if (marks is not null && marks.Included == included && marks.Quarantined == quarantined && marks.Through == journal.LastN && IsBound(marks))
            {
                return true;
            }
            session.Rollback();
            session.InTransaction(() =>
            {
                writer.Step(session, OverlayMarks.Read(session), included, quarantined);
                return true;
            });
        }
        throw new InvalidOperationException($"The overlay was not brought up to the journal in {MostSteps} steps.");
    }

    private bool IsBound(OverlayMarks marks)
    {
        if (bound is { } known && known.Through == marks.Through && known.Chain.AsSpan().SequenceEqual(marks.Chain))
        {
            return true;
        }
        bound = writer.IsBound(marks) ? marks : null;
        return bound is not null;
    }

    /// <summary>What cannot be read here is not lost: it is made again.</summary>
    private T Asked<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (!file.IsInMemory && (e is DbException or IOException or UnauthorizedAccessException || DamagedValueException.Is(e)))
        {
            file.Discard(hopeless: !DamagedValueException.IsDamage(files, e));
            throw new OverlayInDoubtException(e.Message);
        }
    }
}

/// <summary>The overlay that was read is none to go on with. It was put right: whatever was done with it is to be done again.</summary>
public sealed class OverlayInDoubtException(string why) : Exception(
    $"What was sold here and is not posted yet could not be read ({why}). It is made again from the journal, which has it all.");
