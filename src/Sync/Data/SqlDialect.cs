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

    /// <summary>Stands behind a table's name where its rows are read in order to be changed: nobody else changes them until the transaction ends.</summary>
    public virtual string LockHint => "";

    /// <summary>Joins a set with the table whose rows it locks: from the set to the rows, in its order.</summary>
    public virtual string LockJoin => "JOIN";

    /// <summary>Ends a statement that reads rows in order to change them; it stands with <see cref="LockHint"/>.</summary>
    public virtual string LockEnd => "";

    /// <summary>
    /// Said before statements that go from a few keys to their rows, so that none goes through a whole table for them, whatever the engine
    /// believes of tables that fill and empty; null where nothing needs saying.
    /// </summary>
    public virtual string? ByKeys => null;

    /// <summary>The table that stands for <c>@set</c> in a statement, before its alias.</summary>
    public virtual string Table(IReadOnlyList<SetColumn> columns) =>
        $"(SELECT {string.Join(", ", columns.Select((c, i) => $"{(c.Type is SetType.Guid or SetType.Bytes ? $"unhex(value ->> {i})" : $"value ->> {i}")} AS {c.Name}"))} FROM json_each(@set))";

    /// <summary>The value of one of a set's parameters.</summary>
    /// <param name="parameter">As it is named in <see cref="Table"/>.</param>
    public virtual object Values(RowSet set, string parameter) => JsonRows.Write(set);

    /// <summary>
    /// Inserts a set of rows, less those whose key or other single number is there already; null where the engine is quicker, or no
    /// slower, with a statement a row.
    /// </summary>
    public virtual string? InsertSet(string table, IReadOnlyList<SetColumn> columns) => null;

    /// <summary>Sets all columns of a set but the key's in the rows that have its keys; null as for <see cref="InsertSet"/>.</summary>
    public virtual string? UpdateSet(string table, IReadOnlyList<string> key, IReadOnlyList<SetColumn> columns) => null;

    /// <summary>Begins a statement that changes one row of a replicated table.</summary>
    public virtual string Update => "UPDATE";

    /// <summary>After a table's name: to look its rows up in an index that holds all that is asked of them, where the engine would take another.</summary>
    public virtual string By(string index) => "";

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
