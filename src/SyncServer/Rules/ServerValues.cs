using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Rules;

/// <summary>What the rows of a group belong to.</summary>
/// <param name="Document">The transaction; null where there is none.</param>
/// <param name="ReturnedCents">Of a sale, what its goods come to that came back without a docket, negative; null for none.</param>
internal readonly record struct Belonging(Row? Document, long? ReturnedCents)
{
    public static Belonging Of(ChangeGroup group)
    {
        var rows = group.Changes.Where(c => c.Op == ChangeOp.Insert).Select(c => c.Values).ToList();
        var document = rows.Find(r => r.Table == BookmineSetup.Document);
        if (document is null || !EntryKinds.IsSale(document.Text(Columns.Document.Kind)))
        {
            return new Belonging(document, null);
        }
        var returned = rows.Where(r => r.Table == BookmineSetup.DocumentLine && r.Integer(Columns.Line.Qty) < 0).Sum(
            r => (r.Integer(Columns.Line.Qty) * r.Integer(Columns.Line.UnitPriceCents)) - r.Integer(Columns.Line.DiscountCents));
        return new Belonging(document, returned == 0 ? null : returned);
    }
}

/// <summary>What the server decides of a row that a till inserts: every column that the setup says is <see cref="Column.IsByServer"/>.</summary>
internal static class ServerValues
{
    private delegate long? Decision(Row row, Belonging to, PostingFacts posting);

    private static readonly Dictionary<Column, Decision> Decisions = new(ReferenceEqualityComparer.Instance)
    {
        [Columns.Stock.MadeBy] = (_, _, posting) => posting.Till,
        [Columns.Contact.MadeBy] = (_, _, posting) => posting.Till,
        [Columns.Stock.Withdrawn] = Nothing,
        [Columns.Stock.MergedInto] = Nothing,
        [Columns.Contact.Withdrawn] = Nothing,
        [Columns.Contact.MergedInto] = Nothing,
        [Columns.Holding.OnHand] = (_, _, _) => 0,
        [Columns.Document.TransId] = (_, _, posting) => posting.TransId,
        [Columns.Document.PostedAt] = Now,
        [Columns.Document.PostedDay] = Today,
        [Columns.Document.TakenDay] = (row, _, posting) => DayOf(row.IntegerOrNull(Columns.Document.ShippedAt)
            ?? row.Integer(Columns.Document.StartedAt), posting),
        [Columns.Document.ReturnedCents] = (_, to, _) => to.ReturnedCents,
        [Columns.Document.Month] = MonthOfPosting,
        [Columns.Line.Month] = MonthOfPosting,
        [Columns.Payment.Month] = MonthOfPosting,
        [Columns.Payment.PaidAt] = Now,
        [Columns.Payment.PaidDay] = Today,
        [Columns.Payment.TakenDay] = (row, _, posting) => DayOf(row.Integer(Columns.Payment.TakenAt), posting),
        [Columns.Movement.Month] = MonthOfPosting,
        [Columns.Movement.PostedAt] = Now,
        [Columns.Movement.PostedDay] = Today,
        [Columns.Movement.TakenDay] = (row, _, posting) => DayOf(row.Integer(Columns.Movement.TakenAt), posting),
        [Columns.Credit.EnteredAt] = Now,
        [Columns.Voucher.EnteredAt] = Now,
        [Columns.Event.PostedAt] = Now,
    };

    public static void Decide(Row row, Belonging to, PostingFacts posting)
    {
        foreach (var column in row.Table.Columns)
        {
            if (column.IsByServer)
            {
                row[column] = Decisions[column](row, to, posting);
            }
        }
    }

    /// <summary>People decide it, in the back office.</summary>
    private static long? Nothing(Row row, Belonging to, PostingFacts posting) => null;

    private static long? Now(Row row, Belonging to, PostingFacts posting) => posting.PostedAt;

    private static long? Today(Row row, Belonging to, PostingFacts posting) => posting.PostedDay;

    private static long DayOf(long instant, PostingFacts posting) => BranchDay.Of(instant, posting.Zone);

    /// <summary>An order, and what belongs to it, has no month and stays at hand for as long as it is active.</summary>
    private static long? MonthOfPosting(Row row, Belonging to, PostingFacts posting) =>
        to.Document is not { } document || document[Columns.Document.ShippedAt] is null || EntryKinds.FollowsOrder(document.Text(Columns.Document.Kind))
            ? null
            : BranchDay.MonthOf(posting.PostedDay);
}
