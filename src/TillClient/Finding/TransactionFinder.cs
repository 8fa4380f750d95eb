using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Finding;

/// <summary>Finds transactions by D-number, TransID or reference, posted or not.</summary>
internal sealed class TransactionFinder(ReplicaView view, ClientJournal journal)
{
    public TransactionView? Find(string text)
    {
        if (DocketNumber.TryParse(text, out var number))
        {
            return number.IsD ? ByDocket(number.Value) : ByTransId(number.Value);
        }
        return view.By(BookmineSetup.Document, "reference", text.Trim()).FirstOrDefault() is { } referred ? View(referred) : null;
    }

    /// <summary>Whose a D-number is, by the leased blocks; null for a number never leased.</summary>
    public (string Till, long Branch)? OwnerOf(long docket)
    {
        var block = TableSql.Where(view.Session, BookmineSetup.NumberBlock, "first <= @number AND last >= @number", docket).FirstOrDefault();
        return block is null ? null : (block.Text("till_name"), block.Integer("branch"));
    }

    /// <summary>Quantities refunded so far per line: those that the server told of, or those known here, not posted ones included.</summary>
    public Dictionary<Guid, long> Refunded(TransactionView original) => original.Lines.ToDictionary(
        l => l.Id, l => Math.Max(l.RefundedQty, RefundedHere(l.Id)));

    private long RefundedHere(Guid line) => -view.Of(BookmineSetup.DocumentLine, "original_line_id", line).Sum(l => l.Integer("qty"));

    private TransactionView? ByDocket(long docket) =>
        view.By(BookmineSetup.Document, "docket", docket).FirstOrDefault() is { } document ? View(document) : null;

    /// <summary>A sale that is posted and not downloaded yet has its TransID in the server's answer only.</summary>
    private TransactionView? ByTransId(long transId) =>
        (view.By(BookmineSetup.Document, "trans_id", transId).FirstOrDefault() ?? Answered(transId)) is { } document ? View(document) : null;

    private Row? Answered(long transId)
    {
        var acknowledged = journal.Acknowledged;
        return view.Overlay.Made(BookmineSetup.Document)
            .FirstOrDefault(d => view.Overlay.MadeBy(d.Key) <= acknowledged && PostedNumber(d) == transId);
    }

    private TransactionView View(Row document)
    {
        var id = document.Guid("id");
        var found = TransactionView.Of(
            document,
            view.Of(BookmineSetup.DocumentLine, "document_id", id),
            view.Of(BookmineSetup.Payment, "document_id", id),
            view.Of(BookmineSetup.StockMovement, "document_id", id),
            Refunds(id).Select(r => r.IntegerOrNull("trans_id") ?? PostedNumber(r)).OfType<long>(),
            RefundedHere);
        return found.TransId is null ? found with { TransId = PostedNumber(document) } : found;
    }

    private IEnumerable<Row> Refunds(Guid document) => view.Of(BookmineSetup.Document, "original_id", document);

    private long? PostedNumber(Row document) => view.Overlay.MadeBy(document.Key) is { } n ? journal.ByN(n)?.Result?.Number : null;
}
