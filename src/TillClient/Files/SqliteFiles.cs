using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Bookmine.TillClient.Files;

/// <summary>Opens the till's SQLite files.</summary>
internal static class SqliteFiles
{
    public static DbConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Begins a reading transaction, which sees one state and takes no lock.</summary>
    public static DbTransaction BeginRead(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);
}
