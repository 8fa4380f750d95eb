using System.Collections;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using SQLitePCL;

namespace Bookmine.Sqlite;

/// <summary>The rows of one run of a statement. A value is what SQLite holds: long, double, text, bytes or none.</summary>
internal sealed class SqliteRows(SqliteStatement owner, nint statement, int columns, bool hasRows) : DbDataReader
{
    private bool isFirst = true;
    private bool isOver = !hasRows;
    private bool isClosed;

    public override int FieldCount => columns;

    public override bool HasRows => hasRows;

    public override bool IsClosed => isClosed;

    public override int Depth => 0;

    public override int RecordsAffected => -1;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read()
    {
        ObjectDisposedException.ThrowIf(isClosed, this);
        if (isFirst || isOver)
        {
            isFirst = false;
            return !isOver;
        }
        isOver = !owner.Step();
        return !isOver;
    }

    public override void Close()
    {
        if (!isClosed)
        {
            isClosed = true;
            owner.Reset();
        }
    }

    public override bool NextResult() => false;

    public override bool IsDBNull(int ordinal) => Type(ordinal) == raw.SQLITE_NULL;

    public override long GetInt64(int ordinal) => Type(ordinal) == raw.SQLITE_NULL ? throw None(ordinal) : Native.ColumnInteger(statement, ordinal);

    public override int GetInt32(int ordinal) => checked((int)GetInt64(ordinal));

    public override short GetInt16(int ordinal) => checked((short)GetInt64(ordinal));

    public override byte GetByte(int ordinal) => checked((byte)GetInt64(ordinal));

    public override bool GetBoolean(int ordinal) => GetInt64(ordinal) != 0;

    public override double GetDouble(int ordinal) => Type(ordinal) == raw.SQLITE_NULL ? throw None(ordinal) : Native.ColumnReal(statement, ordinal);

    public override float GetFloat(int ordinal) => (float)GetDouble(ordinal);

    public override string GetString(int ordinal) => Type(ordinal) == raw.SQLITE_NULL ? throw None(ordinal) : Encoding.UTF8.GetString(Bytes(ordinal));

    public override object GetValue(int ordinal) => Type(ordinal) switch
    {
        raw.SQLITE_INTEGER => Native.ColumnInteger(statement, ordinal),
        raw.SQLITE_TEXT => Encoding.UTF8.GetString(Bytes(ordinal)),
        raw.SQLITE_BLOB => Bytes(ordinal).ToArray(),
        raw.SQLITE_FLOAT => Native.ColumnReal(statement, ordinal),
        _ => DBNull.Value,
    };

    /// <summary>No value is null where the type can say so.</summary>
    public override T GetFieldValue<T>(int ordinal) => GetValue(ordinal) is DBNull && default(T) is null ? default! : (T)GetValue(ordinal);

    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < count; i++)
        {
            values[i] = GetValue(i);
        }
        return count;
    }

    public override string GetName(int ordinal) => owner.NameOf(ordinal);

    public override int GetOrdinal(string name)
    {
        for (var i = 0; i < FieldCount; i++)
        {
            if (GetName(i) == name)
            {
                return i;
            }
        }
        throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such column.");
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this);

    public override string GetDataTypeName(int ordinal) => GetFieldType(ordinal).Name;

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetFieldType(int ordinal) => Type(ordinal) switch
    {
        raw.SQLITE_INTEGER => typeof(long),
        raw.SQLITE_TEXT => typeof(string),
        raw.SQLITE_BLOB => typeof(byte[]),
        raw.SQLITE_FLOAT => typeof(double),
        _ => typeof(DBNull),
    };

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

    public override char GetChar(int ordinal) => throw new NotSupportedException();

    public override DateTime GetDateTime(int ordinal) => throw new NotSupportedException();

    public override decimal GetDecimal(int ordinal) => throw new NotSupportedException();

    public override Guid GetGuid(int ordinal) => throw new NotSupportedException();

    private int Type(int ordinal) => isFirst || isOver || isClosed
        ? throw new InvalidOperationException("There is no row to read a value of.")
        : Native.ColumnType(statement, ordinal);

    private unsafe ReadOnlySpan<byte> Bytes(int ordinal)
    {
        var bytes = Native.ColumnBytes(statement, ordinal);
        return new ReadOnlySpan<byte>(bytes, Native.ColumnLength(statement, ordinal));
    }

    private InvalidCastException None(int ordinal) => new($"{GetName(ordinal)} has no value.");
}
