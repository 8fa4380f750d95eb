using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Bookmine.TillClient.Files;

/// <summary>Opens the till's SQLite files.</summary>
internal static class SqliteFiles
{
    public static DbConnection Open(string path) => Open(path, SqliteOpenMode.ReadWriteCreate);

    public static DbConnection OpenToRead(string path) => Open(path, SqliteOpenMode.ReadWrite);

    /// <summary>Begins a reading transaction, which sees one state and takes no lock.</summary>
    public static DbTransaction BeginRead(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
