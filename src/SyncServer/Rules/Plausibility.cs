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
        if (change.Op == ChangeOp.Remove)
        {
            return null;
        }
        if (change.Op != ChangeOp.Insert)
        {
            return EditFault(change) is { } fault ? fault : DocumentTables.Contains(table) ? $"it changes a row of {table.Name}, and nothing on a posted transaction is ever changed" : null;
        }
        foreach (var column in table.Columns)
        {
            if (!column.Nullable && row[column] is null && !column.IsByServer)
            {
                return $"{table.Name}.{column.Name} is missing";
            }
        }
        return AmountFault(row) ?? TimeFault(row) ?? NumberFault(row, posting);
    }

    /// <summary>What may not stand in an edit either, with the server at hand or without.</summary>
    public static string? EditFault(RowChange change)
    {
        var row = change.Values;
        var emptied = row.Table.Columns.FirstOrDefault(c => row.Has(c) && !c.Nullable && row[c] is null);
        return emptied is not null ? $"{row.Table.Name}.{emptied.Name} would be emptied" : AmountFault(row);
    }

    private static string? NumberFault(Row row, PostingFacts posting) =>
        row.Table == BookmineSetup.TillEvent ? (row.Integer(Columns.Event.Till) == posting.Till ? null : $"it is a record of till {row.Integer(Columns.Event.Till)}")
        : row.Table != BookmineSetup.Document ? null
        : row.Integer(Columns.Document.Till) != posting.Till ? $"it is a transaction of till {row.Integer(Columns.Document.Till)}"
        : !posting.Blocks.Any(b => row.Integer(Columns.Document.Docket) >= b.First && row.Integer(Columns.Document.Docket) <= b.Last) ? $"its number {DocketNumber.D(row.Integer(Columns.Document.Docket))} was not leased to this till"
        : null;

    private static string? AmountFault(Row row)
    {
        foreach (var column in row.Table.Columns)
        {
            if (column.Meaning is not (Meaning.Cents or Meaning.Price or Meaning.Quantity) || column.IsByServer || row.IntegerOrNull(column) is not { } value)
            {
                continue;
            }
            var most = column.Meaning == Meaning.Quantity ? MostQty : Money.MostCents;
            if (value > most || value < (column.Meaning == Meaning.Price ? 0 : -most))
            {
                return $"{row.Table.Name}.{column.Name} is {value}, beyond any bookshop's";
            }
        }
        return null;
    }

    private static string? TimeFault(Row row)
    {
        foreach (var column in row.Table.Columns)
        {
            if (column is { Meaning: Meaning.Instant, IsByServer: false } && row.IntegerOrNull(column) is < Earliest or > Latest)
            {
                return $"{row.Table.Name}.{column.Name} is {row[column]}, which no calendar holds";
            }
            if (column.Meaning == Meaning.Span && row.IntegerOrNull(column) is < Earliest - Latest or > Latest - Earliest)
            {
                return $"{row.Table.Name}.{column.Name} is {row[column]}, and no two clocks are so far apart";
            }
        }
        return null;
    }

    private static string? DocumentFault(ChangeGroup group)
    {
        if (EntryKinds.IsTransaction(group.Kind) && group.Changes.Any(c => c.Op == ChangeOp.Remove))
        {
            return "it is a transaction that removes something";
        }
        var rows = group.Changes.Where(c => c.Op != ChangeOp.Remove && DocumentTables.Contains(c.Table)).Select(c => c.Values).ToArray();
        if (rows.Length == 0 || (group.Kind == EntryKinds.Stock && rows.All(r => r.Table == BookmineSetup.StockMovement && r["document_id"] is null)))
        {
            return EntryKinds.IsTransaction(group.Kind) ? "it is a transaction without a document" : null;
        }
        if (rows.Where(r => r.Table == BookmineSetup.Document).ToArray() is not [var document] || !EntryKinds.IsTransaction(group.Kind))
        {
            return "it is not one document";
        }
        if (rows.Any(r => r.Table != BookmineSetup.Document && r.GuidOrNull("document_id") != document.Guid(Columns.Document.Id)))
        {
            return "it has rows of another document";
        }
        var lines = rows.Where(r => r.Table == BookmineSetup.DocumentLine).Sum(r => (r.Integer(Columns.Line.Qty) * r.Integer(Columns.Line.UnitPriceCents)) - r.Integer(Columns.Line.DiscountCents));
        var payments = rows.Where(r => r.Table == BookmineSetup.Payment).Sum(r => r.Integer(Columns.Payment.AmountCents));
        return lines != payments || lines != document.Integer(Columns.Document.TotalCents)
            ? $"its lines come to {Money.Format(lines)}, its payments to {Money.Format(payments)}, and its total says {Money.Format(document.Integer(Columns.Document.TotalCents))}"
            : document.IntegerOrNull(Columns.Document.ShippedAt) < document.Integer(Columns.Document.StartedAt) ? "it was shipped before it was started" : null;
    }
}
