using System.Data.Common;
using Bookmine.SyncServer.Database;
using Microsoft.Data.SqlClient;
using Npgsql;

namespace Bookmine.Simulation;

/// <summary>Makes empty shops on a real server, which is given as a connection without a database, whose user may create some.</summary>
internal abstract class EngineShops : IDisposable
{
    private protected EngineShops(string scheme, string connection) => (Scheme, Connection) = (scheme, connection);

    public string Scheme { get; }

    protected string Connection { get; }

    /// <param name="server">Such as <c>postgres:Host=…</c>.</param>
    public static EngineShops Of(string server)
    {
        var parted = server.IndexOf(':', StringComparison.Ordinal);
        return server[..Math.Max(parted, 0)] switch
        {
            "postgres" => new OfPostgres(server[(parted + 1)..]),
            "sqlserver" => new OfSqlServer(server[(parted + 1)..]),
            _ => throw new ArgumentException($"{server} is no server: give postgres: or sqlserver: and a connection."),
        };
    }

    /// <returns>What the server's programs call it.</returns>
    public abstract string Make(string name);

    public abstract void Drop(string name);

    public abstract void Dispose();

    protected string NameOf(string name) => $"{Scheme}:{Connection};Database={name}";

    protected static void Run(DbConnection connection, string sql)
    {
        using (connection)
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    private sealed class OfPostgres : EngineShops
    {
        private const string Fresh = "bookmine_fresh";

        public OfPostgres(string connection)
            : base("postgres", connection)
        {
            Copy(Fresh, "template0");
            ShopDatabase.Open(NameOf(Fresh), TimeProvider.System).Dispose();
        }

        public override string Make(string name)
        {
            Copy(name, Fresh);
            return NameOf(name);
        }

        public override void Drop(string name) => Run($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

        public override void Dispose() => Drop(Fresh);

        private void Copy(string name, string template)
        {
            Drop(name);
            Run($"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LOCALE 'C'");
        }

        private void Run(string sql) => Run(new NpgsqlConnection(Connection + ";Database=postgres;Pooling=false"), sql);
    }

    private sealed class OfSqlServer(string connection) : EngineShops("sqlserver", connection)
    {
        public override string Make(string name)
        {
            Drop(name);
            Run($"CREATE DATABASE {name}");
            Run($"ALTER DATABASE {name} SET ALLOW_SNAPSHOT_ISOLATION ON");
            ShopDatabase.Open(NameOf(name), TimeProvider.System).Dispose();
            return NameOf(name);
        }

        public override void Drop(string name) => Run($"IF DB_ID('{name}') IS NOT NULL BEGIN ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE {name}; END");

        public override void Dispose()
        {
            // Nothing was made but the shops.
        }

        private void Run(string sql) => Run(new SqlConnection(Connection + ";Pooling=false"), sql);
    }
}
