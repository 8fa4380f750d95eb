using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Imports;

/// <summary>The stock record that a file's row names.</summary>
internal static class StockKeys
{
    /// <summary>That of a code, in any length of a GTIN, or else of an ISBN and condition; of several, one that is offered, and the first of those.</summary>
    public static Row? Find(Session session, ItemKey item, string? condition)
    {
        var sql = session.Dialect;
        if (item.Code is { } code)
        {
            foreach (var form in Isbn.FormsOf(code))
            {
                if (TableSql.Where(session, BookmineSetup.Stock,
                    $"{sql.TextEquals("code", "@code")} ORDER BY CASE WHEN withdrawn IS NULL THEN 0 ELSE 1 END, id {sql.Limit("1")}", form) is [var coded])
                {
                    return coded;
                }
            }
            return null;
        }
        if (item.Isbn13 is null)
        {
            return null;
        }
        var found = TableSql.Where(
            session, BookmineSetup.Stock,
                $"isbn13 = @isbn AND condition IS NOT DISTINCT FROM @condition ORDER BY CASE WHEN withdrawn IS NULL THEN 0 ELSE 1 END, id {sql.Limit("1")}", item.Isbn13, condition);
        return found is [var one] ? one : null;
    }

    /// <summary>A new copy's code is its ISBN; a second-hand one, or a title without, gets an in-house EAN.</summary>
    public static string NewCode(Session session, long? isbn13, string? condition)
    {
        if (isbn13 is { } isbn && condition is null)
        {
            return FormattableString.Invariant($"{isbn}");
        }
        session.Execute("UPDATE in_house_ean SET last = last + 1 WHERE id = 1");
        return Isbn.InHouseEan(session.Integer("SELECT last FROM in_house_ean WHERE id = 1")!.Value, ofServer: true);
    }

    /// <summary>The record that another one turned out to be; itself where it is none other.</summary>
    public static Row? Root(Session session, Row? row) =>
        row?.GuidOrNull("merged_into") is { } root ? TableSql.Find(session, BookmineSetup.Stock, new RowKey(root)) ?? row : row;
}
