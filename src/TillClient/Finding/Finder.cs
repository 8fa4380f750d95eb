using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.Schema.Views;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient.Finding;

/// <summary>The Find field: a transaction by its number, here or at the server, stock by number or words, contacts; and the docket of what was
/// found.</summary>
/// <param name="till">This till's name.</param>
internal sealed class Finder(string till, ReplicaView view, Catalogue catalogue, TransactionFinder transactions, LookUp lookUp)
{
    /// <summary>What the Find field shows for a text.</summary>
    public async Task<IReadOnlyList<Found>> FindAsync(string text, CancellationToken cancel)
    {
        text = ScannedCode.Clean(text);
        var stock = Isbn.TryParse(text, out _) ? view.Read(() => catalogue.ByNumber(text)) : [];
        if (stock.Count > 0)
        {
            return [.. stock];
        }
        var number = VoucherNumber.Normal(text);
        if (view.Read(() => view.VoucherCents(number)) is { } left)
        {
            return [new FoundVoucher(number, left)];
        }
        if (await TransactionAsync(text, cancel).ConfigureAwait(false) is { } transaction)
        {
            return [new FoundTransaction(transaction)];
        }
        return view.Read<IReadOnlyList<Found>>(() =>
        {
            List<Found> found = [.. catalogue.ByNumber(text)];
            return found.Count > 0 ? found : [.. catalogue.ByWords(text), .. catalogue.Contacts(text)];
        });
    }

    /// <summary>A transaction by its D-number, TransID or reference; null when it is not here and the server tells of none.</summary>
    public async Task<TransactionView?> TransactionAsync(string text, CancellationToken cancel) =>
        view.Read(() => transactions.Find(text))
        ?? (await lookUp.FindAsync(text, cancel).ConfigureAwait(false) is { } told ? view.Read(() => transactions.With(told)) : null);

    /// <summary>Why a number or text shows nothing: of a docket, whose it is, and that it is not at hand.</summary>
    public string WhyNot(string number) => view.Read(() =>
        DocketNumber.TryParse(number, out var docket) && docket.IsD && transactions.OwnerOf(docket.Value) is var (owner, branch)
            ? owner == till ? $"no docket of this till with the number {docket} is at hand here; an item without a number may have got it"
            : $"{docket} was given by till {owner} of branch {branch}, and is not posted yet or not at hand here"
            : VoucherNumber.IsOwn(VoucherNumber.Normal(number)) ? $"no gift voucher at hand here has the number {VoucherNumber.Normal(number)}"
            : ScannedCode.IsSeveral(number) ? "two scans came as one; scan them again, one after the other"
            : ScannedCode.LayoutOf(number) is { } country
                ? $"the scanner types as on a {country} keyboard; set its keyboard to this machine's (its manual has a code for that)"
            : Isbn.IsMisread(number) ? $"{number.Trim()} is misread or mistyped, its last digit does not go with the others"
            : docket.Value > 0 ? $"no item and no transaction at hand here has the number {number.Trim()}"
            : $"no title, author, code or contact here goes with “{number.Trim()}”");

    /// <summary>The docket of a transaction; null when there is no such.</summary>
    /// <param name="columns">Of the paper.</param>
    /// <param name="isGift">For whoever is given the goods: without prices.</param>
    public async Task<Slip?> DocketAsync(string number, int columns, bool isGift, CancellationToken cancel) =>
        await TransactionAsync(number, cancel).ConfigureAwait(false) is { } transaction
            ? view.Read(() =>
            {
                var (content, paper) = (ContentOf(transaction), DocketPaper.Of(view.BranchRow, columns));
                return isGift ? DocketLayout.GiftOf(content, paper) : DocketLayout.Of(content, paper);
            })
            : null;

    private DocketContent ContentOf(TransactionView transaction) => new(
        transaction, EntryKinds.FollowsOrder(transaction.Kind) ? transactions.Find(transaction.Original ?? "") : null,
        transaction.ContactId is { } id ? catalogue.ContactById(id)?.Name : null,
        (transaction.Vouchers ?? []).Where(v => v.AmountCents < 0).Select(v => v.Number).Distinct()
            .ToDictionary(number => number, number => view.VoucherCents(number) ?? 0, StringComparer.Ordinal),
        transaction.Till == Training.Till);
}
