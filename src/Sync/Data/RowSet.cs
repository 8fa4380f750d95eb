using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Data;

/// <summary>What a column of a <see cref="RowSet"/> holds.</summary>
public enum SetType
{
    Integer,
    Guid,
    Text,
    Bytes,
}

/// <summary>A column of a <see cref="RowSet"/>.</summary>
public readonly record struct SetColumn(string Name, SetType Type);

/// <summary>Rows to be written to a table: inserted, less those that are there already, or put in the place of those with their keys.</summary>
/// <param name="Key">The key's columns, for rows that are there; null to insert.</param>
public sealed record SetWrite(string Table, IReadOnlyList<string>? Key, RowSet Rows);

/// <summary>
/// Many rows of values that are given to one statement, which reads them as a table: <c>FROM @set k</c>. How they travel is the
/// dialect's business; that they travel together is the point. A table is joined with the set by the set's columns alone: with a further
/// condition some planners would go through the table and look into the set for each of its rows.
/// </summary>
public sealed class RowSet(params IReadOnlyList<SetColumn> columns)
{
    private readonly List<object?[]> rows = [];

    public IReadOnlyList<SetColumn> Columns => columns;

    public IReadOnlyList<object?[]> Rows => rows;

    public int Count => rows.Count;

    /// <param name="values">In the order of the columns.</param>
    public RowSet Add(params object?[] values)
    {
        rows.Add(values);
        return this;
    }

    public static RowSet Of(string column, IEnumerable<Guid> values) => Of(column, SetType.Guid, values.Select(v => (object)v));

    public static RowSet Of(string column, IEnumerable<long> values) => Of(column, SetType.Integer, values.Select(v => (object)v));

    public static RowSet Of(string column, IEnumerable<string> values) => Of(column, SetType.Text, values);

    /// <summary>Keys of one table, in columns of their names.</summary>
    public static RowSet OfKeys(SyncTable table, IEnumerable<RowKey> keys)
    {
        var set = new RowSet([.. table.KeyColumns.Select(k => ColumnOf(table.Columns[table.Ordinal(k)]))]);
        foreach (var key in keys)
        {
            set.Add(TableSql.KeyArguments(table, key));
        }
        return set;
    }

    /// <summary>Whole rows of one table, in columns of their names.</summary>
    public static RowSet OfRows(SyncTable table, IEnumerable<Row> rows)
    {
        var set = new RowSet([.. table.Columns.Select(ColumnOf)]);
        foreach (var row in rows)
        {
            var values = new object?[table.Columns.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = row[i];
            }
            set.Add(values);
        }
        return set;
    }

    /// <summary>The same values of one column, under another name.</summary>
    public RowSet Named(string column)
    {
        var named = new RowSet(columns[0] with { Name = column });
        named.rows.AddRange(rows);
        return named;
    }

    private static RowSet Of(string column, SetType type, IEnumerable<object> values)
    {
        var set = new RowSet(new SetColumn(column, type));
        foreach (var value in values)
        {
            set.Add(value);
        }
        return set;
    }

    private static SetColumn ColumnOf(Column column) => new(column.Name, column.Type switch
    {
        ColumnType.Integer => SetType.Integer,
        ColumnType.Guid => SetType.Guid,
        _ => SetType.Text,
    });
}
