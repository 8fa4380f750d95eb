using Bookmine.Sync.Data;
using Microsoft.Data.SqlClient;

namespace Bookmine.SyncServer.Database;

/// <summary>How SQL Server is reached, and what it must be like before a shop's records are trusted to it.</summary>
internal static class SqlServerConnection
{
    private const string Remedy = "Give it as sqlserver:Server=db.example;Database=bookmine;User Id=bookmine;Password=….";
    private const int LibraryPoolSize = 100;
    private const int PoolSize = 20;
    private const int ConnectSeconds = 10;

    private const int UntrustedRoot = -2146893019;
    private const int WrongPrincipal = -2146893022;

    /// <summary>The first version that has IS DISTINCT FROM.</summary>
    private const int LeastVersion = 16;

    /// <exception cref="ShopDatabaseException">It cannot be read, or names no server.</exception>
    public static SqlConnectionStringBuilder Read(string connection)
    {
        SqlConnectionStringBuilder settings;
        try
        {
            settings = new SqlConnectionStringBuilder(connection);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The library's message may repeat a part of it, and a part may be the password.
            throw new ShopDatabaseException($"The connection after sqlserver: cannot be read. {Remedy}");
        }
        if (string.IsNullOrWhiteSpace(settings.DataSource) || string.IsNullOrWhiteSpace(settings.InitialCatalog))
        {
            throw new ShopDatabaseException($"The connection after sqlserver: lacks its Server or Database. {Remedy}");
        }
        settings.MaxPoolSize = settings.MaxPoolSize == LibraryPoolSize ? PoolSize : settings.MaxPoolSize;
        settings.ConnectTimeout = Math.Min(settings.ConnectTimeout, ConnectSeconds);
        settings.MultipleActiveResultSets = false;
        settings.ApplicationName = settings.ShouldSerialize("Application Name") ? settings.ApplicationName : "bookmine-server";
        return settings;
    }

    public static string Shown(SqlConnectionStringBuilder settings) => $"sqlserver:{settings.DataSource}/{settings.InitialCatalog}";

    /// <exception cref="ShopDatabaseException">It would lose what was acknowledged, lacks snapshots, or is too old.</exception>
    public static void RequireFit(Session session, string name)
    {
        if (session.Integer("SELECT CAST(SERVERPROPERTY('ProductMajorVersion') AS int)") is not >= LeastVersion and var version)
        {
            throw new ShopDatabaseException($"{name} is SQL Server {version}.x. Bookmine needs SQL Server 2022 (16.x) or later; nothing was changed.");
        }
        var database = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        using var reader = session.Query("SELECT CAST(snapshot_isolation_state AS bigint), CAST(delayed_durability AS bigint), CAST(is_read_only AS bigint) FROM sys.databases WHERE database_id = DB_ID()");
        reader.Read();
        if (reader.GetInt64(0) != 1)
        {
            throw new ShopDatabaseException($"{name}: snapshot isolation is not allowed, without which no reader sees one state. ALTER DATABASE [{database}] SET ALLOW_SNAPSHOT_ISOLATION ON; nothing was changed.");
        }
        if (reader.GetInt64(1) != 0)
        {
            throw new ShopDatabaseException($"{name}: delayed durability is on, and a crash could lose sales whose posting the tills were told of. ALTER DATABASE [{database}] SET DELAYED_DURABILITY = DISABLED; nothing was changed.");
        }
        if (reader.GetInt64(2) != 0)
        {
            throw new ShopDatabaseException($"{name} is read-only: a secondary, or set so. Name the primary or its listener; nothing was changed.");
        }
    }

    public static List<string> Tables(Session session)
    {
        using var reader = session.Query("SELECT name FROM sys.tables WHERE schema_id = SCHEMA_ID() ORDER BY name");
        var tables = new List<string>();
        while (reader.Read())
        {
            tables.Add(reader.GetString(0));
        }
        return tables;
    }

    /// <summary>What a failure at the opening means to an administrator.</summary>
    /// <param name="number">SQL Server's, or the operating system's.</param>
    public static string Explain(int number, string message, SqlConnectionStringBuilder settings) => number switch
    {
        4060 => $"{Shown(settings)}: there is no such database, or {settings.UserID} may not use it. "
            + $"CREATE DATABASE [{settings.InitialCatalog}], and make that user its owner; nothing was changed.",
        18456 => $"{Shown(settings)} does not let {settings.UserID} in. Look at the user and the password.",
        229 or 262 or 2760 => $"{Shown(settings)}: {settings.UserID} lacks a right ({message}). Make it a member of db_owner; nothing was changed.",
        // SEC_E_UNTRUSTED_ROOT and SEC_E_WRONG_PRINCIPAL: the line is encrypted, and SQL Server's own certificate is signed by nobody.
        UntrustedRoot or WrongPrincipal => $"{Shown(settings)} shows a certificate that this machine does not trust ({message}). Give the server one that it does, "
            + "or add TrustServerCertificate=true to the connection where the line between the two is safe by itself.",
        _ => $"{Shown(settings)} cannot be used ({number}: {message}). Is SQL Server running there, and does it listen on that address?",
    };
}
