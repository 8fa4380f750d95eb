using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Posting;

namespace Bookmine.SyncServer.Imports;

/// <summary>A title whose copies are not as many as the books say.</summary>
/// <param name="Expected">As the movements up to the moment of the count have it.</param>
/// <param name="ValueCents">Of the difference, at the branch's price; 0 where it has none.</param>
public sealed record Variance(string Code, string Title, long Expected, long Counted, long ValueCents);

/// <summary>
/// A file of copies of titles that are on record: those that were counted at a moment, or those that came in. A title that stands in several
/// rows has the sum of them.
/// </summary>
/// <param name="countedAt">When it was counted, Unix milliseconds, where a row does not say; null where the copies came in.</param>
/// <param name="full">A category of which everything was counted, so that what the file does not name is not there; null for none.</param>
internal sealed class CopiesImport(
    long branch, string branchName, long? countedAt, string? full, TimeZoneInfo zone, TimeProvider clock, Func<Func<Session, object?>,
        object?> reading) : IImport
{
    /// <summary>A clock of a hand-held counter may be so far ahead.</summary>
    private const long MostAheadMilliseconds = 60_000;

    private const int MostVariances = 500;
    private readonly EntityIds ids = new(clock);
    private readonly Dictionary<(Guid, long), long> sums = [];
    private readonly HashSet<Guid> seen = [];
    private readonly Dictionary<(Guid, long), Variance> variances = [];
    private Queue<Copies>? missing;
    private Dictionary<Guid, Guid> owners = [];
    private long now;

    private sealed record Copies(Guid Stock, string Code, string Title, long Qty, long At);

    /// <summary>The largest differences, in money and then in copies.</summary>
    public IReadOnlyList<Variance> Variances => [.. variances.Values.OrderByDescending(v => Math.Abs(v.ValueCents)).ThenByDescending(
        v => Math.Abs(v.Expected - v.Counted)).Take(MostVariances)];

    public object? Next(ImportFile file)
    {
        while (file.Read())
        {
            if (Read(file, out var fault) is { } copies)
            {
                return copies;
            }
            file.Reject(fault!);
        }
        if (full is null || countedAt is null)
        {
            return null;
        }
        if (file.Rejected > 0)
        {
            throw new ShopException(
                $"{file.Rejected} rows could not be taken, so nobody knows what is not there: nothing of {full} was set to none. Mend them and import the file again.");
        }
        missing ??= new Queue<Copies>((List<Copies>)reading(Missing)!);
        return missing.TryDequeue(out var none) ? none : null;
    }

    public void BeginSlice(Session session, IReadOnlyList<object> slice, bool isWriting)
    {
        // One may have turned out to be another since it was read.
        owners = TableSql.FindAll(session, BookmineSetup.Stock, [.. slice.Cast<Copies>().Select(c => new RowKey(c.Stock)).Distinct()])
            .ToDictionary(s => s.Guid("id"), s => s.GuidOrNull("merged_into") ?? s.Guid("id"));
        if (isWriting)
        {
            new LiveRows(session).Lock(owners.Values.Distinct().Select(id => (BookmineSetup.Holding, new RowKey(branch, id))));
            Counter.NotBefore(session, 0);
        }
        now = new StockMoves(session, clock, ids).Now(branch);
    }

    public Verdict Write(Session session, object row, ImportBook book)
    {
        var copies = (Copies)row;
        copies = copies with { Stock = owners.GetValueOrDefault(copies.Stock, copies.Stock) };
        var moves = new StockMoves(session, clock, ids);
        if (countedAt is null)
        {
            if (copies.Qty == 0)
            {
                return Verdict.Same;
            }
            if (book.IsWriting)
            {
                moves.Add(branch, copies.Stock, copies.Code, copies.Qty, MovementReasons.Receipt, now);
                book.Note(copies.Stock, ImportDeeds.Changed, qty: copies.Qty);
            }
            return Verdict.Changed;
        }
        var expected = moves.SumUpTo(branch, copies.Stock, copies.At);
        if (!book.IsWriting)
        {
            return Preview(session, copies, expected);
        }
        var before = session.Integer(
            "SELECT qty FROM stock_count WHERE branch = @branch AND stock_id = @stock AND at = @at AND batch = @batch", branch, copies.Stock,
                copies.At, book.Batch);
        var counted = copies.Qty + (before ?? 0);
        moves.Count(branch, copies.Stock, copies.Code, copies.At, counted, book.Batch, null);
        if (before is null)
        {
            book.Note(copies.Stock, ImportDeeds.Counted, at: copies.At);
        }
        return expected == counted ? Verdict.Same : Verdict.Changed;
    }

    public string Describe(object row) => row is Copies c ? string.Create(CultureInfo.InvariantCulture, $"{c.Code} · {c.Title} · {c.Qty} copies") : "";

    private Verdict Preview(Session session, Copies copies, long expected)
    {
        var key = (copies.Stock, copies.At);
        var counted = sums[key] = sums.GetValueOrDefault(key) + copies.Qty;
        variances.Remove(key);
        if (counted != expected)
        {
            var price = session.Integer("SELECT price_cents FROM holding WHERE branch = @branch AND stock_id = @stock", branch, copies.Stock) ?? 0;
            variances.Add(key, new Variance(copies.Code, copies.Title, expected, counted, (counted - expected) * price));
        }
        return counted == expected ? Verdict.Same : Verdict.Changed;
    }

    private Copies? Read(ImportFile file, out string? fault)
    {
        var item = ItemKey.Read(file, out fault);
        var (qty, at) = ((long?)null, countedAt ?? 0);
        fault ??= StockRow.OfBranch(file, (branch, branchName)) ?? StockRow.Copies(file, "on_hand", out qty) ?? Moment(file, ref at);
        fault ??= qty is null ? "has no number of copies" : countedAt is not null && qty < 0 ? $"counts {qty} copies; there are none or more" : null;
        fault ??= item is { Code: null, Isbn13: null } ? "names no item: it has neither a code nor an ISBN" : null;
        if (fault is not null)
        {
            return null;
        }
        var condition = file["condition"];
        if (reading(session => StockKeys.Root(session, StockKeys.Find(session, item!, condition))) is not Row stock)
        {
            fault = $"names {item!.Code ?? item.Isbn13?.ToString(CultureInfo.InvariantCulture)}, which is not on record{(condition is null ? "" : $" as {condition}")}: import it as stock first";
            return null;
        }
        seen.Add(stock.Guid("id"));
        return new Copies(stock.Guid("id"), stock.Text("code"), stock.Text("title"), qty!.Value, at);
    }

    private string? Moment(ImportFile file, ref long at)
    {
        if (countedAt is null || file["counted_at"] is not { } text)
        {
            return null;
        }
        if (!LocalMoment.TryParse(text, zone, out var moment))
        {
            return $"counted_at is “{text}”, not a moment such as 2026-11-23 18:00";
        }
        at = moment;
        return moment > clock.GetUtcNow().ToUnixTimeMilliseconds() + MostAheadMilliseconds ? $"was counted at {text}, which is yet to come" : null;
    }

    private List<Copies> Missing(Session session)
    {
        using var reader = session.Query(
            $"""
            SELECT s.id, s.code, s.title FROM stock s JOIN holding h ON h.branch = @branch AND h.stock_id = s.id
            WHERE s.category = @category AND s.merged_into IS NULL ORDER BY s.id
            """,
            branch, full);
        var list = new List<Copies>();
        while (reader.Read())
        {
            list.Add(new Copies(DbValues.ReadGuid(reader, 0), reader.GetString(1), reader.GetString(2), 0, countedAt!.Value));
        }
        list.RemoveAll(c => seen.Contains(c.Stock));
        return list;
    }
}
