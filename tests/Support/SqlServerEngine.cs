using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Database;
using DbUp;
using DbUp.Builder;
using Microsoft.Data.SqlClient;

namespace Bookmine.Tests.Support;

/// <summary>SQL Server, where BOOKMINE_TEST_SQLSERVER names one: a connection without a database, whose user may create some.</summary>
internal sealed class SqlServerEngine : Engine
{
    private static int databases;

    public override string Name => "sqlserver";

    public override string NewDatabase(string folder)
    {
        var server = Environment.GetEnvironmentVariable("BOOKMINE_TEST_SQLSERVER");
        Assert.SkipWhen(server is null, "BOOKMINE_TEST_SQLSERVER names no SQL Server (Server=…;User Id=…;Password=…;TrustServerCertificate=true)");
        var name = string.Create(CultureInfo.InvariantCulture, $"bookmine_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}");
        Run(server!, $"CREATE DATABASE {name}");
        Run(server!, $"ALTER DATABASE {name} SET ALLOW_SNAPSHOT_ISOLATION ON");
        return $"sqlserver:{server};Database={name}";
    }

    public override void Drop(string database)
    {
        var settings = new SqlConnectionStringBuilder(ConnectionOf(database));
        Run(settings.ConnectionString, $"ALTER DATABASE {settings.InitialCatalog} SET SINGLE_USER WITH ROLLBACK IMMEDIATE");
        Run(settings.ConnectionString, $"DROP DATABASE {settings.InitialCatalog}");
    }

    internal override Session Connect(string database)
    {
        var connection = new SqlConnection(ConnectionOf(database) + ";Pooling=false");
        connection.Open();
        return new Session(connection, SqlServerDialect.Instance);
    }

    internal override void TriggersOff(Session session, params string[] tables)
    {
        foreach (var table in tables)
        {
            session.Script($"DISABLE TRIGGER ALL ON {table}");
        }
    }

    public override string NewGuid => "CAST(NEWID() AS BINARY(16))";

    public override string SixteenBytes => "CAST(NEWID() AS BINARY(16))";

    public override string Copy(string database)
    {
        var settings = new SqlConnectionStringBuilder(ConnectionOf(database));
        Run(settings.ConnectionString, $"BACKUP DATABASE {settings.InitialCatalog} TO DISK = '{settings.InitialCatalog}.bak' WITH INIT");
        return settings.InitialCatalog + ".bak";
    }

    public override void PutBack(string database, string copy)
    {
        var settings = new SqlConnectionStringBuilder(ConnectionOf(database));
        Run(settings.ConnectionString, $"ALTER DATABASE {settings.InitialCatalog} SET SINGLE_USER WITH ROLLBACK IMMEDIATE");
        Run(settings.ConnectionString, $"RESTORE DATABASE {settings.InitialCatalog} FROM DISK = '{copy}' WITH REPLACE");
        Run(settings.ConnectionString, $"ALTER DATABASE {settings.InitialCatalog} SET MULTI_USER");
    }

    internal override UpgradeEngineBuilder Upgrading(string database) => DeployChanges.To.SqlDatabase(ConnectionOf(database) + ";Pooling=false");

    protected override string TypeOf(ColumnType type) => type switch
    {
        ColumnType.Integer => "BIGINT", ColumnType.Guid => "BINARY(16)", _ => "NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2",
    };

    protected override string CatalogueSql => """
        SELECT 'column', t.name + '.' + c.name, y.name + ' ' + CAST(c.max_length AS varchar(10)) + ' ' + CAST(c.is_nullable AS varchar(1)) + ' ' + coalesce(c.collation_name, '')
        FROM sys.tables t JOIN sys.columns c ON c.object_id = t.object_id JOIN sys.types y ON y.user_type_id = c.user_type_id
        UNION ALL SELECT 'index', t.name + '.' + i.name, coalesce(i.filter_definition, '') FROM sys.tables t JOIN sys.indexes i ON i.object_id = t.object_id WHERE i.name NOT LIKE 'PK[_][_]%' AND i.name NOT LIKE 'UQ[_][_]%'
        UNION ALL SELECT 'trigger', r.name, m.definition FROM sys.triggers r JOIN sys.sql_modules m ON m.object_id = r.object_id
        ORDER BY 1, 2
        """;

    protected override string ColumnsSql => """
        SELECT (t.name + '.' + c.name) COLLATE Latin1_General_100_BIN2 FROM sys.tables t JOIN sys.columns c ON c.object_id = t.object_id
        WHERE c.is_computed = 0 AND t.name NOT IN ('SchemaVersions', 'sync_move', 'tables_version') ORDER BY 1
        """;

    private static void Run(string server, string sql)
    {
        using var connection = new SqlConnection(new SqlConnectionStringBuilder(server) { InitialCatalog = "master", Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
