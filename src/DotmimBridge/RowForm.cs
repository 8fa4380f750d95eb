using System.Globalization;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Foreign;
using Dotmim.Sync;
using Dotmim.Sync.Enumerations;
using ShopTable = Bookmine.Sync.Setup.SyncTable;

namespace Bookmine.DotmimBridge;

/// <summary>Rows in Dotmim's form and in ours.</summary>
internal static class RowForm
{
    /// <exception cref="ToldException">A value is not of its column's type.</exception>
    public static ForeignRow Read(ShopTable table, SyncRow sent)
    {
        var row = new Row(table);
        foreach (var column in table.Columns)
        {
            if (sent.SchemaTable.Columns[column.Name] is not null)
            {
                row[column.Ordinal] = Value(table, column, sent[column.Name]);
            }
        }
        return table.KeyColumns.All(k => row[k] is not null) ? new ForeignRow(row, sent.RowState == SyncRowState.Deleted)
            : throw new ToldException($"A row of {table.Name} has no key. Nothing of this synchronisation was posted.");
    }

    private static object? Value(ShopTable table, Column column, object? value)
    {
        try
        {
            return (value, column.Type) switch
            {
                (null or DBNull, _) => null,
                (_, ColumnType.Integer) => Convert.ToInt64(value, CultureInfo.InvariantCulture),
                (Guid guid, ColumnType.Guid) => guid,
                (_, ColumnType.Guid) => Guid.Parse(Convert.ToString(value, CultureInfo.InvariantCulture)!),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
        {
            throw new ToldException($"{table.Name}.{column.Name} is no {column.Type}. Nothing of this synchronisation was posted.");
        }
    }
}
