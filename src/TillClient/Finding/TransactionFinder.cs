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

    /// <summary>A transaction that the server told of, with what refers to it here and the server does not know yet.</summary>
    public TransactionView With(TransactionView told)
    {
        var known = (told.Referring ?? []).Select(r => r.Docket).ToHashSet(StringComparer.Ordinal);
        return told.With([.. Referring(told.Id).Where(r => !known.Contains(DocketNumber.D(r.Document.Integer("docket")).ToString()))]);
    }

    /// <summary>Orders and laybys of a contact that are not done yet.</summary>
    public IReadOnlyList<TransactionView> OpenOrders(Guid contact) =>
        [.. view.OfContact(BookmineSetup.Document, contact).Where(d => d["shipped_at"] is null && EntryKinds.IsSale(d.Text("kind"))).Select(
            View).Where(t => t.IsOpenOrder)];

    private TransactionView? ByDocket(long docket) =>
        view.By(BookmineSetup.Document, "docket", docket).FirstOrDefault() is { } document ? View(document) : null;

    /// <summary>A sale that is posted and not downloaded yet has its TransID in the server's answer only.</summary>
    private TransactionView? ByTransId(long transId) =>
        (view.By(BookmineSetup.Document, "trans_id", transId).FirstOrDefault() ?? Answered(transId)) is { } document ? View(document) : null;

    private Row? Answered(long transId) =>
        journal.Numbered(transId, view.Included) is { } n && view.Overlay.MadeBy(BookmineSetup.Document, n) is [var made, ..] ? made : null;

    private TransactionView View(Row document)
    {
        var id = document.Guid("id");
        var found = TransactionView.Of(
            document,
            view.Of(BookmineSetup.DocumentLine, "document_id", id),
            view.Of(BookmineSetup.Payment, "document_id", id),
            view.Of(BookmineSetup.StockMovement, "document_id", id),
            view.Of(BookmineSetup.Voucher, "document_id", id),
            Referring(id));
        return found.TransId is null ? found with { TransId = PostedNumber(document) } : found;
    }

    private List<Referring> Referring(Guid document) =>
    [
        .. view.Of(BookmineSetup.Document, "original_id", document).Select(r => new Referring(
            r, r.IntegerOrNull("trans_id") ?? PostedNumber(r),
            [.. view.Of(BookmineSetup.DocumentLine, "document_id", r.Guid("id"))], [.. view.Of(BookmineSetup.Payment, "document_id", r.Guid("id"))])),
    ];

    private long? PostedNumber(Row document) => view.Overlay.MakerOf(BookmineSetup.Document, document.Key) is { } n ? journal.ByN(n)?.Result?.Number : null;
}
