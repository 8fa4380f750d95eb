using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Npgsql;

namespace Bookmine.SyncServer.Database;

/// <summary>How PostgreSQL is reached, and what it must be like before a shop's records are trusted to it.</summary>
internal static class PostgresConnection
{
    private const string Remedy = "Give it as postgres:Host=db.example;Database=bookmine;Username=bookmine, the password in Password= or a passfile.";
    private const int LibraryPoolSize = 100;

    // Of one host; a server of 100 connections has room for several.
    private const int PoolSize = 20;
    private const int ConnectSeconds = 10;
    private const int KeepAliveSeconds = 30;
    private const int StatementsKept = 200;
    private const int WaitMilliseconds = 100;
    private const int MostWaits = 1_200;

    /// <exception cref="ShopDatabaseException">It cannot be read, or names no host.</exception>
    public static NpgsqlConnectionStringBuilder Read(string connection)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connection);
        }
        catch (ArgumentException)
        {
            // The library's message may repeat a part of it, and a part may be the password.
            throw new ShopDatabaseException($"The connection after postgres: cannot be read. {Remedy}");
        }
        if (string.IsNullOrWhiteSpace(settings.Host) || string.IsNullOrWhiteSpace(settings.Database))
        {
            throw new ShopDatabaseException($"The connection after postgres: lacks its Host or Database. {Remedy}");
        }
        settings.MaxPoolSize = settings.MaxPoolSize == LibraryPoolSize ? PoolSize : settings.MaxPoolSize;
        settings.Timeout = Math.Min(settings.Timeout, ConnectSeconds);
        settings.KeepAlive = settings.KeepAlive == 0 ? KeepAliveSeconds : settings.KeepAlive;
        settings.MaxAutoPrepare = settings.MaxAutoPrepare == 0 ? StatementsKept : settings.MaxAutoPrepare;
        settings.AutoPrepareMinUsages = 2;
        settings.NoResetOnClose = true;
        settings.ApplicationName ??= "bookmine-server";
        settings.IncludeErrorDetail = false;
        return settings;
    }

    /// <summary>Of several hosts the one that takes writes is used, also after another was promoted.</summary>
    public static NpgsqlDataSource SourceOf(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        return settings.Host!.Contains(',', StringComparison.Ordinal) ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary) : builder.Build();
    }

    public static string Shown(NpgsqlConnectionStringBuilder settings) => $"postgres:{settings.Host}/{settings.Database}";

    /// <exception cref="ShopDatabaseException">It would lose what was acknowledged, cannot hold all characters, or takes no writes.</exception>
    public static void RequireFit(Session session, string name)
    {
        string Setting(string of) => session.Scalar($"SELECT current_setting('{of}')") as string ?? "";
        foreach (var (setting, consequence) in (IEnumerable<(string, string)>)
        [
            ("fsync", "a power cut could lose or damage all of it"),
            ("full_page_writes", "a power cut could damage it"),
            ("synchronous_commit", "a crash could lose sales whose posting the tills were told of"),
        ])
        {
            if (Setting(setting) == "off")
            {
                throw new ShopDatabaseException($"{name}: {setting} is off, and {consequence}. Set {setting} = on (for the server, the database and the user); nothing was changed.");
            }
        }
        if (Setting("server_encoding") is not "UTF8" and var encoding)
        {
            throw new ShopDatabaseException($"{name}: its encoding is {encoding}, which cannot hold every title. Create the database with ENCODING 'UTF8'; nothing was changed.");
        }
        if (session.Scalar("SELECT pg_is_in_recovery()") is true)
        {
            throw new ShopDatabaseException($"{name} is a standby, which takes no writes. Name the primary, or all hosts parted by commas; nothing was changed.");
        }
    }

    /// <summary>Lets no other host bring the database up to date until the session's transaction ends.</summary>
    public static void WaitForOthers(Session session, string name)
    {
        for (var i = 0; session.Scalar("SELECT pg_try_advisory_xact_lock(hashtext('bookmine'))") is not true; i++)
        {
            if (i == MostWaits)
            {
                throw new ShopDatabaseException($"{name}: another bookmine-server has been bringing it up to date for {MostWaits * WaitMilliseconds / 1000} s. Start this one when that one serves.");
            }
            Thread.Sleep(WaitMilliseconds);
        }
    }

    public static List<string> Tables(Session session)
    {
        using var reader = session.Query("SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1");
        var tables = new List<string>();
        while (reader.Read())
        {
            tables.Add(reader.GetString(0));
        }
        return tables;
    }

    /// <summary>What a failure at the opening means to an administrator; null when it says no more than the library does.</summary>
    public static ShopDatabaseException? Explain(Exception failure, NpgsqlConnectionStringBuilder settings)
    {
        var name = Shown(settings);
        return (failure as PostgresException ?? failure.InnerException as PostgresException) switch
        {
            { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                new($"{name}: there is no such database. Create it (createdb --encoding UTF8 --owner {settings.Username} {settings.Database}); nothing was changed."),
            { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
                new($"{name} does not let {settings.Username} in ({refused.MessageText}). Look at the user, the password and the server's pg_hba.conf."),
            { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
                new($"{name}: {settings.Username} lacks a right ({refused.MessageText}). Make it the owner of the database, or grant it CREATE and USAGE on the schema; nothing was changed."),
            { } other => new($"{name}: {other.MessageText} ({other.SqlState})."),
            null when failure is NpgsqlException or TimeoutException or DatabaseAwayException or System.Net.Sockets.SocketException =>
                new($"{name} cannot be reached ({failure.Message}). Is PostgreSQL running there, and does it listen on that address?"),
            _ => null,
        };
    }
}
