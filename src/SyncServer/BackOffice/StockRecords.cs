using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A stock record with what each branch has of it.</summary>
public sealed record StockRecord(
    Guid StockId, string Code, string? Isbn, string Title, string? Authors, string? Publisher, long? Year, string? Binding, string? Condition,
    string? Category, IReadOnlyList<HoldingRecord> Holdings);

/// <summary>A branch's price and on-hand count.</summary>
public sealed record HoldingRecord(long Branch, long? PriceCents, long OnHand);

/// <summary>The shop's stock.</summary>
public static class StockRecords
{
    /// <summary>Those of an id, a code or an ISBN.</summary>
    public static List<StockRecord> Find(Session session, string what) => [.. Rows(session, what).Select(row => Describe(session, row))];

    private static List<Row> Rows(Session session, string what)
    {
        if (Guid.TryParse(what, out var id))
        {
            return TableSql.Where(session, BookmineSetup.Stock, "id = @id", id);
        }
        var byCode = TableSql.Where(session, BookmineSetup.Stock, "code = @code", what);
        return Isbn.TryParse(what, out var isbn)
            ? [.. byCode.Concat(TableSql.Where(session, BookmineSetup.Stock, "isbn13 = @isbn", isbn)).DistinctBy(r => r.Key)]
            : byCode;
    }

    private static StockRecord Describe(Session session, Row row) => new(
        row.Guid("id"), row.Text("code"), row.IntegerOrNull("isbn13")?.ToString(CultureInfo.InvariantCulture), row.Text("title"), row.TextOrNull("authors"),
        row.TextOrNull("publisher"), row.IntegerOrNull("year"), row.TextOrNull("binding"), row.TextOrNull("condition"), row.TextOrNull("category"),
        [.. TableSql.Where(session, BookmineSetup.Holding, "stock_id = @id ORDER BY branch", row.Guid("id"))
            .Select(h => new HoldingRecord(h.Integer("branch"), h.IntegerOrNull("price_cents"), h.Integer("on_hand")))]);
}
