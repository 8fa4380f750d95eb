using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>
/// What was rounded off is more than half a step of the branch's, or of a document that nobody paid in cash: a sum that left by that way.
/// </summary>
internal sealed class RoundedTooMuch : IFinding
{
    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var payments = unit.Rows(BookmineSetup.Payment).ToList();
        if (!payments.Exists(IsRounding))
        {
            yield break;
        }
        var branches = TableSql.WhereIn(unit.Session, BookmineSetup.Branch, "id", RowSet.Of("id", payments.Select(p => p.Row.Integer("branch")).Distinct()))
            .ToDictionary(b => b.Integer("id"), b => CashRounding.Of(b.IntegerOrNull("cash_rounding")));
        foreach (var document in payments.GroupBy(p => p.Row.Guid("document_id")).Where(d => d.Any(IsRounding)))
        {
            var (rounded, first) = (document.Where(IsRounding).Sum(p => p.Row.Integer(Columns.Payment.AmountCents)), document.First());
            var isCash = document.Any(p => p.Row.Text(Columns.Payment.Method) == PaymentMethods.Cash);
            var step = branches.GetValueOrDefault(first.Row.Integer("branch")).StepCents;
            if (!isCash || 2 * Math.Abs(rounded) > step)
            {
                yield return unit.Of(
                    first.Entry, FindingKinds.RoundedTooMuch, document.Key.ToString(),
                    $"{Money.Format(rounded)} was rounded off{(isCash ? $", and cash is rounded to {step} cents here" : ", and nothing was paid in cash")}");
            }
        }
    }

    private static bool IsRounding(PostedRow payment) => payment.Row.Text(Columns.Payment.Method) == PaymentMethods.Rounding;
}
