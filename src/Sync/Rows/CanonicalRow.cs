using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Rows;

/// <summary>
/// The one form of a row that is hashed, served and summed on every engine. Columns in order of their number, nulls omitted; each is
/// its number (2 bytes), its type (1 byte), then an integer's 8 bytes, a GUID's 16 bytes in RFC order, or a text's UTF-8 length
/// (4 bytes) and bytes. All numbers big-endian. A nullable column added later changes no existing row's form.
/// </summary>
public static class CanonicalRow
{
    private const int HeadLength = 3;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    // Rows are written by the thousand, one after the other.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? reused;

    /// <exception cref="MalformedRowException">A text is not valid Unicode.</exception>
    public static byte[] Write(Row row)
    {
        var buffer = reused ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        foreach (var ordinal in ColumnOrder.Of(row.Table))
        {
            if (row[ordinal] is { } value)
            {
                WriteValue(buffer, row.Table, row.Table.Columns[ordinal], value);
            }
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedRowException">The bytes are not a row of the table.</exception>
    public static Row Read(SyncTable table, ReadOnlySpan<byte> bytes)
    {
        var values = new object?[table.Columns.Count];
        while (bytes.Length > 0)
        {
            Require(table, bytes.Length >= HeadLength);
            var number = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            var ordinal = ColumnOrder.OrdinalOf(table, number);
            Require(table, ordinal >= 0 && (byte)table.Columns[ordinal].Type == bytes[2]);
            bytes = bytes[HeadLength..];
            values[ordinal] = ReadValue(table, table.Columns[ordinal].Type, ref bytes);
        }
        return new Row(table, values);
    }

    private static void WriteValue(ArrayBufferWriter<byte> buffer, SyncTable table, Column column, object value)
    {
        switch (column.Type)
        {
            case ColumnType.Integer when value is long integer:
                var span = Head(buffer, column, 8);
                BinaryPrimitives.WriteInt64BigEndian(span, integer);
                break;
            case ColumnType.Guid when value is Guid guid:
                guid.TryWriteBytes(Head(buffer, column, 16), bigEndian: true, out _);
                break;
            case ColumnType.Text when value is string text:
                WriteText(buffer, table, column, text);
                break;
            default:
                throw new MalformedRowException($"{table.Name}.{column.Name} holds a {value.GetType().Name} where the setup says {column.Type}.");
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> buffer, SyncTable table, Column column, string text)
    {
        try
        {
            var length = StrictUtf8.GetByteCount(text);
            var span = Head(buffer, column, 4 + length);
            BinaryPrimitives.WriteInt32BigEndian(span, length);
            StrictUtf8.GetBytes(text, span[4..]);
        }
        catch (EncoderFallbackException)
        {
            throw new MalformedRowException($"{table.Name}.{column.Name} holds half of a surrogate pair, which is not Unicode text.");
        }
    }

    private static Span<byte> Head(ArrayBufferWriter<byte> buffer, Column column, int length)
    {
        var span = buffer.GetSpan(HeadLength + length);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)column.Number);
        span[2] = (byte)column.Type;
        buffer.Advance(HeadLength + length);
        return span.Slice(HeadLength, length);
    }

    private static object ReadValue(SyncTable table, ColumnType type, ref ReadOnlySpan<byte> bytes)
    {
        object value;
        int length;
        switch (type)
        {
            case ColumnType.Integer:
                Require(table, bytes.Length >= 8);
                (value, length) = (BinaryPrimitives.ReadInt64BigEndian(bytes), 8);
                break;
            case ColumnType.Guid:
                Require(table, bytes.Length >= 16);
                (value, length) = (new Guid(bytes[..16], bigEndian: true), 16);
                break;
            default:
                Require(table, bytes.Length >= 4);
                var size = BinaryPrimitives.ReadInt32BigEndian(bytes);
                Require(table, size >= 0 && size <= bytes.Length - 4);
                (value, length) = (ReadText(table, bytes.Slice(4, size)), 4 + size);
                break;
        }
        bytes = bytes[length..];
        return value;
    }

    private static string ReadText(SyncTable table, ReadOnlySpan<byte> utf8)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedRowException($"A row of {table.Name} holds text that is not UTF-8.");
        }
    }

    private static void Require(SyncTable table, bool condition)
    {
        if (!condition)
        {
            throw new MalformedRowException($"The bytes are not a row of {table.Name}.");
        }
    }
}

/// <summary>A row, or bytes that should be one, break the setup's rules.</summary>
public sealed class MalformedRowException(string message) : Exception(message);
