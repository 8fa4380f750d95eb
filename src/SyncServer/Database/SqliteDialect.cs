using System.Data.Common;
using System.Text;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Bookmine.SyncServer.Database;

/// <summary>
/// SQLite understands the common words. What differs is how many rows are written: its driver looks each parameter up by name and makes a reader
/// for each run of a statement, which takes about as long as the writing, so many rows go to SQLite's own interface.
/// </summary>
internal sealed class SqliteDialect : SqlDialect
{
    public static readonly SqliteDialect Instance = new();

    // Below it, preparing the statement once more costs what is saved.
    private const int FewestRows = 8;

    public override int? ExecuteEach(DbConnection connection, string sql, IReadOnlyList<object?[]> rows)
    {
        if (rows.Count < FewestRows)
        {
            return null;
        }
        var database = ((SqliteConnection)connection).Handle!;
        Require(raw.sqlite3_prepare_v2(database, sql, out var statement), database);
        using (statement)
        {
            var affected = 0;
            foreach (var row in rows)
            {
                for (var i = 0; i < row.Length; i++)
                {
                    Require(Bind(statement, i + 1, row[i]), database);
                }
                if (raw.sqlite3_step(statement) is not raw.SQLITE_DONE and var failed)
                {
                    Require(failed, database);
                }
                affected += raw.sqlite3_changes(database);
                raw.sqlite3_reset(statement);
            }
            return affected;
        }
    }

    private static int Bind(sqlite3_stmt statement, int place, object? value)
    {
        switch (value)
        {
            case null: return raw.sqlite3_bind_null(statement, place);
            case long integer: return raw.sqlite3_bind_int64(statement, place, integer);
            case int integer: return raw.sqlite3_bind_int64(statement, place, integer);
            case string text: return BindText(statement, place, text);
            case byte[] bytes: return bytes.Length == 0 ? raw.sqlite3_bind_zeroblob(statement, place, 0) : raw.sqlite3_bind_blob(statement, place, bytes);
            case Guid guid:
                Span<byte> key = stackalloc byte[16];
                guid.TryWriteBytes(key, bigEndian: true, out _);
                return raw.sqlite3_bind_blob(statement, place, key);
            case UInt128 hash: return raw.sqlite3_bind_blob(statement, place, Digest.ToBytes(hash));
            default: throw new ArgumentException($"A {value.GetType().Name} cannot be written.");
        }
    }

    private static int BindText(sqlite3_stmt statement, int place, string text)
    {
        const int small = 256;
        Span<byte> bytes = text.Length <= small ? stackalloc byte[small * 3] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return raw.sqlite3_bind_text(statement, place, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    private static void Require(int code, sqlite3 database) => SqliteException.ThrowExceptionForRC(code, database);
}
