using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Posting;

namespace Bookmine.SyncServer.Imports;

/// <summary>What the copies of a file mean for a record that has a count already.</summary>
internal enum OnHandMeaning
{
    /// <summary>Nothing: they are how many there were when the record came.</summary>
    Opens,

    /// <summary>So many are there now.</summary>
    Counts,

    /// <summary>So many came in.</summary>
    Receives,
}

/// <summary>
/// Imports a branch's stock. A row is the record of its code, or else of its ISBN and condition, or else of its whole description (the
/// second such row of a file is a second record); found again, it is brought up to date. Run twice, it changes nothing.
/// </summary>
internal sealed class StockImport(long branch, string branchName, OnHandMeaning meaning, TimeProvider clock) : IImport
{
    private static readonly string[] Described = ["title", "authors", "publisher", "year", "binding", "condition", "category", "tax_rate_bp"];
    private readonly EntityIds ids = new(clock);
    private readonly Dictionary<UInt128, int> occurrences = [];
    private readonly HashSet<UInt128> previewed = [];
    private long now;

    private sealed record Numbered(StockRow Row, int Occurrence);

    public long LeftCounts { get; private set; }

    public object? Next(ImportFile file)
    {
        while (file.Read())
        {
            if (StockRow.Read(file, (branch, branchName), out var fault) is not { } row)
            {
                file.Reject(fault!);
                continue;
            }
            if (row.Code is not null || row.Isbn13 is not null)
            {
                return new Numbered(row, 0);
            }
            var description = DescriptionOf(row);
            var occurrence = occurrences.GetValueOrDefault(description);
            occurrences[description] = occurrence + 1;
            return new Numbered(row, occurrence);
        }
        return null;
    }

    public void BeginSlice(Session session, IReadOnlyList<object> slice, bool isWriting)
    {
        if (isWriting && meaning != OnHandMeaning.Opens)
        {
            // Holdings in the order of their keys, and then the counter, as every posting locks them.
            var known = slice.Cast<Numbered>().Select(n => StockKeys.Root(session, Find(session, n.Row, n.Occurrence))?.Guid("id")).OfType<Guid>().Distinct();
            new LiveRows(session).Lock(known.Select(id => (BookmineSetup.Holding, new RowKey(branch, id))));
            Counter.NotBefore(session, 0);
        }
        now = new StockMoves(session, clock, ids).Now(branch);
    }

    public Verdict Write(Session session, object row, ImportBook book)
    {
        var numbered = (Numbered)row;
        var existing = StockKeys.Root(session, Find(session, numbered.Row, numbered.Occurrence));
        var verdict = existing is null ? Make(session, numbered, book) : Update(session, existing, numbered.Row, book);
        return verdict;
    }

    public string Describe(object row) => ((Numbered)row).Row is var stock
        ? string.Join(" · ", new[]
        {
            stock.Code ?? (stock.Isbn13 is { } isbn ? FormattableString.Invariant($"{isbn}") : null), stock.Title, stock.Authors, stock.Condition,
            stock.PriceCents is { } cents ? Money.Format(cents) : null, stock.OnHand is { } copies ? FormattableString.Invariant($"{copies} copies") : null,
        }.OfType<string>()) : "";

    /// <summary>128 bits of SHA-256, so that a file of millions takes little memory and no two descriptions fall together.</summary>
    private static UInt128 DescriptionOf(StockRow row)
    {
        var text = string.Join('\u001f', row.Title, row.Authors, row.Publisher, row.Year, row.Binding, row.Condition);
        return Digest.FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static UInt128 KeyOf(Numbered numbered) => numbered.Row is { Code: null, Isbn13: null } row
        ? DescriptionOf(row) + (UInt128)numbered.Occurrence
        : Digest.FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(
            numbered.Row.Code is { } code ? "code " + code : FormattableString.Invariant($"isbn {numbered.Row.Isbn13} {numbered.Row.Condition}"))));

    private Verdict Make(Session session, Numbered numbered, ImportBook book)
    {
        var row = numbered.Row;
        if (!book.IsWriting)
        {
            return previewed.Add(KeyOf(numbered)) ? Verdict.Made : Verdict.Same;
        }
        var stock = Merged(new Row(BookmineSetup.Stock) { ["id"] = ids.Next(), ["code"] = row.Code
            ?? StockKeys.NewCode(session, row.Isbn13, row.Condition) }, row);
        TableSql.TryInsert(session, stock);
        var copies = row.OnHand ?? 0;
        new StockMoves(session, clock, ids).Open(branch, stock.Guid("id"), stock.Text("code"), copies, MovementReasons.Import, now, row.PriceCents);
        book.Note(stock.Guid("id"), ImportDeeds.Made, qty: copies == 0 ? null : copies);
        return Verdict.Made;
    }

    private Verdict Update(Session session, Row existing, StockRow row, ImportBook book)
    {
        var stock = Merged(existing, row);
        stock["withdrawn"] = null;
        var differences = ImportBook.Differences(existing, stock);
        if (differences.Count > 0 && book.IsWriting)
        {
            TableSql.Replace(session, Merged(TableSql.FindForChange(session, BookmineSetup.Stock, existing.Key) ?? existing, row, revived: true));
        }
        var isRevived = differences.Remove("withdrawn");
        var id = stock.Guid("id");
        var holding = TableSql.Find(session, BookmineSetup.Holding, new RowKey(branch, id));
        if (row.PriceCents is { } price && holding?.IntegerOrNull("price_cents") != price)
        {
            differences.Add("price_cents", [holding?.IntegerOrNull("price_cents"), price]);
            if (book.IsWriting && session.Execute("UPDATE holding SET price_cents = @price WHERE branch = @branch AND stock_id = @stock", price,
                branch, id) == 0)
            {
                TableSql.TryInsert(session, new Row(BookmineSetup.Holding) { ["branch"] = branch, ["stock_id"] = id, ["price_cents"] = price,
                    ["on_hand"] = 0L });
            }
        }
        var copies = row.OnHand is { } onHand ? Copies(session, id, stock.Text("code"), onHand, holding, book) : null;
        if (differences.Count == 0 && !isRevived && copies is null)
        {
            return Verdict.Same;
        }
        if (book.IsWriting)
        {
            var deed = isRevived ? ImportDeeds.Revived : copies?.IsCount == true ? ImportDeeds.Counted : ImportDeeds.Changed;
            book.Note(id, deed, differences.Count > 0 ? differences : null, copies?.Qty, copies?.IsCount == true ? now : null);
        }
        return Verdict.Changed;
    }

    /// <summary>What the file's copies do; null for nothing.</summary>
    private (long? Qty, bool IsCount)? Copies(Session session, Guid id, string code, long onHand, Row? holding, ImportBook book)
    {
        var moves = new StockMoves(session, clock, ids);
        if (meaning == OnHandMeaning.Counts)
        {
            if ((holding?.Integer("on_hand") ?? 0) == onHand)
            {
                return null;
            }
            if (book.IsWriting)
            {
                moves.Count(branch, id, code, now, onHand, book.Batch, null);
            }
            return (null, true);
        }
        if (meaning == OnHandMeaning.Opens && HasCameIn(session, id))
        {
            LeftCounts += (holding?.Integer("on_hand") ?? 0) == onHand ? 0 : 1;
            return null;
        }
        if (onHand == 0)
        {
            return null;
        }
        if (book.IsWriting)
        {
            moves.Add(branch, id, code, onHand, meaning == OnHandMeaning.Receives ? MovementReasons.Receipt : MovementReasons.Import, now);
        }
        return (onHand, false);
    }

    /// <summary>Whether copies have come in that an opening count would double. What was sold before it was opened has not.</summary>
    private bool HasCameIn(Session session, Guid stock)
    {
        using var reader = session.Query(
            "SELECT reason, CAST(sum(qty) AS bigint) FROM stock_movement WHERE stock_id = @stock AND branch = @branch AND document_id IS NULL GROUP BY reason", stock, branch);
        while (reader.Read())
        {
            if (reader.GetString(0) != MovementReasons.Import || reader.GetInt64(1) != 0)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>What the file says; where it says nothing, what was there.</summary>
    private static Row Merged(Row before, StockRow row, bool revived = false)
    {
        var stock = before.Copy();
        if (revived)
        {
            stock["withdrawn"] = null;
        }
        stock["isbn13"] = row.Isbn13 ?? stock["isbn13"];
        stock["isbn10"] = row.Isbn13 is null ? stock["isbn10"] : row.Isbn10;
        object?[] values = [row.Title, row.Authors, row.Publisher, row.Year, row.Binding, row.Condition, row.Category, row.TaxRateBp];
        for (var i = 0; i < Described.Length; i++)
        {
            stock[Described[i]] = values[i] ?? stock[Described[i]];
        }
        return stock;
    }

    private static Row? Find(Session session, StockRow row, int occurrence)
    {
        if (row.Code is not null || row.Isbn13 is not null)
        {
            return StockKeys.Find(session, new ItemKey(row.Code, row.Isbn13), row.Condition);
        }
        var sql = session.Dialect;
        var found = TableSql.Where(
            session, BookmineSetup.Stock,
            $"""
            {sql.TextEquals("title", "@title")} AND isbn13 IS NULL AND authors IS NOT DISTINCT FROM @authors
            AND publisher IS NOT DISTINCT FROM @publisher AND year IS NOT DISTINCT FROM @year AND binding IS NOT DISTINCT FROM @binding
            AND condition IS NOT DISTINCT FROM @condition ORDER BY id {sql.Limit("1", "@occurrence")}
            """,
            row.Title, row.Authors, row.Publisher, row.Year, row.Binding, row.Condition, occurrence);
        return found is [var one] ? one : null;
    }
}
