using System.Numerics;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Rows;

/// <summary>
/// Values for a table's columns: a whole row, or some of its columns (those that were set). Values are null, <see cref="long"/>,
/// <see cref="System.Guid"/> or <see cref="string"/>, as the column's type says.
/// </summary>
public sealed class Row : IColumnValues
{
    private readonly object?[] values;
    private UInt128 present;

    public Row(SyncTable table)
    {
        Table = table;
        values = new object?[table.Columns.Count];
    }

    /// <summary>A whole row, of values in the columns' order, which are the row's from now on.</summary>
    internal Row(SyncTable table, object?[] values)
    {
        Table = table;
        this.values = values;
        present = values.Length == 0 ? 0 : UInt128.MaxValue >> (128 - values.Length);
    }

    public SyncTable Table { get; }

    /// <summary>How many columns were set.</summary>
    public int Count => BitOperations.PopCount((ulong)present) + BitOperations.PopCount((ulong)(present >> 64));

    public RowKey Key => new(
        Table.KeyInteger is { } i ? (long)values[i]! : 0,
        Table.KeyGuid is { } g ? (System.Guid)values[g]! : System.Guid.Empty);

    public object? this[int ordinal]
    {
        get => values[ordinal];
        set
        {
            values[ordinal] = value;
            present |= UInt128.One << ordinal;
        }
    }

    public object? this[string column]
    {
        get => values[Place(column)];
        set => this[Place(column)] = value;
    }

    public object? this[Column column]
    {
        get => values[Place(column)];
        set => this[Place(column)] = value;
    }

    public bool Has(int ordinal) => (present >> ordinal & 1) != 0;

    public bool Has(string column) => Table.Ordinal(column) is >= 0 and var i && Has(i);

    public bool Has(Column column) => Has(Place(column));

    public long Integer(Column column) => (long)(this[column] ?? throw Missing(column.Name));

    public long? IntegerOrNull(Column column) => (long?)this[column];

    public string Text(Column column) => (string)(this[column] ?? throw Missing(column.Name));

    public string? TextOrNull(Column column) => (string?)this[column];

    public Guid Guid(Column column) => (System.Guid)(this[column] ?? throw Missing(column.Name));

    public Guid? GuidOrNull(Column column) => (System.Guid?)this[column];

    public long Integer(string column) => (long)(this[column] ?? throw Missing(column));

    public long? IntegerOrNull(string column) => (long?)this[column];

    public string Text(string column) => (string)(this[column] ?? throw Missing(column));

    public string? TextOrNull(string column) => (string?)this[column];

    public Guid Guid(string column) => (System.Guid)(this[column] ?? throw Missing(column));

    public Guid? GuidOrNull(string column) => (System.Guid?)this[column];

    /// <summary>The same values in a row of its own.</summary>
    public Row Copy()
    {
        var copy = new Row(Table) { present = present };
        values.CopyTo(copy.values, 0);
        return copy;
    }

    /// <summary>Takes over every column that is set in <paramref name="change"/>.</summary>
    public void Merge(Row change)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (change.Has(i))
            {
                this[i] = change[i];
            }
        }
    }

    private int Place(string column) => Table.Ordinal(column) is >= 0 and var i
        ? i
        : throw new ArgumentException($"Table {Table.Name} has no column {column}.");

    private int Place(Column column) => column.Ordinal < Table.Columns.Count && ReferenceEquals(Table.Columns[column.Ordinal], column)
        ? column.Ordinal
        : throw new ArgumentException($"{column.Name} is no column of table {Table.Name}.");

    private InvalidOperationException Missing(string column) => new($"{Table.Name}.{column} has no value.");
}
