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

    // For whoever wants to see which statements are made, and on which connection (event "Prepared", with the command).
    private static readonly DiagnosticListener Diagnostics = new("Bookmine.Sync.Data");
    private readonly Dictionary<string, DbCommand> prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> withSets = new(StringComparer.Ordinal);

    public SqlDialect Dialect { get; } = dialect ?? SqlDialect.Common;

    public DbConnection Connection => connection;

    public DbTransaction? Transaction { get; private set; }

    /// <summary>Begins a transaction made by <paramref name="begin"/>, or the engine's ordinary one.</summary>
    public void Begin(Func<DbConnection, DbTransaction>? begin = null) =>
        Transaction = begin is null ? connection.BeginTransaction() : begin(connection);

    public void Commit()
    {
        Transaction!.Commit();
        Transaction.Dispose();
        Transaction = null;
    }

    /// <summary>Rolls back when a transaction is open, and is harmless otherwise.</summary>
    public void Rollback()
    {
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
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    public DbDataReader Query(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteReader();

    /// <returns>The first column of the first row; null when there is none or it is null.</returns>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteScalar() switch
    {
        DBNull => null,
        var value => value,
    };

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

    /// <summary>Runs a statement in which <c>@set</c> stands for a table of the rows given.</summary>
    public DbDataReader Query(string sql, RowSet set, params ReadOnlySpan<object?> values) => Bind(sql, set, values).ExecuteReader();

    /// <summary>Runs a statement in which <c>@set</c> stands for a table of the rows given.</summary>
    /// <returns>The number of rows affected.</returns>
    public int Execute(string sql, RowSet set, params ReadOnlySpan<object?> values) => set.Count == 0 ? 0 : Bind(sql, set, values).ExecuteNonQuery();

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
            $"UPDATE {table} SET {string.Join(", ", others.Select(c => $"{c} = @{c}"))} WHERE {string.Join(" AND ", key.Select(c => $"{c} = @{c}"))}",
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
        using var batch = connection.CreateBatch();
        batch.Transaction = Transaction;
        foreach (var (statement, write) in statements.Zip(writes))
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = WithSet(statement!, write.Rows);
            foreach (var name in ParameterNames(command.CommandText))
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                Dialect.Bind(parameter, Dialect.Values(write.Rows, name));
                command.Parameters.Add(parameter);
            }
            batch.BatchCommands.Add(command);
        }
        batch.ExecuteNonQuery();
        return [.. batch.BatchCommands.Select(c => c.RecordsAffected)];
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
        Prepare(sql);
        if (Dialect.ExecuteEach(connection, sql, sets) is { } all)
        {
            return all;
        }
        var affected = 0;
        if (!connection.CanCreateBatch || sets.Count < 2)
        {
            foreach (var values in sets)
            {
                affected += Execute(sql, values);
            }
            return affected;
        }
        var names = ParameterNames(sql);
        foreach (var slice in sets.Chunk(StatementsPerBatch))
        {
            using var batch = connection.CreateBatch();
            batch.Transaction = Transaction;
            foreach (var values in slice)
            {
                var command = batch.CreateBatchCommand();
                command.CommandText = sql;
                for (var i = 0; i < names.Length; i++)
                {
                    var parameter = command.CreateParameter();
                    parameter.ParameterName = names[i];
                    Dialect.Bind(parameter, values[i]);
                    command.Parameters.Add(parameter);
                }
                batch.BatchCommands.Add(command);
            }
            affected += batch.ExecuteNonQuery();
        }
        return affected;
    }

    /// <summary>Runs a script of several statements, without arguments.</summary>
    public void Script(string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = Transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        Rollback();
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }
        connection.Dispose();
    }

    private DbCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        var command = Prepare(sql);
        if (values.Length != command.Parameters.Count)
        {
            throw new ArgumentException($"{command.Parameters.Count} arguments are wanted, {values.Length} were given, for: {sql}");
        }
        for (var i = 0; i < values.Length; i++)
        {
            Dialect.Bind(command.Parameters[i], values[i]);
        }
        command.Transaction = Transaction;
        return command;
    }

    private DbCommand Prepare(string sql)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = Create(sql);
            prepared.Add(sql, command);
            Seen(command);
        }
        return command;
    }

    private string WithSet(string sql, RowSet set)
    {
        if (!withSets.TryGetValue(sql, out var text))
        {
            withSets.Add(sql, text = sql.Replace(SetName, Dialect.Table(set.Columns), StringComparison.Ordinal));
        }
        return text;
    }

    private DbCommand Bind(string sql, RowSet set, ReadOnlySpan<object?> values)
    {
        var command = Prepare(WithSet(sql, set));
        var next = 0;
        foreach (DbParameter parameter in command.Parameters)
        {
            Dialect.Bind(parameter, parameter.ParameterName.StartsWith(SetName, StringComparison.Ordinal) ? Dialect.Values(set, parameter.ParameterName) : values[next++]);
        }
        command.Transaction = Transaction;
        return command;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The command goes to a listener of the same process, which asks for its text alone.")]
    private static void Seen(DbCommand command)
    {
        if (Diagnostics.IsEnabled())
        {
            Diagnostics.Write("Prepared", command);
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
