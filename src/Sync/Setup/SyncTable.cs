using System.Collections.Frozen;

namespace Bookmine.Sync.Setup;

/// <summary>Who may write a table's rows.</summary>
public enum Direction
{
    /// <summary>The server alone; clients receive.</summary>
    Download,

    /// <summary>Clients may send new rows, which the upload interceptors judge.</summary>
    Both,
}

/// <summary>
/// A replicated table: columns by number, a key of an integer, a GUID, or an integer and a GUID, the rule that puts each row
/// in a bucket, and what the replica indexes. Made by <see cref="TableBuilder"/>.
/// </summary>
public sealed class SyncTable
{
    private readonly FrozenDictionary<string, int> ordinals;

    internal SyncTable(
        int number, string name, IReadOnlyList<Column> columns, IReadOnlyList<string> key,
        BucketRule bucket, Direction direction, IReadOnlyList<ReplicaIndex> indexes, IReadOnlyList<string> searched)
    {
        Number = number;
        Name = name;
        Columns = columns;
        Bucket = bucket;
        Direction = direction;
        Indexes = indexes;
        Searched = searched;
        ordinals = columns.Select((c, i) => (c.Name, i)).ToFrozenDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
        KeyColumns = key;
        KeyInteger = OrdinalOfKey(ColumnType.Integer);
        KeyGuid = OrdinalOfKey(ColumnType.Guid);
        if (key.Count == 0 || key.Count != (KeyInteger is null ? 0 : 1) + (KeyGuid is null ? 0 : 1))
        {
            throw new ArgumentException($"Table {name}: a key is an integer, a GUID, or one of each.");
        }
        foreach (var column in bucket.Columns.Concat(searched).Concat(indexes.SelectMany(i => i.Columns)).Where(c => !ordinals.ContainsKey(c)))
        {
            throw new ArgumentException($"Table {name} has no column {column}, which its bucket, an index or its search names.");
        }
    }

    public int Number { get; }

    public string Name { get; }

    public IReadOnlyList<Column> Columns { get; }

    public IReadOnlyList<string> KeyColumns { get; }

    /// <summary>The ordinal of the key's integer column, if it has one.</summary>
    public int? KeyInteger { get; }

    /// <summary>The ordinal of the key's GUID column, if it has one.</summary>
    public int? KeyGuid { get; }

    public BucketRule Bucket { get; }

    public Direction Direction { get; }

    /// <summary>The replica's secondary indexes.</summary>
    public IReadOnlyList<ReplicaIndex> Indexes { get; }

    /// <summary>Columns of the replica's full-text index; empty for none.</summary>
    public IReadOnlyList<string> Searched { get; }

    /// <exception cref="ArgumentException">There is no such column.</exception>
    public Column this[string column] => ordinals.TryGetValue(column, out var i) ? Columns[i] : throw new ArgumentException($"Table {Name} has no column {column}.");

    /// <summary>The column's place in <see cref="Columns"/>, or -1.</summary>
    public int Ordinal(string column) => ordinals.GetValueOrDefault(column, -1);

    public bool IsKey(int ordinal) => ordinal == KeyInteger || ordinal == KeyGuid;

    private int? OrdinalOfKey(ColumnType type)
    {
        var found = KeyColumns.Select(k => ordinals[k]).Where(o => Columns[o].Type == type).ToArray();
        return found.Length == 0 ? null : found[0];
    }
}

/// <summary>An index of the replica, over one or more columns.</summary>
public sealed record ReplicaIndex(IReadOnlyList<string> Columns);
