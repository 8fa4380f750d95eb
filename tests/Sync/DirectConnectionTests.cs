using Bookmine.Sqlite;
using Bookmine.Sync.Data;
using Bookmine.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Bookmine.Tests.Sync;

/// <summary>Statements that go to SQLite's own interface do what the driver's commands do.</summary>
public sealed class DirectConnectionTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<object?> Values =>
    [
        new TheoryDataRow<object?>(null), 0L, long.MinValue, long.MaxValue, "", "a", "ünïcödé 📚 \u0301", "with U+0000 \0 inside", new string('x', 100_000),
        Array.Empty<byte>(), new byte[] { 0 }, new byte[70_000],
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_comes_back_as_it_was_and_as_the_driver_reads_it(object? value)
    {
        using var direct = Open("a.db");
        direct.Execute("CREATE TABLE a (n INTEGER, v)");
        direct.Execute("INSERT INTO a (n, v) VALUES (@n, @v)", 1L, value);
        Assert.Equal(value, direct.Scalar("SELECT v FROM a WHERE v IS @v AND n = @n", value, 1L));

        using var driver = new Session(Driver("a.db"));
        Assert.Equal(value, driver.Scalar("SELECT v FROM a"));
        Assert.Equal(driver.Scalar("SELECT typeof(v) || length(CAST(v AS BLOB)) FROM a"), direct.Scalar("SELECT typeof(v) || length(CAST(v AS BLOB)) FROM a"));
    }

    [Fact]
    public void Keys_and_hashes_are_their_bytes()
    {
        using var session = Open("a.db");
        var key = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        Assert.Equal("00112233445566778899AABBCCDDEEFF", session.Scalar("SELECT hex(@key)", key));
        Assert.Equal("000000000000000000000000000000FF", session.Scalar("SELECT hex(@hash)", (UInt128)255));
    }

    [Fact]
    public void Arguments_are_those_of_the_run_and_never_of_the_one_before()
    {
        using var session = Open("a.db");
        session.Execute("CREATE TABLE a (t TEXT, b BLOB)");
        session.ExecuteEach("INSERT INTO a (t, b) VALUES (@t, @b)", [["first and longer", new byte[] { 1, 2, 3 }], ["2", Array.Empty<byte>()], [null, null]]);
        var rows = new List<(string?, string?)>();
        using var reader = session.Query("SELECT t, b FROM a ORDER BY rowid");
        while (reader.Read())
        {
            rows.Add((DbValues.ReadTextOrNull(reader, 0), reader.IsDBNull(1) ? null : Convert.ToHexString(DbValues.ReadBytes(reader, 1))));
        }
        Assert.Equal([("first and longer", "010203"), ("2", ""), (null, null)], rows);
    }

    [Fact]
    public void How_many_rows_were_written_is_said()
    {
        using var session = Open("a.db");
        session.Script("CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE seen (id INTEGER); CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO seen VALUES (new.id); INSERT INTO seen VALUES (new.id); END;");
        Assert.True(session.InsertIfAbsent("a", "id, v", 1L, "x"));
        Assert.False(session.InsertIfAbsent("a", "id, v", 1L, "y"));
        Assert.Equal(0, session.Execute("UPDATE a SET v = @v WHERE id = @id", "z", 9L));
        Assert.Equal(1, session.Execute("DELETE FROM a"));
        Assert.Equal(2L, session.Scalar("SELECT count(*) FROM seen"));
    }

    [Fact]
    public void A_refused_row_says_why_and_the_statement_goes_on()
    {
        using var session = Open("a.db");
        session.Execute("CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, v TEXT NOT NULL) STRICT");
        var refused = Assert.Throws<SqliteException>(() => session.InsertIfAbsent("a", "id, v", 1L, null));
        Assert.Equal(19, refused.SqliteErrorCode);
        Assert.Contains("a.v", refused.Message, StringComparison.Ordinal);
        Assert.True(session.InsertIfAbsent("a", "id, v", 1L, "x"));
        Assert.Throws<SqliteException>(() => session.Query("SELECT nothing FROM a"));
    }

    [Fact]
    public void A_statement_is_not_run_while_its_rows_are_read()
    {
        using var session = Open("a.db");
        using (var reader = session.Query("SELECT 1 UNION ALL SELECT 2"))
        {
            Assert.True(reader.Read());
            Assert.Throws<InvalidOperationException>(() => session.Query("SELECT 1 UNION ALL SELECT 2"));
            Assert.True(reader.Read());
            Assert.False(reader.Read());
            Assert.False(reader.Read());
            Assert.Throws<InvalidOperationException>(() => reader.GetInt64(0));
        }
        Assert.Equal(1L, session.Scalar("SELECT 1 UNION ALL SELECT 2"));
        Assert.Throws<ArgumentException>(() => session.Execute("SELECT @a", 1L, 2L));
        Assert.Throws<ArgumentException>(() => session.Execute("SELECT @a", TimeSpan.Zero));
    }

    [Fact]
    public void No_value_is_no_number_and_no_text()
    {
        using var session = Open("a.db");
        using var reader = session.Query("SELECT NULL, 'x', 2");
        Assert.True(reader.Read());
        Assert.Throws<InvalidCastException>(() => reader.GetInt64(0));
        Assert.Throws<InvalidCastException>(() => reader.GetString(0));
        Assert.Throws<DamagedValueException>(() => DbValues.ReadInteger(reader, 0));
        Assert.Equal(("x", 2L), (reader.GetString(1), reader.GetInt64(2)));
    }

    [Fact]
    public async Task Another_programs_lock_is_waited_for()
    {
        using var session = Open("a.db");
        session.Execute("CREATE TABLE a (n INTEGER)");
        using var other = Driver("a.db");
        var holding = other.BeginTransaction(deferred: false);
        var waiting = Task.Run(() => session.Execute("INSERT INTO a VALUES (@n)", 1L), TestContext.Current.CancellationToken);
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(300, TestContext.Current.CancellationToken)));
        holding.Rollback();
        Assert.Equal(1, await waiting);
    }

    [Fact]
    public void A_lock_that_stays_is_given_up()
    {
        using var session = Open("a.db", timeoutSeconds: 1);
        session.Execute("CREATE TABLE a (n INTEGER)");
        using var other = Driver("a.db");
        using var holding = other.BeginTransaction(deferred: false);
        Assert.Equal(5, Assert.Throws<SqliteException>(() => session.Execute("INSERT INTO a VALUES (@n)", 1L)).SqliteErrorCode);
    }

    [Fact]
    public void What_ended_is_not_used()
    {
        var connection = new DirectConnection("Data Source=:memory:");
        Assert.Throws<InvalidOperationException>(() => connection.Prepare("SELECT 1"));
        connection.Open();
        var statement = connection.Prepare("SELECT 1");
        statement.Dispose();
        Assert.Throws<ObjectDisposedException>(() => statement.Execute());
        connection.Dispose();
    }

    private Session Open(string name, int timeoutSeconds = 30)
    {
        var connection = new DirectConnection($"Data Source={System.IO.Path.Combine(folder.Path, name)};Pooling=False;Default Timeout={timeoutSeconds}");
        connection.Open();
        return new Session(connection);
    }

    private SqliteConnection Driver(string name)
    {
        var connection = new SqliteConnection($"Data Source={System.IO.Path.Combine(folder.Path, name)};Pooling=False");
        connection.Open();
        return connection;
    }
}
