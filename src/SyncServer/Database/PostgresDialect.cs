using System.Data.Common;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Database;

/// <summary>PostgreSQL has a type for GUIDs, which it orders by their bytes in RFC order.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    public static readonly PostgresDialect Instance = new();

    private const string SetName = "@set_";

    public override string LockEnd => " FOR UPDATE";

    // One statement that is prepared once; SET is parsed each time.
    public override string ByKeys =>
        $"SELECT {string.Join(", ", ((string[])["enable_hashjoin", "enable_mergejoin", "enable_seqscan", "enable_material", "jit"]).Select(s => $"set_config('{s}', 'off', true)"))}";

    /// <summary>An array a column. Texts are compared as they are in the tables.</summary>
    public override string Table(IReadOnlyList<SetColumn> columns) =>
        $"""
        (SELECT {string.Join(", ", columns.Select(c => c.Type == SetType.Text ? $"s.{c.Name} COLLATE \"C\" AS {c.Name}" : $"s.{c.Name}"))}
        FROM unnest({string.Join(", ", columns.Select(c => $"{SetName}{c.Name}"))}) AS s ({string.Join(", ", columns.Select(c => c.Name))}))
        """;

    public override object Values(RowSet set, string parameter)
    {
        var ordinal = Enumerable.Range(0, set.Columns.Count).First(i => SetName + set.Columns[i].Name == parameter);
        return set.Columns[ordinal].Type switch
        {
            SetType.Integer => Column(v => (long?)v),
            SetType.Guid => Column(v => (Guid?)v),
            SetType.Text => Column(v => (string?)v),
            _ => Column(v => v is UInt128 hash ? Digest.ToBytes(hash) : (byte[]?)v),
        };

        T[] Column<T>(Func<object?, T> of)
        {
            var values = new T[set.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = of(set.Rows[i][ordinal]);
            }
            return values;
        }
    }

    public override string InsertSet(string table, IReadOnlyList<SetColumn> columns)
    {
        var names = string.Join(", ", columns.Select(c => c.Name));
        return $"INSERT INTO {table} ({names}) SELECT {names} FROM @set k ON CONFLICT DO NOTHING";
    }

    public override string UpdateSet(string table, IReadOnlyList<string> key, IReadOnlyList<SetColumn> columns) =>
        $"""
        UPDATE {table} t SET {string.Join(", ", columns.Where(c => !key.Contains(c.Name)).Select(c => $"{c.Name} = k.{c.Name}"))}
        FROM @set k WHERE {string.Join(" AND ", key.Select(c => $"t.{c} = k.{c}"))}
        """;

    public override void Bind(DbParameter parameter, object? value)
    {
        if (value is Guid or Array)
        {
            parameter.Value = value;
        }
        else
        {
            base.Bind(parameter, value);
        }
    }
}
