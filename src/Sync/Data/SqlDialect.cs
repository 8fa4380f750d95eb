using System.Data.Common;
using Bookmine.Sync.Rows;

namespace Bookmine.Sync.Data;

/// <summary>
/// What differs between engines inside the statements that all share; as it stands, what most of them understand. Everything else in a
/// statement is written in the words that all engines have: <c>IS NOT DISTINCT FROM</c>, <c>CAST(count(*) AS bigint)</c>, <c>WHERE EXISTS</c>.
/// </summary>
public class SqlDialect
{
    public static readonly SqlDialect Common = new();

    /// <summary>Gives a parameter its value as the engine's driver takes it: here a GUID is its 16 bytes in RFC order, and a hash its bytes.</summary>
    public virtual void Bind(DbParameter parameter, object? value) => parameter.Value = value switch
    {
        null => DBNull.Value,
        Guid guid => guid.ToByteArray(bigEndian: true),
        UInt128 hash => Digest.ToBytes(hash),
        _ => value,
    };

    /// <summary>Ends a statement that has an order: so many rows, after so many that are passed over.</summary>
    /// <param name="most">A number or a parameter's name.</param>
    public virtual string Limit(string most, string? skipped = null) => skipped is null ? $"LIMIT {most}" : $"LIMIT {most} OFFSET {skipped}";

    /// <summary>Inserts one row; none when the key, or another number that may be there once only, is there already.</summary>
    /// <param name="columns">All columns, each with a parameter of its name.</param>
    public virtual string InsertIfAbsent(string table, IReadOnlyList<string> columns) =>
        $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(c => "@" + c))}) ON CONFLICT DO NOTHING";

    /// <summary>Compares columns with parameters, the first that differs deciding.</summary>
    /// <param name="comparison">One of &lt;, &lt;=, &gt; and &gt;=.</param>
    public virtual string Compare(IReadOnlyList<string> columns, string comparison, IReadOnlyList<string> parameters) =>
        $"({string.Join(", ", columns)}) {comparison} ({string.Join(", ", parameters)})";

    /// <summary>Compares a column of free text with a parameter, character by character, by an index where there is one.</summary>
    public virtual string TextEquals(string column, string parameter) => $"{column} = {parameter}";
}
