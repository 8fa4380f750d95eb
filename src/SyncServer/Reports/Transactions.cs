using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Reports;

/// <summary>Reads transactions whole.</summary>
public static class Transactions
{
    /// <summary>By D-number, TransID or reference; null when there is none.</summary>
    public static TransactionView? Find(Session session, string text) =>
        DocketNumber.TryParse(text, out var number)
        && TableSql.Where(session, BookmineSetup.Document, number.IsD ? "docket = @number" : "trans_id = @number", number.Value) is [_] numbered
            ? Views(session, numbered)[0]
            : TableSql.Where(session, BookmineSetup.Document, $"{session.Dialect.TextEquals("reference", "@reference")} ORDER BY posted_at, id {session.Dialect.Limit("1")}", text) is [_] referred ? Views(session, referred)[0]
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
            foreach (var view in Views(session, rows))
            {
                yield return view;
            }
            if (rows.Count < slice)
            {
                yield break;
            }
            last = rows[^1].Integer("trans_id");
        }
    }

    /// <summary>Those of some ids, in any order.</summary>
    public static List<TransactionView> FindAll(Session session, IReadOnlyCollection<Guid> ids) =>
        Views(session, TableSql.FindAll(session, BookmineSetup.Document, [.. ids.Select(id => new RowKey(id))]));

    /// <summary>Transactions whole, by a few statements for all of them.</summary>
    private static List<TransactionView> Views(Session session, List<Row> documents)
    {
        var ids = RowSet.Of("id", documents.Select(d => d.Guid("id")));
        var referring = TableSql.WhereIn(session, BookmineSetup.Document, "original_id", ids);
        var lines = PartsOf(session, BookmineSetup.DocumentLine, [.. documents, .. referring]);
        var payments = PartsOf(session, BookmineSetup.Payment, [.. documents, .. referring]);
        var vouchers = PartsOf(session, BookmineSetup.Voucher, documents);
        var movements = PartsOf(session, BookmineSetup.StockMovement, documents);
        var referringTo = referring.ToLookup(r => r.Guid("original_id"));
        return documents.ConvertAll(d => TransactionView.Of(
            d, lines[d.Guid("id")], payments[d.Guid("id")], movements[d.Guid("id")], vouchers[d.Guid("id")],
            [.. referringTo[d.Guid("id")].Select(r => new Referring(r, r.IntegerOrNull("trans_id"), [.. lines[r.Guid("id")]], [.. payments[r.Guid("id")]]))]));
    }

    private static ILookup<Guid, Row> PartsOf(Session session, SyncTable parts, List<Row> documents) =>
        TableSql.WhereIn(session, parts, "document_id", RowSet.Of("id", documents.Select(d => d.Guid("id")).Distinct())).ToLookup(p => p.Guid("document_id"));
}
