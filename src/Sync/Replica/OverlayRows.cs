using System.Buffers.Binary;
using System.Security.Cryptography;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Replica;

/// <summary>
/// The rows of an overlay, in tables like the replica's. Each says which entry made it and has a sum over both, so that a row that the disk has changed is
/// noticed when it is read and not shown.
/// </summary>
internal static class OverlayRows
{
    public const string EntryColumn = "made_by_entry";
    private const string SumColumn = "made_as";

    public static readonly IReadOnlyList<string> ExtraColumns = [EntryColumn, SumColumn];

    /// <summary>The rows that a condition holds for, each with the entry that made it.</summary>
    /// <exception cref="DamagedValueException">One is not as it was written.</exception>
    public static List<(Row Row, long Entry)> Where(Session session, SyncTable table, string condition, params ReadOnlySpan<object?> values)
    {
        var columns = TableSql.Of(table, session.Dialect).Columns;
        using var reader = session.Query($"SELECT {columns}, {EntryColumn}, {SumColumn} FROM {table.Name} WHERE {condition}", values);
        var rows = new List<(Row, long)>();
        while (reader.Read())
        {
            var (row, entry) = (DbValues.ReadRow(table, reader), DbValues.ReadInteger(reader, table.Columns.Count));
            rows.Add(DbValues.ReadInteger(reader, table.Columns.Count + 1) == SumOf(row, entry)
                ? (row, entry) : throw new DamagedValueException($"a row of {table.Name} in the overlay is not as it was written"));
        }
        return rows;
    }

    public static (Row Row, long Entry)? Find(Session session, SyncTable table, RowKey key) =>
        Where(session, table, IsKey(table), TableSql.KeyArguments(table, key)) is [var found] ? found : null;

    /// <summary>Writes a row that is not there yet; one that is stays.</summary>
    public static void Insert(Session session, Row row, long entry)
    {
        var values = new object?[row.Table.Columns.Count + 2];
        for (var i = 0; i < row.Table.Columns.Count; i++)
        {
            values[i] = row[i];
        }
        (values[^2], values[^1]) = (entry, SumOf(row, entry));
        session.Execute(session.Dialect.InsertIfAbsent(row.Table.Name, [.. row.Table.Columns.Select(c => c.Name), .. ExtraColumns]), values);
    }

    public static void Replace(Session session, Row row, long entry)
    {
        TableSql.Replace(session, row);
        session.Execute($"UPDATE {row.Table.Name} SET {SumColumn} = @sum WHERE {IsKey(row.Table)}", [SumOf(row, entry), .. TableSql.KeyArguments(row.Table, row.Key)]);
    }

    private static string IsKey(SyncTable table) => string.Join(" AND ", table.KeyColumns.Select(k => $"{k} = @{k}"));

    private static long SumOf(Row row, long entry)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, entry);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. number, .. CanonicalRow.Write(row)], hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
