using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Foreign;

/// <summary>Which rows make one entry, and what such an entry is. Pure.</summary>
internal static class ForeignEntry
{
    /// <summary>The record that a row belongs to: its document, or itself.</summary>
    /// <param name="newStock">Stock records that come with it: their prices and receipts are one entry with them.</param>
    public static Guid OwnerOf(Row row, IReadOnlySet<Guid> newStock)
    {
        var table = row.Table;
        if (DocumentOf(row) is { } document)
        {
            return document;
        }
        if ((table == BookmineSetup.Holding || table == BookmineSetup.StockMovement) && row.GuidOrNull("stock_id") is { } stock
            && (newStock.Contains(stock) || table == BookmineSetup.Holding))
        {
            return stock;
        }
        return table.KeyInteger is null ? row.Key.Guid : Derive("record", table.Name, row.Key);
    }

    /// <summary>The document that a row is, or is a part of; null for none.</summary>
    public static Guid? DocumentOf(Row row) =>
        row.Table == BookmineSetup.Document ? row.Key.Guid
        : row.Table.Ordinal("document_id") is >= 0 and var i && row.Has(i) ? (Guid?)row[i]
        : null;

    /// <summary>An id that follows from what it is made of, so that an entry which comes again has the one it had.</summary>
    public static Guid Derive(params ReadOnlySpan<object> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{part}|");
        }
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>What a group's changes amount to, whenever they were made.</summary>
    public static string HashOf(IReadOnlyList<RowChange> changes) =>
        Convert.ToHexStringLower(SHA256.HashData(ChangeGroupJson.Write(new ChangeGroup(Guid.Empty, "", null, 0, changes))));

    public static ChangeGroup Make(Guid id, IReadOnlyList<RowChange> changes, long now)
    {
        var ordered = changes.OrderBy(c => c.Table.Number).ThenBy(c => c.Key, RowKey.InOrder).ToList();
        var first = ordered[0];
        return new ChangeGroup(id, KindOf(ordered), Author(ordered), MadeAt(ordered, first) ?? now, ordered);
    }

    /// <summary>What others refer to comes first; numbers are given in the dockets' order.</summary>
    public static (int Rank, long Docket) Order(ChangeGroup group) => group.Kind switch
    {
        EntryKinds.Stock => (0, 0),
        EntryKinds.Contact => (1, 0),
        EntryKinds.Edit => (3, 0),
        EntryKinds.Email => (4, 0),
        EntryKinds.Event => (5, 0),
        _ => (2, HeaderOf(group.Changes)?.IntegerOrNull(Columns.Document.Docket) ?? long.MaxValue),
    };

    private static string KindOf(List<RowChange> changes)
    {
        if (changes[0].Op != ChangeOp.Insert)
        {
            return EntryKinds.Edit;
        }
        if (changes.Exists(c => DocumentOf(c.Values) is not null))
        {
            return HeaderOf(changes)?.TextOrNull(Columns.Document.Kind) ?? EntryKinds.Sale;
        }
        var table = changes[0].Table;
        return table == BookmineSetup.Stock || table == BookmineSetup.Holding || table == BookmineSetup.StockMovement ? EntryKinds.Stock
            : table == BookmineSetup.Contact ? EntryKinds.Contact
            : table == BookmineSetup.Email ? EntryKinds.Email
            : table == BookmineSetup.TillEvent ? EntryKinds.Event
            : EntryKinds.Edit;
    }

    private static string? Author(List<RowChange> changes) =>
        changes.Select(c => c.Values).Where(r => r.Has("operator")).Select(r => r.TextOrNull("operator")).FirstOrDefault(o => o is not null);

    private static long? MadeAt(List<RowChange> changes, RowChange first) =>
        HeaderOf(changes) is { } header ? header.IntegerOrNull(Columns.Document.ShippedAt) ?? header.IntegerOrNull(Columns.Document.StartedAt)
        : first.Op != ChangeOp.Insert ? null
        : first.Table.Columns.Where(c => c is { Meaning: Meaning.Instant, IsByServer: false })
            .Select(c => first.Values.IntegerOrNull(c)).FirstOrDefault(at => at is not null);

    private static Row? HeaderOf(IReadOnlyList<RowChange> changes) =>
        changes.FirstOrDefault(c => c.Table == BookmineSetup.Document && c.Op == ChangeOp.Insert)?.Values;
}
