using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Rules;

/// <summary>
/// The rules of resynchronising, as an interceptor. Insert only: edits and removals of existing records and all emails are dropped and listed; a till's
/// correction of its own unposted record is kept. A document receives its TransID. Its payments and shipment postings are dated now,
/// while its header keeps its Order/Start and Shipping/Locking dates and each payment the moment it was taken.
/// </summary>
public sealed class UploadRules : IUploadInterceptor<PostingFacts>
{
    public Ruling OnApplying(ChangeGroup group, PostingFacts facts)
    {
        if (Plausibility.Fault(group, facts) is { } fault)
        {
            return Ruling.Refuse(fault);
        }
        var (apply, dropped) = (new List<RowChange>(), new List<DroppedField>());
        var belonging = Belonging.Of(group);
        foreach (var change in group.Changes)
        {
            switch (change.Op)
            {
                case ChangeOp.Insert when change.Table == BookmineSetup.Email:
                    dropped.Add(DroppedEmail(change.Values));
                    break;
                case ChangeOp.Insert:
                    apply.Add(Inserted(change, belonging, facts));
                    break;
                case ChangeOp.Amend when Origin(change, facts) == facts.Till:
                    Correct(change, facts, apply, dropped);
                    break;
                case ChangeOp.Remove:
                    dropped.Add(DroppedRemoval(change, facts));
                    break;
                default:
                    dropped.AddRange(DroppedEdit(change, facts, "an edit of an existing record"));
                    break;
            }
        }
        return new Ruling(apply, dropped);
    }

    /// <summary>
    /// The row as it is to be written: what the till may not decide is set here. A price of goods whose movements were posted before them goes
    /// to the holding that those have made.
    /// </summary>
    private static RowChange Inserted(RowChange change, Belonging belonging, PostingFacts facts)
    {
        var row = change.Values.Copy();
        ServerValues.Decide(row, belonging, facts);
        if (row.Table != BookmineSetup.Holding || facts.Live(row.Table, row.Key) is not { } made || made[Columns.Holding.PriceCents] is not null)
        {
            return change with { Values = row };
        }
        row[Columns.Holding.OnHand] = made[Columns.Holding.OnHand];
        return new RowChange(ChangeOp.Amend, row);
    }

    /// <summary>The till that made the record a correction is about; a price belongs to its stock record.</summary>
    private static long? Origin(RowChange change, PostingFacts facts) =>
        change.Table == BookmineSetup.Holding ? facts.Live(BookmineSetup.Stock, new RowKey(change.Key.Guid))?.IntegerOrNull(Columns.Stock.MadeBy)
        : change.Table == BookmineSetup.Stock ? facts.Live(change.Table, change.Key)?.IntegerOrNull(Columns.Stock.MadeBy)
        : change.Table == BookmineSetup.Contact ? facts.Live(change.Table, change.Key)?.IntegerOrNull(Columns.Contact.MadeBy)
        : null;

    /// <summary>A correction is kept where nobody has changed the field on the server meanwhile.</summary>
    private static void Correct(RowChange change, PostingFacts facts, List<RowChange> apply, List<DroppedField> dropped)
    {
        var live = facts.Live(change.Table, change.Key);
        var kept = new Row(change.Table);
        foreach (var key in change.Table.KeyColumns)
        {
            kept[key] = change.Values[key];
        }
        foreach (var ordinal in ChangedFields(change))
        {
            if (live is not null && Equals(live[ordinal], change.Old?[ordinal]))
            {
                kept[ordinal] = change.Values[ordinal];
            }
            else
            {
                dropped.Add(Dropped(change, ordinal, live, "the server's record was changed meanwhile"));
            }
        }
        if (kept.Count > change.Table.KeyColumns.Count)
        {
            apply.Add(new RowChange(ChangeOp.Amend, kept));
        }
    }

    private static IEnumerable<DroppedField> DroppedEdit(RowChange change, PostingFacts facts, string reason)
    {
        var live = facts.Live(change.Table, change.Key);
        return ChangedFields(change).Select(ordinal => Dropped(change, ordinal, live, reason));
    }

    private static IEnumerable<int> ChangedFields(RowChange change) => Enumerable.Range(0, change.Table.Columns.Count)
        .Where(i => change.Values.Has(i) && !change.Table.IsKey(i) && !change.Table.Columns[i].IsByServer);

    private static DroppedField Dropped(RowChange change, int ordinal, Row? live, string reason) => new(
        change.Table.Name, change.Key.ToString(), change.Table.Columns[ordinal].Name, AsText(change.Values[ordinal]), AsText(live?[ordinal]), reason);

    private static DroppedField DroppedRemoval(RowChange change, PostingFacts facts) => new(
        change.Table.Name, change.Key.ToString(), "record", "removed", facts.Live(change.Table, change.Key) is null ? null : "kept",
        "a removal of an existing record");

    private static DroppedField DroppedEmail(Row email) => new(
        BookmineSetup.Email.Name, email.Key.ToString(), "email", $"{email.Text("subject")}\n{email.Text("body")}", null, "an email made while disconnected");

    private static string? AsText(object? value) => value is null ? null : FormattableString.Invariant($"{value}");
}
