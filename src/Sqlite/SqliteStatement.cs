using System.Data.Common;
using System.Text;
using Bookmine.Sync.Data;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Bookmine.Sqlite;

/// <summary>A statement prepared by SQLite itself: parameters are bound by their places, and nothing is made for a run of it.</summary>
internal sealed class SqliteStatement(sqlite3 database, sqlite3_stmt statement, int timeoutSeconds) : IStatement
{
    private const int GuidLength = 16;
    private readonly nint handle = statement.DangerousGetHandle();
    private readonly int parameters = raw.sqlite3_bind_parameter_count(statement);
    private readonly bool writes = raw.sqlite3_stmt_readonly(statement) == 0;
    private readonly Scratch scratch = new();
    private SqliteRows? reading;

    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            while (Step())
            {
            }
            return writes ? Native.Changes(database.DangerousGetHandle()) : 0;
        }
        finally
        {
            Reset();
        }
    }

    public DbDataReader Query(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            return reading = new SqliteRows(this, handle, raw.sqlite3_column_count(statement), Step());
        }
        finally
        {
            if (reading is null)
            {
                Reset();
            }
        }
    }

    public void Dispose()
    {
        reading?.Close();
        statement.Dispose();
        scratch.Dispose();
    }

    internal string NameOf(int column) => raw.sqlite3_column_name(statement, column).utf8_to_string();

    /// <returns>Whether there is a row; the statement is done otherwise.</returns>
    internal bool Step()
    {
        for (var patience = new Patience(timeoutSeconds); ;)
        {
            var code = statement.IsClosed ? raw.SQLITE_MISUSE : Native.Step(handle);
            GC.KeepAlive(this);
            if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
            {
                return code == raw.SQLITE_ROW;
            }
            if (reading is not null || !patience.Waits(code, database))
            {
                throw Failure(code);
            }
            _ = Native.Reset(handle);
        }
    }

    internal void Reset()
    {
        reading = null;
        if (!statement.IsClosed)
        {
            _ = Native.Reset(handle);
            GC.KeepAlive(this);
        }
    }

    private Exception Failure(int code)
    {
        try
        {
            SqliteException.ThrowExceptionForRC(code, database);
        }
        catch (SqliteException e)
        {
            return e;
        }
        return new InvalidOperationException($"SQLite answered {code}.");
    }

    private void Bind(ReadOnlySpan<object?> values)
    {
        ObjectDisposedException.ThrowIf(statement.IsClosed, this);
        if (reading is not null)
        {
            throw new InvalidOperationException($"The rows of this statement are still being read: {raw.sqlite3_sql(statement).utf8_to_string()}");
        }
        if (values.Length != parameters)
        {
            throw new ArgumentException($"{parameters} arguments are wanted, {values.Length} were given, for: {raw.sqlite3_sql(statement).utf8_to_string()}");
        }
        var room = 0;
        foreach (var value in values)
        {
            room += value switch
            {
                string text => Encoding.UTF8.GetMaxByteCount(text.Length),
                byte[] bytes => bytes.Length,
                Guid or UInt128 => GuidLength,
                _ => 0,
            };
        }
        scratch.Begin(room + 1);
        for (var i = 0; i < values.Length; i++)
        {
            if (Bind(i + 1, values[i]) is not raw.SQLITE_OK and var code)
            {
                throw Failure(code);
            }
        }
    }

    private unsafe int Bind(int place, object? value)
    {
        switch (value)
        {
            case null: return Native.BindNull(handle, place);
            case long integer: return Native.BindInteger(handle, place, integer);
            case int integer: return Native.BindInteger(handle, place, integer);
            case bool truth: return Native.BindInteger(handle, place, truth ? 1 : 0);
            case string text:
                var length = Encoding.UTF8.GetBytes(text, scratch.Rest);
                return Native.BindText(handle, place, scratch.Take(length), length, 0);
            case byte[] bytes:
                bytes.CopyTo(scratch.Rest);
                return Native.BindBytes(handle, place, scratch.Take(bytes.Length), bytes.Length, 0);
            case Guid guid:
                guid.TryWriteBytes(scratch.Rest, bigEndian: true, out _);
                return Native.BindBytes(handle, place, scratch.Take(GuidLength), GuidLength, 0);
            case UInt128 hash:
                System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(scratch.Rest, hash);
                return Native.BindBytes(handle, place, scratch.Take(GuidLength), GuidLength, 0);
            default: throw new ArgumentException($"A {value.GetType().Name} cannot be bound.");
        }
    }
}
