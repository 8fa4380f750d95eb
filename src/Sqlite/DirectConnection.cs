using Bookmine.Sync.Data;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Bookmine.Sqlite;

/// <summary>A SQLite connection whose prepared statements go to SQLite's own interface.</summary>
public sealed class DirectConnection(string connectionString) : SqliteConnection(connectionString), IPreparingConnection
{
    public SqlDialect Dialect => SqliteDialect.Instance;

    /// <exception cref="SqliteException">SQLite does not understand it.</exception>
    public IStatement Prepare(string sql)
    {
        var database = Handle ?? throw new InvalidOperationException("The connection is not open.");
        for (var patience = new Patience(DefaultTimeout); ;)
        {
            var code = raw.sqlite3_prepare_v2(database, sql, out var statement);
            if (code == raw.SQLITE_OK)
            {
                return new SqliteStatement(database, statement, DefaultTimeout);
            }
            statement?.Dispose();
            if (!patience.Waits(code))
            {
                SqliteException.ThrowExceptionForRC(code, database);
            }
        }
    }
}
