using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using CsvHelper;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>All stock of a branch, as a file that an import reads again.</summary>
public static class StockExport
{
    private static readonly string[] Header = ["code", "isbn13", "title", "authors", "publisher", "year", "binding", "condition", "category",
        "price", "tax_rate", "on_hand"];

    /// <returns>How many records.</returns>
    public static long Write(Session session, long branch, TextWriter writer)
    {
        using var csv = CsvWriter.Create(writer, CsvWriterOptions.Default, leaveOpen: true);
        csv.WriteRecord(Header);
        using var reader = session.Query(
            """
            SELECT s.code, s.isbn13, s.title, s.authors, s.publisher, s.year, s.binding, s.condition, s.category, h.price_cents, s.tax_rate_bp, coalesce(h.on_hand, 0)
            FROM stock s LEFT JOIN holding h ON h.branch = @branch AND h.stock_id = s.id WHERE s.merged_into IS NULL AND s.withdrawn IS NULL ORDER BY s.id
            """, branch);
        var rows = 0L;
        for (; reader.Read(); rows++)
        {
            csv.WriteRecord([.. Enumerable.Range(0, Header.Length).Select(i => reader.IsDBNull(i) ? "" : i switch
            {
                9 => Money.Format(reader.GetInt64(i)),
                10 => Percent.Format(reader.GetInt64(i)),
                _ => Imports.Cells.Guarded(Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? ""),
            })]);
        }
        return rows;
    }
}
