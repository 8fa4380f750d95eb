using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Reports;

/// <summary>Reads transactions whole.</summary>
public static class Transactions
{
    /// <summary>By D-number, TransID or reference; null when there is none.</summary>
    public static TransactionView? Find(Session session, string text) =>
        DocketNumber.TryParse(text, out var number)
        && TableSql.Where(session, BookmineSetup.Document, number.IsD ? "docket = @number" : "trans_id = @number", number.Value) is [var numbered]
            ? View(session, numbered)
            : TableSql.Where(session, BookmineSetup.Document, $"{session.Dialect.TextEquals("reference", "@reference")} ORDER BY posted_at, id {session.Dialect.Limit("1")}", text) is [var referred] ? View(session, referred)
            : null;

    /// <summary>Posted transactions in order of their TransID.</summary>
    public static IEnumerable<TransactionView> Export(Session session, long? branch, int from, int to)
    {
        const int slice = 500;
        for (var last = 0L; ;)
        {
            var rows = TableSql.Where(
                session, BookmineSetup.Document,
                $"trans_id > @last AND (branch = @branch OR @branch IS NULL) AND posted_day BETWEEN @from AND @to ORDER BY trans_id {session.Dialect.Limit("@slice")}",
                last, branch, from, to, slice);
            foreach (var row in rows)
            {
                yield return View(session, row);
            }
            if (rows.Count < slice)
            {
                yield break;
            }
            last = rows[^1].Integer("trans_id");
        }
    }

    private static TransactionView View(Session session, Row document)
    {
        var id = document.Guid("id");
        return TransactionView.Of(
            document,
            TableSql.Where(session, BookmineSetup.DocumentLine, "document_id = @id", id),
            TableSql.Where(session, BookmineSetup.Payment, "document_id = @id", id),
            TableSql.Where(session, BookmineSetup.StockMovement, "document_id = @id", id),
            [.. TableSql.Where(session, BookmineSetup.Document, "original_id = @id", id).Select(r => new Referring(
                r, r.IntegerOrNull("trans_id"),
                TableSql.Where(session, BookmineSetup.DocumentLine, "document_id = @id", r.Guid("id")),
                TableSql.Where(session, BookmineSetup.Payment, "document_id = @id", r.Guid("id"))))]);
    }
}
