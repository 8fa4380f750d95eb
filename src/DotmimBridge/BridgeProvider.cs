using System.Data;
using Bookmine.SyncServer;
using Dotmim.Sync;
using Dotmim.Sync.PostgreSql;
using Dotmim.Sync.Sqlite;
using Dotmim.Sync.SqlServer;
using Microsoft.Data.Sqlite;

namespace Bookmine.DotmimBridge;

/// <summary>
/// Where Dotmim keeps its two tables of scopes, which are all that it has on the server: in the shop's database, or, as its SQLite provider holds its one
/// connection for long, in a file beside the embedded one.
/// </summary>
internal static class BridgeProvider
{
    /// <exception cref="ShopException">There is no such database.</exception>
    public static Func<CoreProvider> Of(ServerOptions options)
    {
        var parted = options.Database.IndexOf(':', StringComparison.Ordinal);
        var (engine, connection) = (options.Database[..Math.Max(parted, 0)], options.Database[(parted + 1)..]);
        return engine switch
        {
            "sqlite" => Beside(Path.Combine(options.DataFolder, "dotmim.db")),
            "postgres" => () => new NpgsqlSyncProvider(connection),
            "sqlserver" => () => new SqlSyncProvider(connection),
            _ => throw new ShopException($"{engine}: is no database that the bridge has. Give --db sqlite:PATH, postgres:CONNECTION or sqlserver:CONNECTION."),
        };
    }

    /// <summary>Those who read the file do not wait for the one who writes it.</summary>
    private static Func<CoreProvider> Beside(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var connection = new SqliteConnection($"Data Source={file}");
        connection.Open();
        using var mode = connection.CreateCommand();
        mode.CommandText = "PRAGMA journal_mode = WAL";
        mode.ExecuteNonQuery();
        return () => new ServingSqliteProvider($"Data Source={file}");
    }

    /// <summary>Dotmim's provider refuses to serve, since it cannot apply changes and filter them as a server must: here it does neither.</summary>
    private sealed class ServingSqliteProvider(string connection) : SqliteSyncProvider(connection)
    {
        public override bool CanBeServerProvider => true;

        /// <summary>The driver's word for a transaction that locks nothing before it writes: Dotmim opens one for each look at the scope.</summary>
        public override IsolationLevel IsolationLevel => IsolationLevel.ReadUncommitted;
    }
}
