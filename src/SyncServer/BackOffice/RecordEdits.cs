using System.Globalization;
using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Rules;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>
/// Changes to fields of existing stock records, contacts and prices, made by people who look after them. A till's edit goes the same way
/// under another name
/// (<see cref="Posting.LiveEdits"/>): rows are locked, looked at, and written where nobody has changed the fields meanwhile.
/// </summary>
internal static class RecordEdits
{
    private static readonly SyncTable[] Editable = [BookmineSetup.Stock, BookmineSetup.Contact, BookmineSetup.Holding];

    /// <summary>A table whose records people edit; null for any other.</summary>
    public static SyncTable? TableOf(string name) => Array.Find(Editable, t => t.Name == name);

    /// <summary>A field's value as a person or a record of the past writes it.</summary>
    /// <param name="text">Null or empty for none.</param>
    /// <exception cref="ShopException">There is no such field, or it cannot hold that.</exception>
    public static object? Parse(SyncTable table, string field, string? text)
    {
        if (table.Ordinal(field) is var ordinal && (ordinal < 0 || table.IsKey(ordinal) || table.Columns[ordinal].IsByServer))
        {
            throw new ShopException($"{table.Name} has no field {field} that people change.");
        }
        var column = table.Columns[ordinal];
        if (string.IsNullOrEmpty(text))
        {
            return column.Nullable ? null : throw new ShopException($"{table.Name}.{field} would be emptied. Nothing was changed.");
        }
        if (column.Type == ColumnType.Text)
        {
            return column.TooLong(text) is { } fault ? throw new ShopException($"{fault}. Nothing was changed.")
                : text.Contains('\0') ? throw new ShopException($"{field} holds U+0000. Nothing was changed.") : text;
        }
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw new ShopException($"{field} is “{text}”, not a whole number. Nothing was changed.");
    }

    /// <summary>Changes fields of one record.</summary>
    /// <param name="expected">What each field is believed to hold; null where that does not matter.</param>
    /// <returns>What was changed, as the audit log says it.</returns>
    /// <exception cref="ShopException">There is no such record, somebody has changed a field meanwhile, or a value is none.</exception>
    public static string Change(
        Session session, SyncTable table, RowKey key, IReadOnlyDictionary<string, object?> values, IReadOnlyDictionary<string, object?>? expected = null)
    {
        var rows = new LiveRows(session);
        var isPrice = table == BookmineSetup.Holding;
        rows.Lock(isPrice ? [(table, key), (BookmineSetup.Stock, new RowKey(key.Guid))] : [(table, key)]);
        var live = rows.Find(table, key);
        if ((isPrice ? rows.Find(BookmineSetup.Stock, new RowKey(key.Guid)) : live) is null)
        {
            throw new ShopException($"There is no {table.Name} {key} any more. Nothing was changed.");
        }
        var change = new Row(table);
        foreach (var part in table.KeyColumns)
        {
            change[part] = part == "branch" ? key.Integer : key.Guid;
        }
        var told = new List<string>();
        foreach (var (field, value) in values)
        {
            if (expected is not null && expected.TryGetValue(field, out var believed) && !Equals(live?[field], believed))
            {
                throw new ShopException(
                    $"{field} was changed by somebody else meanwhile: it is “{live?[field]}” now. Look at it again. Nothing was changed.");
            }
            if (!Equals(live?[field], value))
            {
                change[field] = value;
                told.Add(FormattableString.Invariant($"{field} “{live?[field]}” → “{value}”"));
            }
        }
        if (told.Count == 0)
        {
            return "nothing, as it was so already";
        }
        if (Plausibility.EditFault(new RowChange(ChangeOp.Update, change)) is { } implausible)
        {
            throw new ShopException($"{implausible}. Nothing was changed.");
        }
        rows.Set(table, key, () => new Row(table) { ["branch"] = key.Integer, ["stock_id"] = key.Guid, ["on_hand"] = 0L }, row => row.Merge(change));
        rows.Write();
        return string.Join(", ", told);
    }
}
