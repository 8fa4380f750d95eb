using System.Data.Common;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Data;

/// <summary>How values come out of readers: a GUID is its 16 bytes in RFC order where the engine has no type for it.</summary>
public static class DbValues
{
    public static Guid ReadGuid(DbDataReader reader, int ordinal) => reader.GetValue(ordinal) switch
    {
        byte[] { Length: 16 } bytes => new Guid(bytes, bigEndian: true),
        Guid guid => guid,
        var other => throw new MalformedRowException($"A key of 16 bytes was expected and {other} was found."),
    };

    /// <exception cref="DamagedValueException">There is none where one must be.</exception>
    public static long ReadInteger(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? throw Missing(reader, ordinal) : reader.GetInt64(ordinal);

    /// <exception cref="DamagedValueException">There is none where one must be.</exception>
    public static string ReadText(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? throw Missing(reader, ordinal) : reader.GetString(ordinal);

    /// <exception cref="DamagedValueException">There are none where some must be.</exception>
    public static byte[] ReadBytes(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? throw Missing(reader, ordinal) : reader.GetFieldValue<byte[]>(ordinal);

    private static DamagedValueException Missing(DbDataReader reader, int ordinal) => new($"The value of {reader.GetName(ordinal)} is missing.");

    public static Guid? ReadGuidOrNull(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : ReadGuid(reader, ordinal);

    public static long? ReadIntegerOrNull(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetInt64(ordinal);

    public static string? ReadTextOrNull(DbDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    public static UInt128 ReadHash(DbDataReader reader, int ordinal) => Digest.FromBytes(ReadBytes(reader, ordinal));

    /// <summary>Reads a whole row whose columns stand in the setup's order from <paramref name="first"/> on.</summary>
    public static Row ReadRow(SyncTable table, DbDataReader reader, int first = 0)
    {
        var values = new object?[table.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ReadValue(table.Columns[i], reader.GetValue(first + i));
        }
        return new Row(table, values);
    }

    private static object? ReadValue(Column column, object value) => (column.Type, value) switch
    {
        (_, DBNull) => null,
        (ColumnType.Integer, long) or (ColumnType.Text, string) or (ColumnType.Guid, Guid) => value,
        (ColumnType.Guid, byte[] { Length: 16 } bytes) => new Guid(bytes, bigEndian: true),
        _ => throw new DamagedValueException($"The value of {column.Name} should be {column.Type}, and is {value.GetType().Name}."),
    };
}
