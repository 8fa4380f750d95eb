using System.Data.Common;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Database;
using Bookmine.Tests.Engines;
using Bookmine.Tests.Support;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Bookmine.Tests.SyncServer;

/// <summary>
/// What is said to SQL Server, checked without one: each script and statement is parsed, and its names are looked up in a model of the tables. The
/// statements are those that the server says to SQLite while whole suites run, in SQL Server's words.
/// </summary>
[Collection(nameof(Processes.ProcessesAlone))]
public sealed partial class TransactSqlTests
{
    private const string Folder = "db/sqlserver";

    // Suites that between them make the server do all that it can.
    private static readonly Type[] Suites =
    [
        typeof(ResynchronisingOnSqlite), typeof(OrderOnSqlite), typeof(RetentionOnSqlite), typeof(RescueOnSqlite), typeof(QuarantineOnSqlite), typeof(ImportOnSqlite),
        typeof(EnrolmentOnSqlite), typeof(RestoreOnSqlite), typeof(ServerKeyOnSqlite),
    ];

    private static readonly Dictionary<string, string[]> Keyed = new()
    {
        ["stock"] = ["code", "title"], ["contact"] = ["name"], ["document"] = ["reference"], ["voucher"] = ["number"], ["finding"] = ["subject"],
    };

    private static readonly string[] TextsOfSets = ["kind", "subject", "number", "name", "email", "phone", "condition"];

    public static TheoryData<string> Scripts => [.. Directory.EnumerateFiles(Path.Combine(Root, Folder), "*.sql", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_is_Transact_SQL(string script) => Parse(File.ReadAllText(Path.Combine(Root, script)), script);

    [Fact]
    public async Task The_tables_are_those_that_are_carried_and_have_the_columns_of_the_setup()
    {
        var (faults, columns) = await ModelAsync(Tables());
        Assert.Empty(faults);
        Assert.Equal(
            ShopTables.All.SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c}")).Order(StringComparer.Ordinal),
            columns.Where(c => !c.StartsWith("sync_move.", StringComparison.Ordinal) && !c.StartsWith("tables_version.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_trigger_and_statement_means_something_on_the_tables()
    {
        var statements = await StatementsAsync();
        var dialect = SqlServerDialect.Instance;
        var locking = BookmineSetup.Instance.Tables.SelectMany(t => (string[])[
            TableSql.Of(t, dialect).Lock, TableSql.Of(t, dialect).LockSet.Replace("@set", dialect.Table(RowSet.OfKeys(t, []).Columns), StringComparison.Ordinal)]);
        var said = statements.Concat(locking).Select((statement, i) =>
        {
            Parse(statement, statement);
            var parameters = ParameterName().Matches(statement).Select(m => m.Value).Distinct(StringComparer.OrdinalIgnoreCase).Select(p => $"{p} {(p == "@set" ? "NVARCHAR(MAX)" : "SQL_VARIANT")}");
            return $"CREATE PROCEDURE said_{i} {string.Join(", ", parameters)} AS BEGIN {statement}\nEND";
        });
        var triggers = BookmineSetup.Instance.Tables.Where(t => !t.Bucket.IsOfServerOnly).SelectMany(SqlServerDatabase.TriggersOf).Where(s => s.StartsWith("CREATE", StringComparison.Ordinal));

        var (faults, _) = await ModelAsync([.. Tables(), .. triggers, .. said]);

        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(20).Concat(said.Where((_, i) => faults.Exists(f => f.Contains($"[said_{i}]", StringComparison.Ordinal))))));
        Assert.InRange(statements.Count, 150, int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine($"{statements.Count} statements");
    }

    [Fact]
    public async Task The_model_finds_a_column_that_is_not_there()
    {
        var (faults, _) = await ModelAsync([.. Tables(), "CREATE PROCEDURE wrong AS SELECT nonsense FROM stock"]);
        Assert.Contains(faults, f => f.Contains("nonsense", StringComparison.Ordinal));
    }

    private static List<string> Tables() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, Folder), "*.sql", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(file => ((TSqlScript)Parse(File.ReadAllText(file), file)).Batches)
            .SelectMany(b => b.Statements).Select(s => s is IfStatement made ? made.ThenStatement : s)
            .Where(s => s is CreateTableStatement or CreateIndexStatement).Select(Text).Where(s => !Regex.IsMatch(s, $@"(TABLE|ON) ({string.Join('|', Dropped())})\b"))
            .Select(WithLaterColumns),
    ];

    /// <summary>A table as later migrations have left it: a model knows no ALTER TABLE.</summary>
    private static string WithLaterColumns(string made)
    {
        foreach (var added in Directory.EnumerateFiles(Path.Combine(Root, Folder), "*.sql").Order(StringComparer.Ordinal)
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), @"^ALTER TABLE (\w+) ADD ([^;]+);", RegexOptions.Multiline)))
        {
            if (Regex.IsMatch(made, $@"^CREATE TABLE {added.Groups[1].Value}\b"))
            {
                made = made.Insert(made.LastIndexOf(')'), $", {added.Groups[2].Value}");
            }
        }
        return made;
    }

    /// <summary>Tables that a later migration has done away with.</summary>
    private static IEnumerable<string> Dropped() => Directory.EnumerateFiles(Path.Combine(Root, Folder), "*.sql")
        .SelectMany(f => Regex.Matches(File.ReadAllText(f), @"DROP TABLE (\w+)").Select(m => m.Groups[1].Value)).Append("no table at all");

    /// <summary>What a model of these objects finds wrong, and the columns of its tables.</summary>
    private static async Task<(List<string> Faults, List<string> Columns)> ModelAsync(IEnumerable<string> objects)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "transact-sql", "bookmine-transact-sql.dll")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = null },
        })!;
        var told = process.StandardOutput.ReadToEndAsync();
        var failed = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(JsonSerializer.Serialize(objects));
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, and says why.
        }
        await process.WaitForExitAsync();
        Assert.SkipWhen((await failed).Contains("valid ICU package", StringComparison.Ordinal), "ICU is not installed (Debian: libicu72), and the model of SQL Server's tables needs it");
        Assert.True(process.ExitCode == 0, await failed);
        var parts = (await told).Split("---\n");
        return ([.. Lines(parts[0])], [.. Lines(parts[^1])]);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whatever the server says to its database in the suites, in SQL Server's words.</summary>
    private static async Task<List<string>> StatementsAsync()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using (new Listening(command =>
        {
            if (command.DataSource.EndsWith("shop.db", StringComparison.Ordinal))
            {
                lock (seen)
                {
                    seen.Add(command.Sql);
                }
            }
        }))
        {
            foreach (var suite in Suites)
            {
                foreach (var fact in suite.GetMethods().Where(m => m.GetCustomAttribute<FactAttribute>() is not null && m.GetParameters().Length == 0))
                {
                    await RunAsync(suite, fact);
                }
            }
        }
        return [.. seen.Where(s => !OwnOfSqlite().IsMatch(s)).Select(Translated).Order(StringComparer.Ordinal)];
    }

    private static async Task RunAsync(Type suite, MethodInfo fact)
    {
        try
        {
            if (fact.Invoke(Activator.CreateInstance(suite), null) is Task running)
            {
                await running;
            }
        }
        catch (Exception e) when (e.GetBaseException().Message.StartsWith(Xunit.v3.DynamicSkipToken.Value, StringComparison.Ordinal))
        {
            // What the machine lacks is said elsewhere.
        }
    }

    private static string Translated(string statement)
    {
        var dialect = SqlServerDialect.Instance;
        statement = InSets(statement.Replace(" OR FAIL", "", StringComparison.Ordinal));
        if (Absent().Match(statement) is { Success: true } absent)
        {
            return dialect.InsertIfAbsent(absent.Groups[1].Value, absent.Groups[2].Value.Split(", "));
        }
        statement = Set().Replace(statement, m => dialect.Table([.. SetColumnOf().Matches(m.Value).Select(c => new SetColumn(
            c.Groups[2].Value, c.Groups[1].Success ? SetType.Guid : TextsOfSets.Contains(c.Groups[2].Value) ? SetType.Text : SetType.Integer))]));
        var words = Limit().Replace(statement, m => dialect.Limit(m.Groups[1].Value, m.Groups[2].Success ? m.Groups[2].Value : null));
        words = Compared().Replace(words, m => dialect.Compare(m.Groups[1].Value.Split(", "), m.Groups[2].Value, m.Groups[3].Value.Split(", ")));
        foreach (var (table, columns) in Keyed.Where(k => Regex.IsMatch(statement, $@"(FROM|UPDATE|JOIN) {k.Key}\b")))
        {
            words = columns.Aggregate(words, (w, column) => Regex.Replace(w, $@"\b(\w+)\.{column} = k\.{column}\b", m => dialect.TextEquals($"{m.Groups[1].Value}.{column}", "k." + column)));
            // Only what is compared, and not what is set.
            var where = Math.Max(words.IndexOf(" WHERE ", StringComparison.Ordinal), 0);
            words = words[..where] + columns.Aggregate(words[where..], (w, column) => Regex.Replace(w, $@"(?<![.\w]){column} = @{column}\b(?! *,)", _ => dialect.TextEquals(column, "@" + column)));
        }
        return words;
    }

    /// <summary>What is asked of SQLite row by row is asked of others for a set of rows.</summary>
    private static string InSets(string statement)
    {
        string Set(string columns) => $"(SELECT {string.Join(", ", KeyOf().Matches(columns).Select((m, i) => m.Groups[1].Value is var c && (c is "id" or "k_guid" || c.EndsWith("_id", StringComparison.Ordinal)) ? $"unhex(value ->> {i}) AS {c}" : $"value ->> {i} AS {c}"))} FROM json_each(@set))";
        if (Matching().Match(statement) is { Success: true } read)
        {
            var on = KeyOf().Replace(read.Groups[3].Value, m => $"t.{m.Groups[1].Value} = k.{m.Groups[1].Value}");
            return $"SELECT {read.Groups[1].Value} FROM {Set(read.Groups[3].Value)} k JOIN {read.Groups[2].Value} t ON {on}";
        }
        return Deleting().Match(statement) is { Success: true } delete
            ? $"DELETE FROM {delete.Groups[1].Value} WHERE {delete.Groups[2].Value} IN (SELECT k.{delete.Groups[2].Value} FROM {Set(delete.Groups[2].Value + " = @")} k)"
            : statement;
    }

    [GeneratedRegex(@"^SELECT (.*) FROM (\w+) t WHERE ((?:t\.\w+ = @\w+(?: AND )?)+)$")]
    private static partial Regex Matching();

    [GeneratedRegex(@"(?:t\.)?(\w+) = @\w*")]
    private static partial Regex KeyOf();

    [GeneratedRegex(@"^DELETE FROM (sync_dirty) WHERE (id) = @id$")]
    private static partial Regex Deleting();

    private static TSqlFragment Parse(string sql, string where)
    {
        var fragment = new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(sql), out var errors);
        Assert.True(errors.Count == 0, $"{where}: {string.Join("; ", errors.Select(e => $"line {e.Line}, column {e.Column}: {e.Message}"))}");
        return fragment;
    }

    private static string Text(TSqlFragment fragment) =>
        string.Concat(fragment.ScriptTokenStream.Skip(fragment.FirstTokenIndex).Take(fragment.LastTokenIndex - fragment.FirstTokenIndex + 1).Select(t => t.Text));

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Bookmine.sln")))
        {
            folder = folder.Parent!;
        }
        return folder.FullName;
    }

    // What is said only to SQLite, by its database class, its backup or a test.
    [GeneratedRegex(@"PRAGMA|VACUUM|sqlite_|randomblob|schemaversions|pragma_|zeroblob|DROP |CREATE |\bcount\(DISTINCT \w+, ", RegexOptions.IgnoreCase)]
    private static partial Regex OwnOfSqlite();

    [GeneratedRegex(@"^INSERT INTO (\w+) \(([^)]*)\) VALUES \([^)]*\) ON CONFLICT DO NOTHING$")]
    private static partial Regex Absent();

    // How SQLite reads a set of rows, and its columns.
    [GeneratedRegex(@"\(SELECT (?:(?:unhex\()?value ->> \d+\)? AS \w+(?:, )?)+ FROM json_each\(@set\)\)")]
    private static partial Regex Set();

    [GeneratedRegex(@"(unhex\()?value ->> \d+\)? AS (\w+)")]
    private static partial Regex SetColumnOf();

    [GeneratedRegex(@"LIMIT (\S+?)(?: OFFSET (\S+?))?(?=\)|\s|$)")]
    private static partial Regex Limit();

    [GeneratedRegex(@"\((\w+, \w+)\) (<=|>=|<|>) \((@\w+, @\w+)\)")]
    private static partial Regex Compared();

    [GeneratedRegex(@"(?<!\w)@\w+")]
    private static partial Regex ParameterName();

    private sealed class Listening : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly Action<SeenStatement> prepared;
        private readonly List<IDisposable> subscriptions = [];

        public Listening(Action<SeenStatement> prepared)
        {
            this.prepared = prepared;
            subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Bookmine.Sync.Data")
            {
                subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value) => prepared((SeenStatement)value.Value!);

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose() => subscriptions.ForEach(s => s.Dispose());
    }
}
