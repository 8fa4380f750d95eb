using System.Data.Common;
using Bookmine.Sqlite;
using Microsoft.Data.Sqlite;

namespace Bookmine.TillClient.Files;

/// <summary>Opens the till's SQLite files.</summary>
internal static class SqliteFiles
{
    // SQLite's result codes (sqlite.org/rescode.html). A table or column that is not there is damage too: every file is made with all of them. So is
    // a file whose header says that it is read-only, and a constraint that fails: no statement here can break one, but an index that has lost a row,
    // of a search too, fails at the commit.
    private const int Error = 1;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int NotADatabase = 26;

    public static DbConnection Open(string path)
    {
        var connection = new DirectConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    public static bool IsDamage(DbException failure) => failure is SqliteException { SqliteErrorCode: Error or ReadOnly or Corrupt or Constraint or Mismatch or NotADatabase };

    /// <summary>Begins a reading transaction, which sees one state and takes no lock.</summary>
    public static DbTransaction BeginRead(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);
}
