using Bookmine.Sync.Data;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Bookmine.Sqlite;

/// <summary>A SQLite connection whose prepared statements go to SQLite's own interface.</summary>
public sealed class DirectConnection(string connectionString) : SqliteConnection(connectionString), IPreparingConnection
{
    /// <summary>
    /// Whether triggers of others fire here: a writing statement's <c>OR FAIL</c> would hold for what they write too, in the place of an
    /// <c>OR REPLACE</c> or <c>OR IGNORE</c> of their own (sqlite.org/lang_createtrigger.html), so none is said.
    /// </summary>
    public bool HasTriggersOfOthers { get; set; }

    public SqlDialect Dialect => HasTriggersOfOthers ? SqlDialect.Common : SqliteDialect.Instance;

    public bool IsInTransaction => Handle is { } database && raw.sqlite3_get_autocommit(database) == 0;

    /// <exception cref="SqliteException">SQLite does not understand it.</exception>
    public IStatement Prepare(string sql)
    {
        var database = Handle ?? throw new InvalidOperationException("The connection is not open.");
        for (var patience = new Patience(DefaultTimeout); ;)
        {
            var code = raw.sqlite3_prepare_v2(database, sql, out var statement, out var rest);
            if (code == raw.SQLITE_OK)
            {
                if (statement.IsInvalid || !string.IsNullOrWhiteSpace(rest))
                {
                    statement.Dispose();
                    throw new ArgumentException($"One statement is wanted, not: {sql}");
                }
                return new SqliteStatement(database, statement, DefaultTimeout);
            }
            statement?.Dispose();
            if (!patience.Waits(code, database))
            {
                SqliteException.ThrowExceptionForRC(code, database);
            }
        }
    }
}
