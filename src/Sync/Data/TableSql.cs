using System.Runtime.CompilerServices;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Data;

/// <summary>The statements a replicated table needs on either side, generated from the setup once a table and engine.</summary>
public sealed class TableSql
{
    private static readonly ConditionalWeakTable<SqlDialect, ConditionalWeakTable<SyncTable, TableSql>> Cache = [];

    private TableSql(SyncTable table, SqlDialect dialect)
    {
        var columns = table.Columns.Select(c => c.Name).ToArray();
        var key = string.Join(" AND ", table.KeyColumns.Select(k => $"{k} = @{k}"));
        var others = columns.Where((_, i) => !table.IsKey(i)).ToArray();
        Columns = string.Join(", ", columns);
        OfTable = string.Join(", ", columns.Select(c => "t." + c));
        ByKey = $"FROM {table.Name} WHERE {key}";
        Select = $"SELECT {Columns} {ByKey}";
        Insert = dialect.InsertIfAbsent(table.Name, columns);
        Delete = $"DELETE FROM {table.Name} WHERE {key}";
        Update = $"{dialect.Update} {table.Name} SET {string.Join(", ", others.Select(c => $"{c} = @{c}"))} WHERE {key}";
        var keys = string.Join(", ", table.KeyColumns);
        var after = dialect.Compare(table.KeyColumns, ">", [.. table.KeyColumns.Select(k => "@" + k)]);
        First = $"SELECT {Columns} FROM {table.Name} ORDER BY {keys} {dialect.Limit("@most")}";
        Next = $"SELECT {Columns} FROM {table.Name} WHERE {after} ORDER BY {keys} {dialect.Limit("@most")}";
        Lock = $"SELECT {Columns} FROM {table.Name}{dialect.LockHint} WHERE {key}{dialect.LockEnd}";
        var joined = string.Join(" AND ", table.KeyColumns.Select(k => $"t.{k} = k.{k}"));
        LockSet = $"SELECT {OfTable} FROM @set k {dialect.LockJoin} {table.Name} t{dialect.LockHint} ON {joined} ORDER BY {string.Join(", ", table.KeyColumns.Select(k => "t." + k))}{dialect.LockEnd}";
        UpdateOrder = [.. others.Concat(table.KeyColumns).Select(table.Ordinal)];
    }

    public string Columns { get; }

    /// <summary>All columns, of a table called <c>t</c>.</summary>
    private string OfTable { get; }

    /// <summary>One row by key.</summary>
    public string Select { get; }

    /// <summary>A whole row; zero rows are affected when its key is there already.</summary>
    public string Insert { get; }

    public string Update { get; }

    public string Delete { get; }

    private string ByKey { get; }

    /// <summary>One row by key, to be changed.</summary>
    public string Lock { get; }

    /// <summary>The rows whose keys are in a set, to be changed.</summary>
    public string LockSet { get; }

    private string First { get; }

    private string Next { get; }

    private int[] UpdateOrder { get; }

    public static TableSql Of(SyncTable table, SqlDialect dialect) => Cache.GetValue(dialect, static _ => []).GetValue(table, t => new TableSql(t, dialect));

    public static Row? Find(Session session, SyncTable table, RowKey key)
    {
        using var reader = session.Query(Of(table, session.Dialect).Select, KeyArguments(table, key));
        return reader.Read() ? DbValues.ReadRow(table, reader) : null;
    }

    /// <summary>What a row has in a column that is not the setup's; null when there is no such row.</summary>
    public static long? FindExtra(Session session, SyncTable table, string column, RowKey key) =>
        session.Integer($"SELECT {column} {Of(table, session.Dialect).ByKey}", KeyArguments(table, key));

    /// <summary>A row that is going to be changed by what is found in it: nobody else changes it until the transaction ends.</summary>
    public static Row? FindForChange(Session session, SyncTable table, RowKey key)
    {
        using var reader = session.Query(Of(table, session.Dialect).Lock, KeyArguments(table, key));
        return reader.Read() ? DbValues.ReadRow(table, reader) : null;
    }

    /// <summary>The rows of these keys that are there, as for <see cref="FindForChange"/>; locked in the order of their keys.</summary>
    public static List<Row> FindAllForChange(Session session, SyncTable table, IReadOnlyCollection<RowKey> keys)
    {
        if (keys.Count == 1)
        {
            return FindForChange(session, table, keys.First()) is { } one ? [one] : [];
        }
        var rows = new List<Row>(keys.Count);
        if (session.IsRowByRow)
        {
            rows.AddRange(keys.Select(key => FindForChange(session, table, key)).OfType<Row>());
        }
        else if (keys.Count > 0)
        {
            using var reader = session.Query(Of(table, session.Dialect).LockSet, RowSet.OfKeys(table, keys));
            while (reader.Read())
            {
                rows.Add(DbValues.ReadRow(table, reader));
            }
        }
        return rows;
    }

    /// <summary>The rows whose values in a column are among these, in the order of their keys.</summary>
    public static List<Row> WhereIn(Session session, SyncTable table, string column, RowSet values)
    {
        var rows = new List<Row>();
        if (values.Count == 0)
        {
            return rows;
        }
        session.Match(Of(table, session.Dialect).OfTable, table.Name, values.Named(column), reader => rows.Add(DbValues.ReadRow(table, reader)));
        rows.Sort((a, b) => RowKey.InOrder.Compare(a.Key, b.Key));
        return rows;
    }

    /// <summary>The rows of these keys that are there, in any order.</summary>
    public static List<Row> FindAll(Session session, SyncTable table, IReadOnlyCollection<RowKey> keys)
    {
        var rows = new List<Row>(keys.Count);
        session.Match(Of(table, session.Dialect).OfTable, table.Name, RowSet.OfKeys(table, keys), reader => rows.Add(DbValues.ReadRow(table, reader)));
        return rows;
    }

    /// <summary>The rows that a condition holds for, in the order it may give.</summary>
    public static List<Row> Where(Session session, SyncTable table, string condition, params ReadOnlySpan<object?> values)
    {
        using var reader = session.Query($"SELECT {Of(table, session.Dialect).Columns} FROM {table.Name} WHERE {condition}", values);
        var rows = new List<Row>();
        while (reader.Read())
        {
            rows.Add(DbValues.ReadRow(table, reader));
        }
        return rows;
    }

    /// <summary>The rows after a key, in the order of their keys.</summary>
    /// <param name="after">Null to begin with the first.</param>
    public static List<Row> InOrder(Session session, SyncTable table, RowKey? after, int most)
    {
        using var reader = after is { } key
            ? session.Query(Of(table, session.Dialect).Next, [.. KeyArguments(table, key), most])
            : session.Query(Of(table, session.Dialect).First, most);
        var rows = new List<Row>();
        while (reader.Read())
        {
            rows.Add(DbValues.ReadRow(table, reader));
        }
        return rows;
    }

    /// <returns>False when the key was there already.</returns>
    public static bool TryInsert(Session session, Row row)
    {
        var arguments = new object?[row.Table.Columns.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = row[i];
        }
        return session.Execute(Of(row.Table, session.Dialect).Insert, arguments) == 1;
    }

    /// <summary>Replaces all columns but the key.</summary>
    public static void Replace(Session session, Row row)
    {
        var sql = Of(row.Table, session.Dialect);
        var arguments = new object?[sql.UpdateOrder.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = row[sql.UpdateOrder[i]];
        }
        session.Execute(sql.Update, arguments);
    }

    public static void Remove(Session session, SyncTable table, RowKey key) => session.Execute(Of(table, session.Dialect).Delete, KeyArguments(table, key));

    internal static object?[] KeyArguments(SyncTable table, RowKey key)
    {
        var arguments = new object?[table.KeyColumns.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = table.Ordinal(table.KeyColumns[i]) == table.KeyInteger ? key.Integer : key.Guid;
        }
        return arguments;
    }
}
