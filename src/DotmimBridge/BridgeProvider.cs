using Bookmine.Schema;
using Bookmine.SyncServer;
using Dotmim.Sync;
using Dotmim.Sync.PostgreSql;
using Dotmim.Sync.Sqlite;
using Dotmim.Sync.SqlServer;

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
        var beside = $"Data Source={Path.Combine(options.DataFolder, "dotmim.db")}";
        return engine switch
        {
            "sqlite" => () => new ServingSqliteProvider(beside),
            "postgres" => () => new NpgsqlSyncProvider(connection),
            "sqlserver" => () => new SqlSyncProvider(connection),
            _ => throw new ShopException($"{engine}: is no database that the bridge has. Give --db sqlite:PATH, postgres:CONNECTION or sqlserver:CONNECTION."),
        };
    }

    /// <summary>Dotmim's provider refuses to serve, since it cannot apply changes and filter them as a server must: here it does neither.</summary>
    private sealed class ServingSqliteProvider(string connection) : SqliteSyncProvider(connection)
    {
        public override bool CanBeServerProvider => true;
    }
}
