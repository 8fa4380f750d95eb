using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Rules;

/// <summary>
/// The rules of resynchronising, as an interceptor. Insert only: edits of existing records and all emails are dropped and listed; a till's
/// correction of its own unposted record is kept. A document receives its TransID. Its payments and shipment postings are dated now,
/// while its header keeps its Order/Start and Shipping/Locking dates and each payment the moment it was taken.
/// </summary>
public sealed class UploadRules : IUploadInterceptor
{
    public Ruling OnApplying(ChangeGroup group, Facts facts)
    {
        var posting = facts.Host<PostingFacts>();
        if (Plausibility.Fault(group, posting) is { } fault)
        {
            return Ruling.Refuse(fault);
        }
        var apply = new List<RowChange>();
        var dropped = new List<DroppedField>();
        var document = group.Changes.FirstOrDefault(c => c.Table == BookmineSetup.Document)?.Values;
        foreach (var change in group.Changes)
        {
            switch (change.Op)
            {
                case ChangeOp.Insert when change.Table == BookmineSetup.Email:
                    dropped.Add(DroppedEmail(change.Values));
                    break;
                case ChangeOp.Insert:
                    apply.Add(change with { Values = Inserted(change.Values, document, posting) });
                    break;
                case ChangeOp.Amend when Origin(change, facts) == posting.Till:
                    Correct(change, facts, apply, dropped);
                    break;
                default:
                    dropped.AddRange(DroppedEdit(change, facts, "an edit of an existing record"));
                    break;
            }
        }
        return new Ruling(apply, dropped);
    }

    /// <summary>The row as it is to be written: what the till may not decide is set here.</summary>
    private static Row Inserted(Row sealedRow, Row? document, PostingFacts posting)
    {
        var row = sealedRow.Copy();
        if (row.Table == BookmineSetup.Holding)
        {
            row["on_hand"] = 0L;
        }
        else if (row.Table == BookmineSetup.Stock || row.Table == BookmineSetup.Contact)
        {
            row["made_by"] = posting.Till;
        }
        else if (row.Table == BookmineSetup.TillEvent)
        {
            row["posted_at"] = posting.PostedAt;
        }
        else if (row.Table == BookmineSetup.Credit || row.Table == BookmineSetup.Voucher)
        {
            row["entered_at"] = posting.PostedAt;
        }
        else
        {
            Date(row, document, posting);
        }
        return row;
    }

    private static void Date(Row row, Row? document, PostingFacts posting)
    {
        if (document is not null)
        {
            var active = document["shipped_at"] is null || EntryKinds.FollowsOrder(document.Text("kind"));
            row["month"] = active ? null : (long)BranchDay.MonthOf(posting.PostedDay);
        }
        if (row.Table == BookmineSetup.Document)
        {
            row["trans_id"] = posting.TransId;
            row["posted_at"] = posting.PostedAt;
            row["posted_day"] = (long)posting.PostedDay;
            row["taken_day"] = DayOf(row.IntegerOrNull("shipped_at") ?? row.Integer("started_at"), posting);
        }
        else if (row.Table == BookmineSetup.Payment)
        {
            row["paid_at"] = posting.PostedAt;
            row["paid_day"] = (long)posting.PostedDay;
            row["taken_day"] = DayOf(row.Integer("taken_at"), posting);
        }
        else if (row.Table == BookmineSetup.StockMovement)
        {
            row["posted_at"] = posting.PostedAt;
            row["posted_day"] = (long)posting.PostedDay;
            row["taken_day"] = DayOf(row.Integer("taken_at"), posting);
        }
    }

    private static long DayOf(long instant, PostingFacts posting) => BranchDay.Of(instant, posting.Zone);

    /// <summary>The till that made the record a correction is about; a price belongs to its stock record.</summary>
    private static long? Origin(RowChange change, Facts facts) => change.Table == BookmineSetup.Holding
        ? facts.Live(BookmineSetup.Stock, new RowKey(change.Key.Guid))?.IntegerOrNull("made_by")
        : change.Table.Ordinal("made_by") >= 0 ? facts.Live(change.Table, change.Key)?.IntegerOrNull("made_by") : null;

    /// <summary>A correction is kept where nobody has changed the field on the server meanwhile.</summary>
    private static void Correct(RowChange change, Facts facts, List<RowChange> apply, List<DroppedField> dropped)
    {
        var live = facts.Live(change.Table, change.Key)!;
        var kept = new Row(change.Table);
        foreach (var key in change.Table.KeyColumns)
        {
            kept[key] = change.Values[key];
        }
        foreach (var ordinal in ChangedFields(change))
        {
            if (Equals(live[ordinal], change.Old?[ordinal]))
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

    private static IEnumerable<DroppedField> DroppedEdit(RowChange change, Facts facts, string reason)
    {
        var live = facts.Live(change.Table, change.Key);
        return ChangedFields(change).Select(ordinal => Dropped(change, ordinal, live, reason));
    }

    private static IEnumerable<int> ChangedFields(RowChange change) => Enumerable.Range(0, change.Table.Columns.Count)
        .Where(i => change.Values.Has(i) && !change.Table.IsKey(i) && change.Table.Columns[i].Name is not ("made_by" or "on_hand"));

    private static DroppedField Dropped(RowChange change, int ordinal, Row? live, string reason) => new(
        change.Table.Name, change.Key.ToString(), change.Table.Columns[ordinal].Name, AsText(change.Values[ordinal]), AsText(live?[ordinal]), reason);

    private static DroppedField DroppedEmail(Row email) => new(
        BookmineSetup.Email.Name, email.Key.ToString(), "email", $"{email.Text("subject")}\n{email.Text("body")}", null, "an email made while disconnected");

    private static string? AsText(object? value) => value is null ? null : FormattableString.Invariant($"{value}");
}
