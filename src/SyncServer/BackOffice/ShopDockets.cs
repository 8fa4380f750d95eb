using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Reports;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>Dockets of what is posted, as a till prints them.</summary>
public static class ShopDockets
{
    /// <param name="number">A D-number, a TransID or a reference.</param>
    /// <param name="isGift">For whoever is given the goods: without prices.</param>
    /// <returns>Null where there is no such transaction.</returns>
    /// <exception cref="ForbiddenException">It is of a branch that is not theirs.</exception>
    public static Slip? Find(Session session, Rights rights, string number, int columns, bool isGift)
    {
        if (Transactions.Find(session, number) is not { } found)
        {
            return null;
        }
        rights.Demand(found.Branch);
        var branch = TableSql.Find(session, BookmineSetup.Branch, new RowKey(found.Branch, Guid.Empty))
            ?? throw new ShopException($"Branch {found.Branch}, which sold it, is not on record.");
        var (content, paper) = (ContentOf(session, found), DocketPaper.Of(branch, columns));
        return (isGift ? DocketLayout.GiftOf(content, paper) : DocketLayout.Of(content, paper)).AsCopy();
    }

    private static DocketContent ContentOf(Session session, TransactionView found)
    {
        var order = EntryKinds.FollowsOrder(found.Kind) && found.Original is { } original ? Transactions.Find(session, original) : null;
        var customer = found.ContactId is { } contact ? Contacts.Find(session, contact.ToString()).FirstOrDefault()?.Name : null;
        var left = (found.Vouchers ?? []).Where(v => v.AmountCents < 0).Select(v => v.Number).Distinct().ToDictionary(
            number => number,
            number => session.Integer($"SELECT sum(amount_cents) FROM voucher WHERE {session.Dialect.TextEquals("number", "@number")}", number) ?? 0,
            StringComparer.Ordinal);
        return new DocketContent(found, order, customer, left);
    }
}
