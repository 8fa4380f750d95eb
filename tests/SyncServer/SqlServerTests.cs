using System.Data;
using System.Diagnostics;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Database;
using Microsoft.Data.SqlClient;

namespace Bookmine.Tests.SyncServer;

/// <summary>What can be shown of SQL Server without one: how its failures are taken, and how values go to it.</summary>
public sealed class SqlServerTests
{
    private const string Nobody = "Server=tcp:127.0.0.1,1;Database=shop;User Id=me;Password=s3cret;Connect Timeout=1;Encrypt=false";

    [Fact]
    public void A_server_that_is_away_is_told_as_that_whatever_is_asked_of_it()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") is "1" or "true", "SQL Server's driver needs ICU");
        using var database = SqlServerDatabase.Unopened(Nobody);
        foreach (var asked in (Action[])[() => database.Reading(_ => 1), () => database.Writing(_ => 1), () => database.TrySequencing(_ => { })])
        {
            var away = Assert.Throws<DatabaseAwayException>(asked);
            Assert.DoesNotContain("s3cret", away.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_pool_that_is_used_up_is_a_database_that_is_away() =>
        Assert.Throws<DatabaseAwayException>(() => new Exhausted().Reading(_ => 1));

    [Theory]
    [InlineData(-2146893019, "TrustServerCertificate")]
    [InlineData(-2146893022, "TrustServerCertificate")]
    [InlineData(4060, "CREATE DATABASE [shop]")]
    [InlineData(18456, "the user and the password")]
    [InlineData(53, "Is SQL Server running there")]
    public void What_fails_at_the_opening_is_told_with_its_remedy(int number, string remedy) =>
        Assert.Contains(remedy, SqlServerConnection.Explain(number, "as SQL Server says it", new SqlConnectionStringBuilder(Nobody)), StringComparison.Ordinal);

    [Fact]
    public void A_key_goes_as_the_columns_are_typed_so_that_it_is_sought_by_equality()
    {
        foreach (var key in (object[])[Guid.NewGuid(), UInt128.One])
        {
            var parameter = new SqlParameter();
            SqlServerDialect.Instance.Bind(parameter, key);
            Assert.Equal((SqlDbType.Binary, 16), (parameter.SqlDbType, parameter.Size));
        }
    }

    [Fact]
    public void A_start_changes_no_table_that_is_right_already()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Bookmine.sln")))
        {
            folder = folder.Parent!;
        }
        var altering = File.ReadAllLines(Path.Combine(folder.FullName, "db/sqlserver/sync/tables.sql")).Where(l => l.Contains("ALTER TABLE", StringComparison.Ordinal));
        Assert.All(altering, l => Assert.StartsWith("IF EXISTS (", l, StringComparison.Ordinal));
    }

    /// <summary>A database whose driver says what SqlClient says when all connections of its pool are in use.</summary>
    private sealed class Exhausted() : NetworkDatabase("sqlserver:db/shop")
    {
        public override string EngineTables => throw new UnreachableException();

        private protected override IsolationLevel OneState => IsolationLevel.Snapshot;

        public override IEnumerable<string> Triggers(SyncTable table) => [];

        public override bool TrySequencing(Action<Session> work) => throw new UnreachableException();

        public override T Frozen<T>(Func<Session, T> work) => throw new UnreachableException();

        public override (string? Before, string? After) LoadingNumbers(string table) => default;

        public override void Dispose()
        {
        }

        private protected override Session OpenSession() =>
            throw new InvalidOperationException("Timeout expired. All pooled connections were in use.") { Source = "Microsoft.Data.SqlClient" };

        private protected override FailureKind OwnKindOf(Exception failure) => SqlServerDatabase.KindOfFailure(failure);
    }
}
