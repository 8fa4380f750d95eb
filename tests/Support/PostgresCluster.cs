using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bookmine.SyncServer.Database;
using Npgsql;

namespace Bookmine.Tests.Support;

/// <summary>A real PostgreSQL on loopback for a test run, made with the installed programs and thrown away. It does not run as root: there it runs as <c>postgres</c>.</summary>
internal sealed class PostgresCluster : IDisposable
{
    private const string Absent = "PostgreSQL's programs are not installed (Debian: apt-get install postgresql), and BOOKMINE_TEST_POSTGRES names no server";
    private static readonly string? Programs = new[] { "/usr/lib/postgresql", "/usr/local/pgsql" }.Where(Directory.Exists)
        .SelectMany(d => Directory.EnumerateDirectories(d, "bin", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
        .Where(d => File.Exists(Path.Combine(d, "initdb"))).OrderDescending(StringComparer.Ordinal).FirstOrDefault();

    private static readonly Lazy<PostgresCluster> Common = new(StartForAll);
    private static readonly Lazy<string> Template = new(() =>
    {
        var connection = NewDatabase(Shared);
        ShopDatabase.Open("postgres:" + connection, TimeProvider.System).Dispose();
        return new NpgsqlConnectionStringBuilder(connection).Database!;
    });

    private static int databases;
    private readonly string folder;

    private PostgresCluster(string folder, int port) => (this.folder, Port) = (folder, port);

    public int Port { get; }

    /// <summary>Of its last database; for a server that others run, as they gave it.</summary>
    public string Connection => $"Host=127.0.0.1;Port={Port};Username=bookmine";

    /// <summary>The server that all tests share; skips the test where there is none.</summary>
    public static string Shared => Environment.GetEnvironmentVariable("BOOKMINE_TEST_POSTGRES") ?? (Programs is null ? Skipped() : Common.Value.Connection);

    /// <summary>A new shop's database on the shared server, as the first start of a server leaves it.</summary>
    public static string NewShop() => NewDatabase(Shared, Template.Value);

    /// <summary>An empty database on a server.</summary>
    public static string NewDatabase(string server, string template = "template0", string? name = null)
    {
        name ??= string.Create(CultureInfo.InvariantCulture, $"bookmine_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}");
        Run(server, $"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LOCALE 'C'");
        return $"{server};Database={name}";
    }

    public static void DropDatabase(string connection)
    {
        var database = new NpgsqlConnectionStringBuilder(connection);
        Run(new NpgsqlConnectionStringBuilder(connection) { Database = "postgres" }.ToString(), $"DROP DATABASE IF EXISTS {database.Database} WITH (FORCE)");
    }

    public static string CopyDatabase(string connection)
    {
        var name = new NpgsqlConnectionStringBuilder(connection).Database!;
        Run(connection, $"CREATE DATABASE {name}_old TEMPLATE {name}");
        return name + "_old";
    }

    /// <summary>A dump as an administrator makes it while the shop trades.</summary>
    public static void Dump(string connection, string file)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection);
        Check(Process.Start(Program("pg_dump"), ["--format=custom", "--host", settings.Host!, "--port", $"{settings.Port}", "--username", settings.Username!, "--file", file, settings.Database!]), "pg_dump");
    }

    /// <summary>A dump into an empty database.</summary>
    public static void Restore(string file, string connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection);
        Check(Process.Start(Program("pg_restore"), ["--exit-on-error", "--host", settings.Host!, "--port", $"{settings.Port}", "--username", settings.Username!, "--dbname", settings.Database!, file]), "pg_restore");
    }

    private static string Program(string name) => Path.Combine(Programs ?? Skipped(), name);

    public static void PutBack(string connection, string copy)
    {
        DropDatabase(connection);
        Run(connection, $"ALTER DATABASE {copy} RENAME TO {new NpgsqlConnectionStringBuilder(connection).Database}");
    }

    /// <summary>One more cluster, for a test that stops it; skips the test where that is not possible.</summary>
    public static PostgresCluster Start(params string[] settings)
    {
        if (Programs is null)
        {
            Skipped();
        }
        var cluster = new PostgresCluster(NewFolder(), FreePort());
        cluster.Call("initdb", "--pgdata", cluster.Data, "--username", "bookmine", "--auth", "trust", "--encoding", "UTF8", "--locale", "C");
        cluster.Configure(settings);
        cluster.Go();
        return cluster;
    }

    /// <summary>A standby that follows this cluster.</summary>
    public PostgresCluster StartStandby()
    {
        var cluster = new PostgresCluster(NewFolder(), FreePort());
        cluster.Call("pg_basebackup", "--pgdata", cluster.Data, "--host", "127.0.0.1", "--port", $"{Port}", "--username", "bookmine", "--write-recovery-conf", "--checkpoint", "fast");
        cluster.Configure([]);
        cluster.Go();
        return cluster;
    }

    public void Go() => Call("pg_ctl", "start", "--pgdata", Data, "--wait", "--silent", "--log", Path.Combine(folder, "log"));

    /// <summary>Ends it at once, as a crash does.</summary>
    public void Crash() => Call("pg_ctl", "stop", "--pgdata", Data, "--mode", "immediate", "--silent");

    /// <summary>Changes a setting for good and has it read.</summary>
    public void Set(string sql)
    {
        Run(Connection, sql);
        Run(Connection, "SELECT pg_reload_conf()");
    }

    public void Promote() => Call("pg_ctl", "promote", "--pgdata", Data, "--wait", "--silent");

    public void Dispose()
    {
        using (var stopping = Process.Start(Command("pg_ctl", ["stop", "--pgdata", Data, "--mode", "immediate", "--silent"])))
        {
            stopping!.WaitForExit();
        }
        Directory.Delete(folder, recursive: true);
    }

    private string Data => Path.Combine(folder, "data");

    /// <summary>In memory where that is possible: it must have fsync on, and nobody pulls the plug here.</summary>
    private static string NewFolder()
    {
        var folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"bookmine-postgres-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        if (Environment.UserName == "root")
        {
            Check(Process.Start("chown", ["postgres", folder]), "chown");
        }
        return folder;
    }

    private static PostgresCluster StartForAll()
    {
        var cluster = Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Dispose();
        return cluster;
    }

    private void Configure(string[] settings)
    {
        var lines = (string[])
        [
            $"port = {Port}", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "max_connections = 300", "shared_buffers = 64MB", "wal_level = replica", "deadlock_timeout = 100ms", .. settings,
        ];
        File.AppendAllLines(Path.Combine(Data, "postgresql.conf"), lines);
        File.WriteAllLines(Path.Combine(Data, "pg_hba.conf"), ["host all secretive 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]);
    }

    private void Call(string program, params string[] arguments) => Check(Process.Start(Command(program, arguments)), program);

    private ProcessStartInfo Command(string program, string[] arguments)
    {
        var path = Program(program);
        return Environment.UserName == "root"
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", path, .. arguments]) { RedirectStandardOutput = true, WorkingDirectory = folder }
            : new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, WorkingDirectory = folder };
    }

    private static void Check(Process? process, string program)
    {
        using (process)
        {
            process!.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}");
        }
    }

    private static void Run(string connection, string sql)
    {
        using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Database = "postgres", Pooling = false });
        using var command = source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Skipped()
    {
        Assert.Skip(Absent);
        return Absent;
    }
}
