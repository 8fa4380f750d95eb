using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Bookmine.Sync.Data;

/// <summary>
/// One open connection with its prepared statements and its current transaction. Arguments are given in the order in which their
/// names first appear in the statement. Not for use by two threads at once.
/// </summary>
/// <param name="dialect">Of the connection's engine; null for the common one.</param>
public sealed partial class Session(DbConnection connection, SqlDialect? dialect = null) : IDisposable
{
    private const int StatementsPerBatch = 500;
    private const string SetName = "@set";

    // For whoever wants to see which statements are made, and on which connection (event "Prepared", with a <see cref="SeenStatement"/>).
    private static readonly DiagnosticListener Diagnostics = new("Bookmine.Sync.Data");
    private readonly Dictionary<string, IStatement> prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IStatement Statement, string[] Names)> withSets = new(StringComparer.Ordinal);

    private readonly List<(string Sql, object?[] Values)> soon = [];
    private readonly IPreparingConnection? preparing = connection as IPreparingConnection;

    public SqlDialect Dialect => preparing?.Dialect ?? dialect ?? SqlDialect.Common;

    public DbConnection Connection => connection;

    /// <summary>Whether a set of rows is read and written by a statement for each of them; by one for all otherwise.</summary>
    internal bool IsRowByRow => preparing is not null;

    public DbTransaction? Transaction { get; private set; }

    /// <summary>Begins a transaction made by <paramref name="begin"/>, or the engine's ordinary one.</summary>
    public void Begin(Func<DbConnection, DbTransaction>? begin = null) =>
        Transaction = begin is null ? connection.BeginTransaction() : begin(connection);

    public void Commit()
    {
        ExecuteWaiting();
        Transaction!.Commit();
        Transaction.Dispose();
        Transaction = null;
    }

    /// <summary>Rolls back when a transaction is open, and is harmless otherwise.</summary>
    public void Rollback()
    {
        soon.Clear();
        if (Transaction is null)
        {
            return;
        }
        // An open transaction that is disposed of is rolled back; on a line that broke, that throws nothing which would hide why.
        Transaction.Dispose();
        Transaction = null;
    }

    /// <summary>Runs the work in a transaction that is rolled back when the work throws.</summary>
    public T InTransaction<T>(Func<T> work, Func<DbConnection, DbTransaction>? begin = null)
    {
        Begin(begin);
        try
        {
            var result = work();
            Commit();
            return result;
        }
        finally
        {
            Rollback();
        }
    }

    /// <returns>The number of rows affected.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql).Execute(values);

    public DbDataReader Query(string sql, params ReadOnlySpan<object?> values) => Prepare(sql).Query(values);

    /// <returns>The first column of the first row; null when there is none or it is null.</returns>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepare(sql).Query(values);
        return reader.Read() && reader.GetValue(0) is var value and not DBNull ? value : null;
    }

    /// <exception cref="DamagedValueException">What is there is no number.</exception>
    public long? Integer(string sql, params ReadOnlySpan<object?> values)
    {
        var value = Scalar(sql, values);
        try
        {
            return value is null ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException)
        {
            throw new DamagedValueException($"A number should be there, and it is {value!.GetType().Name}.");
        }
    }

    /// <summary>
    /// Runs a statement whose outcome nobody looks at, at the latest before the next one or the commit, in one message with others that wait.
    /// </summary>
    public void ExecuteSoon(string sql, params ReadOnlySpan<object?> values)
    {
        if (connection.CanCreateBatch)
        {
            soon.Add((sql, values.ToArray()));
        }
        else
        {
            Execute(sql, values);
        }
    }

    /// <summary>Runs a statement in which <c>@set</c> stands for a table of the rows given.</summary>
    public DbDataReader Query(string sql, RowSet set, params ReadOnlySpan<object?> values)
    {
        var (statement, names) = PrepareWithSet(sql, set);
        return statement.Query(Arguments(names, set, values));
    }

    /// <summary>Runs a statement in which <c>@set</c> stands for a table of the rows given.</summary>
    /// <returns>The number of rows affected.</returns>
    public int Execute(string sql, RowSet set, params ReadOnlySpan<object?> values)
    {
        if (set.Count == 0)
        {
            return 0;
        }
        var (statement, names) = PrepareWithSet(sql, set);
        return statement.Execute(Arguments(names, set, values));
    }

    /// <summary>Reads the rows whose values in some columns are those of a set's rows, in any order.</summary>
    /// <param name="columns">What is read.</param>
    /// <param name="set">Each row once; its columns have the names of those that are compared.</param>
    public void Match(string columns, string table, RowSet set, Action<DbDataReader> read)
    {
        if (set.Count == 0)
        {
            return;
        }
        if (preparing is null)
        {
            var on = string.Join(" AND ", set.Columns.Select(c => $"t.{c.Name} = k.{c.Name}"));
            ReadAll(Query($"SELECT {columns} FROM @set k JOIN {table} t ON {on}", set));
            return;
        }
        var statement = Prepare($"SELECT {columns} FROM {table} t WHERE {string.Join(" AND ", set.Columns.Select(c => $"t.{c.Name} = @{c.Name}"))}");
        foreach (var row in set.Rows)
        {
            ReadAll(statement.Query(row));
        }

        void ReadAll(DbDataReader rows)
        {
            using (rows)
            {
                while (rows.Read())
                {
                    read(rows);
                }
            }
        }
    }

    /// <summary>Deletes the rows whose values in some columns are those of a set's rows.</summary>
    /// <returns>How many there were.</returns>
    public int DeleteAll(string table, RowSet set)
    {
        var sql = $"DELETE FROM {table} WHERE {string.Join(" AND ", set.Columns.Select(c => $"{c.Name} = @{c.Name}"))}";
        return preparing is null && set.Columns is [var only]
            ? Execute($"DELETE FROM {table} WHERE {only.Name} IN (SELECT k.{only.Name} FROM @set k)", set)
            : ExecuteEach(sql, set.Rows);
    }

    /// <summary>Inserts rows, less those whose key, or another number that may be there once only, is there already.</summary>
    /// <returns>How many were inserted.</returns>
    public int InsertAll(string table, RowSet rows) => rows.Count == 0 ? 0
        : rows.Count > 1 && Dialect.InsertSet(table, rows.Columns) is { } sql ? Execute(sql, rows)
        : ExecuteEach(Dialect.InsertIfAbsent(table, [.. rows.Columns.Select(c => c.Name)]), rows.Rows);

    /// <summary>Sets the columns of a set in the rows that have its keys.</summary>
    /// <returns>How many rows were there.</returns>
    public int UpdateAll(string table, IReadOnlyList<string> key, RowSet rows)
    {
        if (rows.Count == 0)
        {
            return 0;
        }
        if (rows.Count > 1 && Dialect.UpdateSet(table, key, rows.Columns) is { } sql)
        {
            return Execute(sql, rows);
        }
        var names = rows.Columns.Select(c => c.Name).ToList();
        var others = names.Where(n => !key.Contains(n)).ToList();
        var order = others.Concat(key).Select(c => names.IndexOf(c)).ToArray();
        return ExecuteEach(
            $"{Dialect.Update} {table} SET {string.Join(", ", others.Select(c => $"{c} = @{c}"))} WHERE {string.Join(" AND ", key.Select(c => $"{c} = @{c}"))}",
            [.. rows.Rows.Select(r => Array.ConvertAll(order, i => r[i]))]);
    }

    /// <summary>Makes several writes in their order, in one message where the engine takes sets in a batch.</summary>
    /// <returns>How many rows each has written.</returns>
    public IReadOnlyList<int> WriteAll(IReadOnlyList<SetWrite> writes)
    {
        var statements = writes.Select(w => w.Key is null ? Dialect.InsertSet(w.Table, w.Rows.Columns) : Dialect.UpdateSet(w.Table, w.Key, w.Rows.Columns)).ToList();
        if (!connection.CanCreateBatch || statements.Contains(null) || writes.Count < 2)
        {
            return [.. writes.Select(w => w.Key is null ? InsertAll(w.Table, w.Rows) : UpdateAll(w.Table, w.Key, w.Rows))];
        }
        ExecuteWaiting();
        return Together(statements.Zip(writes, (statement, write) =>
        {
            var sql = WithSet(statement!, write.Rows);
            return (sql, Arguments(ParameterNames(sql), write.Rows, []));
        }));
    }

    /// <summary>Inserts one row; none when its key, or another number that may be there once only, is there already.</summary>
    /// <param name="columns">The columns, parted by commas, in the order of <paramref name="values"/>.</param>
    /// <returns>Whether it was inserted.</returns>
    public bool InsertIfAbsent(string table, string columns, params ReadOnlySpan<object?> values) =>
        Execute(Dialect.InsertIfAbsent(table, columns.Split(", ")), values) == 1;

    /// <summary>
    /// Runs one statement with many sets of arguments, in as few messages as the engine's driver can. For statements of which none depends on
    /// another's outcome.
    /// </summary>
    /// <returns>The number of rows affected by all.</returns>
    public int ExecuteEach(string sql, IReadOnlyList<object?[]> sets)
    {
        var affected = 0;
        if (!connection.CanCreateBatch || sets.Count < 2)
        {
            var statement = Prepare(sql);
            foreach (var values in sets)
            {
                affected += statement.Execute(values);
            }
            return affected;
        }
        ExecuteWaiting();
        foreach (var slice in sets.Chunk(StatementsPerBatch))
        {
            affected += Together(slice.Select(values => (sql, values))).Sum();
        }
        return affected;
    }

    /// <summary>Runs what waits (<see cref="ExecuteSoon"/>).</summary>
    public void ExecuteWaiting()
    {
        if (soon.Count > 0)
        {
            var waiting = soon.ToList();
            soon.Clear();
            Together(waiting);
        }
    }

    /// <returns>The number of rows affected by each.</returns>
    private List<int> Together(IEnumerable<(string Sql, object?[] Values)> statements)
    {
        using var batch = connection.CreateBatch();
        batch.Transaction = Transaction;
        foreach (var (sql, values) in statements)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            var names = ParameterNames(sql);
            if (names.Length != values.Length)
            {
                throw new ArgumentException($"{names.Length} arguments are wanted, {values.Length} were given, for: {sql}");
            }
            foreach (var (name, value) in names.Zip(values))
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                Dialect.Bind(parameter, value);
                command.Parameters.Add(parameter);
            }
            batch.BatchCommands.Add(command);
        }
        batch.ExecuteNonQuery();
        return [.. batch.BatchCommands.Select(c => c.RecordsAffected)];
    }

    /// <summary>Runs a script of several statements, without arguments.</summary>
    public void Script(string sql)
    {
        ExecuteWaiting();
        using var command = connection.CreateCommand();
        command.Transaction = Transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        Rollback();
        foreach (var statement in prepared.Values)
        {
            statement.Dispose();
        }
        connection.Dispose();
    }

    /// <summary>The statement, for whoever runs it many times; it is this session's, and ends with it.</summary>
    public IStatement Prepare(string sql)
    {
        ExecuteWaiting();
        if (Transaction is not null && preparing is { IsInTransaction: false })
        {
            throw new InvalidOperationException("The transaction was rolled back when a statement of it failed.");
        }
        if (!prepared.TryGetValue(sql, out var statement))
        {
            Seen(sql);
            statement = preparing?.Prepare(sql) ?? new CommandStatement(this, Create(sql));
            prepared.Add(sql, statement);
        }
        return statement;
    }

    private string WithSet(string sql, RowSet set) => sql.Replace(SetName, Dialect.Table(set.Columns), StringComparison.Ordinal);

    private (IStatement Statement, string[] Names) PrepareWithSet(string sql, RowSet set)
    {
        ExecuteWaiting();
        if (!withSets.TryGetValue(sql, out var known))
        {
            var text = WithSet(sql, set);
            withSets.Add(sql, known = (Prepare(text), ParameterNames(text)));
        }
        return known;
    }

    private object?[] Arguments(string[] names, RowSet set, ReadOnlySpan<object?> values)
    {
        var (arguments, next) = (new object?[names.Length], 0);
        for (var i = 0; i < names.Length; i++)
        {
            arguments[i] = names[i].StartsWith(SetName, StringComparison.Ordinal) ? Dialect.Values(set, names[i]) : values[next++];
        }
        return arguments;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "It goes to a listener of the same process, which knows its type.")]
    private void Seen(string sql)
    {
        if (Diagnostics.IsEnabled())
        {
            Diagnostics.Write("Prepared", new SeenStatement(connection.DataSource, sql));
        }
    }

    private DbCommand Create(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in ParameterNames(sql))
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private static string[] ParameterNames(string sql) => [.. ParameterName().Matches(sql).Select(m => m.Value).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(@"(?<!\w)@\w+")]
    private static partial Regex ParameterName();
}
