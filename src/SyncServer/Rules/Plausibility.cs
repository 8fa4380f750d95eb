using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Rules;

/// <summary>What no entry of an honest till contains. A group with such a fault is kept in quarantine, whole.</summary>
internal static class Plausibility
{
    private const long MostQty = 1_000_000;

    // Unix milliseconds from year 1 to year 9999: what a calendar can hold, less a day at each end for the time zones. A till whose clock is wrong is posted all the same, and listed.
    private const long Earliest = -62_135_510_400_000;
    private const long Latest = 253_402_214_400_000;

    private static readonly SyncTable[] DocumentTables =
        [BookmineSetup.Document, BookmineSetup.DocumentLine, BookmineSetup.Payment, BookmineSetup.StockMovement, BookmineSetup.Credit, BookmineSetup.Voucher];

    /// <summary>The first fault, to be read after "entry N: "; null when there is none.</summary>
    public static string? Fault(ChangeGroup group, PostingFacts posting) =>
        group.Changes.Select(c => RowFault(c, posting)).FirstOrDefault(f => f is not null) ?? DocumentFault(group);

    private static string? RowFault(RowChange change, PostingFacts posting)
    {
        var (table, row) = (change.Table, change.Values);
        if (table.Direction != Direction.Both)
        {
            return $"a till may not write {table.Name}";
        }
        if (table.Ordinal("branch") >= 0 && row.Has("branch") && !posting.Branches.Contains(row.IntegerOrNull("branch") ?? 0))
        {
            return $"it writes {table.Name} of branch {row.IntegerOrNull("branch")}, to which the till does not belong";
        }
        if (change.Op != ChangeOp.Insert)
        {
            return EditFault(change) is { } fault ? fault : DocumentTables.Contains(table) ? $"it changes a row of {table.Name}, and nothing on a posted transaction is ever changed" : null;
        }
        foreach (var column in table.Columns.Where(c => !c.Nullable && row[c.Name] is null && !SetByServer(c.Name)))
        {
            return $"{table.Name}.{column.Name} is missing";
        }
        return AmountFault(row) ?? TimeFault(row) ?? NumberFault(row, posting);
    }

    /// <summary>What may not stand in an edit either, with the server at hand or without.</summary>
    public static string? EditFault(RowChange change)
    {
        var row = change.Values;
        var emptied = row.Table.Columns.FirstOrDefault(c => row.Has(c.Name) && !c.Nullable && row[c.Name] is null);
        return emptied is not null ? $"{row.Table.Name}.{emptied.Name} would be emptied" : AmountFault(row);
    }

    private static string? NumberFault(Row row, PostingFacts posting) =>
        row.Table == BookmineSetup.TillEvent ? (row.Integer("till") == posting.Till ? null : $"it is a record of till {row.Integer("till")}")
        : row.Table != BookmineSetup.Document ? null
        : row.Integer("till") != posting.Till ? $"it is a transaction of till {row.Integer("till")}"
        : !posting.Blocks.Any(b => row.Integer("docket") >= b.First && row.Integer("docket") <= b.Last) ? $"its number {DocketNumber.D(row.Integer("docket"))} was not leased to this till"
        : null;

    private static bool SetByServer(string column) => column is "on_hand";

    private static string? AmountFault(Row row)
    {
        foreach (var column in row.Table.Columns.Where(c => c.Type == ColumnType.Integer && row[c.Name] is not null))
        {
            var value = Math.Abs((decimal)row.Integer(column.Name));
            if ((column.Name.EndsWith("_cents", StringComparison.Ordinal) && value > Money.MostCents) || (column.Name is "price_cents" or "unit_price_cents" && row.Integer(column.Name) < 0) || (column.Name == "qty" && value > MostQty))
            {
                return $"{row.Table.Name}.{column.Name} is {row[column.Name]}, beyond any bookshop's";
            }
        }
        return null;
    }

    private static string? TimeFault(Row row)
    {
        foreach (var column in (string[])["started_at", "shipped_at", "taken_at", "happened_at"])
        {
            if (row.Has(column) && row.IntegerOrNull(column) is { } at && (at < Earliest || at > Latest))
            {
                return $"{row.Table.Name}.{column} is {at}, which no calendar holds";
            }
        }
        return null;
    }

    private static string? DocumentFault(ChangeGroup group)
    {
        var rows = group.Changes.Where(c => DocumentTables.Contains(c.Table)).Select(c => c.Values).ToArray();
        if (rows.Length == 0 || (group.Kind == EntryKinds.Stock && rows.All(r => r.Table == BookmineSetup.StockMovement && r["document_id"] is null)))
        {
            return EntryKinds.IsTransaction(group.Kind) ? "it is a transaction without a document" : null;
        }
        if (rows.Where(r => r.Table == BookmineSetup.Document).ToArray() is not [var document] || !EntryKinds.IsTransaction(group.Kind))
        {
            return "it is not one document";
        }
        if (rows.Any(r => r.Table != BookmineSetup.Document && r.GuidOrNull("document_id") != document.Guid("id")))
        {
            return "it has rows of another document";
        }
        var lines = rows.Where(r => r.Table == BookmineSetup.DocumentLine).Sum(r => (r.Integer("qty") * r.Integer("unit_price_cents")) - r.Integer("discount_cents"));
        var payments = rows.Where(r => r.Table == BookmineSetup.Payment).Sum(r => r.Integer("amount_cents"));
        return lines != payments || lines != document.Integer("total_cents")
            ? $"its lines come to {Money.Format(lines)}, its payments to {Money.Format(payments)}, and its total says {Money.Format(document.Integer("total_cents"))}"
            : document.IntegerOrNull("shipped_at") < document.Integer("started_at") ? "it was shipped before it was started" : null;
    }
}
