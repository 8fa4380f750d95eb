using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Posting;

namespace Bookmine.SyncServer.Imports;

/// <summary>
/// Imports a branch's stock. A row is the record of its code, or else of its ISBN and condition, or else of its whole description (the
/// second such row of a file is a second record); found again, it is brought up to date. Run twice, it changes nothing.
/// </summary>
internal sealed class StockImport(IServerDatabase database, long branch, TimeProvider clock)
{
    private readonly EntityIds ids = new(clock);
    private readonly Dictionary<UInt128, int> occurrences = [];

    private sealed record Numbered(StockRow Row, int Occurrence);

    public ImportOutcome Run(string file, Action<long> progress)
    {
        using var csv = CsvSource.Open(file, ["title"], StockRow.Columns);
        var imported = ImportSlices.Run(database, () => Next(csv), Write, progress);
        return new ImportOutcome(imported, csv.Rejected, csv.RejectedFile, csv.UnreadColumns);
    }

    private Numbered? Next(CsvSource csv)
    {
        while (csv.Read())
        {
            if (StockRow.Read(csv, out var fault) is not { } row)
            {
                csv.Reject(fault!);
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

    /// <summary>128 bits of SHA-256, so that a file of millions takes little memory and no two descriptions fall together.</summary>
    private static UInt128 DescriptionOf(StockRow row)
    {
        var text = string.Join('\u001f', row.Title, row.Authors, row.Publisher, row.Year, row.Binding, row.Condition);
        return Digest.FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private void Write(Session session, Numbered numbered)
    {
        var (row, occurrence) = numbered;
        var existing = Find(session, row, occurrence);
        var stock = Merged(existing ?? new Row(BookmineSetup.Stock) { ["id"] = ids.Next(), ["code"] = NewCode(session, row) }, row);
        if (existing is null)
        {
            TableSql.TryInsert(session, stock);
        }
        else if (Enumerable.Range(0, BookmineSetup.Stock.Columns.Count).Any(i => !Equals(existing[i], stock[i])))
        {
            TableSql.Replace(session, Merged(TableSql.FindForChange(session, BookmineSetup.Stock, existing.Key) ?? existing, row));
        }
        WriteHolding(session, stock.Guid("id"), stock.Text("code"), row);
    }

    /// <summary>What the file says; where it says nothing, what was there.</summary>
    private static Row Merged(Row before, StockRow row)
    {
        var stock = before.Copy();
        stock["isbn13"] = row.Isbn13 ?? stock["isbn13"];
        stock["isbn10"] = row.Isbn10 ?? stock["isbn10"];
        stock["title"] = row.Title;
        stock["authors"] = row.Authors ?? stock["authors"];
        stock["publisher"] = row.Publisher ?? stock["publisher"];
        stock["year"] = row.Year ?? stock["year"];
        stock["binding"] = row.Binding ?? stock["binding"];
        stock["condition"] = row.Condition ?? stock["condition"];
        stock["category"] = row.Category ?? stock["category"];
        stock["tax_rate_bp"] = row.TaxRateBp ?? stock["tax_rate_bp"];
        return stock;
    }

    private static Row? Find(Session session, StockRow row, int occurrence)
    {
        var sql = session.Dialect;
        var found = row.Code is not null
            ? TableSql.Where(session, BookmineSetup.Stock, $"{sql.TextEquals("code", "@code")} ORDER BY id {sql.Limit("1")}", row.Code)
            : row.Isbn13 is not null
                ? TableSql.Where(session, BookmineSetup.Stock, $"isbn13 = @isbn AND condition IS NOT DISTINCT FROM @condition ORDER BY id {sql.Limit("1")}", row.Isbn13, row.Condition)
                : TableSql.Where(
                    session, BookmineSetup.Stock,
                    $"""
                    {sql.TextEquals("title", "@title")} AND isbn13 IS NULL AND authors IS NOT DISTINCT FROM @authors
                    AND publisher IS NOT DISTINCT FROM @publisher AND year IS NOT DISTINCT FROM @year AND binding IS NOT DISTINCT FROM @binding
                    AND condition IS NOT DISTINCT FROM @condition ORDER BY id {sql.Limit("1", "@occurrence")}
                    """,
                    row.Title, row.Authors, row.Publisher, row.Year, row.Binding, row.Condition, occurrence);
        return found is [var one] ? one : null;
    }

    /// <summary>A new copy's code is its ISBN; a second-hand one, or a title without, gets an in-house EAN.</summary>
    private static string NewCode(Session session, StockRow row)
    {
        if (row.Code is not null)
        {
            return row.Code;
        }
        if (row.Isbn13 is { } isbn && row.Condition is null)
        {
            return FormattableString.Invariant($"{isbn}");
        }
        session.Execute("UPDATE in_house_ean SET last = last + 1 WHERE id = 1");
        return Isbn.InHouseEan(session.Integer("SELECT last FROM in_house_ean WHERE id = 1")!.Value, ofServer: true);
    }

    /// <summary>On-hand is a sum of movements, so the file's count becomes the movement that is missing from what earlier imports brought.</summary>
    private void WriteHolding(Session session, Guid stock, string code, StockRow row)
    {
        var key = new RowKey(branch, stock);
        var holding = TableSql.Find(session, BookmineSetup.Holding, key);
        var made = holding is null && TableSql.TryInsert(
            session, new Row(BookmineSetup.Holding) { ["branch"] = branch, ["stock_id"] = stock, ["price_cents"] = row.PriceCents, ["on_hand"] = 0L });
        // Also where a posting has made it since it was looked for.
        if (!made && row.PriceCents is { } price && holding?.IntegerOrNull("price_cents") != price)
        {
            session.Execute("UPDATE holding SET price_cents = @price WHERE branch = @branch AND stock_id = @stock", price, branch, stock);
        }
        if (row.OnHand is not { } onHand)
        {
            return;
        }
        var imported = holding is null ? 0 : session.Integer(
            "SELECT sum(qty) FROM stock_movement WHERE stock_id = @stock AND branch = @branch AND reason = @reason", stock, branch, MovementReasons.Import) ?? 0;
        if (onHand == imported)
        {
            return;
        }
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        TableSql.TryInsert(session, new Row(BookmineSetup.StockMovement)
        {
            ["id"] = ids.Next(), ["branch"] = branch, ["stock_id"] = stock, ["code"] = code, ["qty"] = onHand - imported, ["value_cents"] = 0L,
            ["reason"] = MovementReasons.Import, ["taken_at"] = now, ["posted_at"] = now,
        });
        session.Execute("UPDATE holding SET on_hand = on_hand + @qty WHERE branch = @branch AND stock_id = @stock", onHand - imported, branch, stock);
    }
}
