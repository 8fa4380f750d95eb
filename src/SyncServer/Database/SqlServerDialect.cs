using System.Data;
using System.Data.Common;
using Bookmine.Sync.Data;
using Microsoft.Data.SqlClient;

namespace Bookmine.SyncServer.Database;

/// <summary>Transact-SQL: other words for limits and rows that are compared, and no statement that passes over a duplicate by itself.</summary>
internal sealed class SqlServerDialect : SqlDialect
{
    public static readonly SqlServerDialect Instance = new();

    // One size for short texts, so that a statement has one plan and not one for each length.
    private const int ShortText = 4_000;
    private const int GuidBytes = 16;

    public override void Bind(DbParameter parameter, object? value)
    {
        base.Bind(parameter, value);
        var typed = (SqlParameter)parameter;
        switch (value)
        {
            case null:
                // The one type of a NULL that is taken for every other.
                (typed.SqlDbType, typed.Size) = (SqlDbType.VarBinary, 1);
                break;
            case string text:
                (typed.SqlDbType, typed.Size) = (SqlDbType.NVarChar, text.Length <= ShortText ? ShortText : -1);
                break;
            case Guid or UInt128:
                // As the columns are typed, so that a key is sought by equality and not in a range.
                (typed.SqlDbType, typed.Size) = (SqlDbType.Binary, GuidBytes);
                break;
            case byte[]:
                (typed.SqlDbType, typed.Size) = (SqlDbType.VarBinary, -1);
                break;
            default:
                typed.SqlDbType = SqlDbType.BigInt;
                break;
        }
    }

    public override string LockJoin => "INNER LOOP JOIN";

    public override string LockHint => " WITH (UPDLOCK, ROWLOCK)";

    public override string Table(IReadOnlyList<SetColumn> columns)
    {
        var read = columns.Select((c, i) => c.Type switch
        {
            SetType.Integer => (Value: $"s.{c.Name}", Type: "BIGINT", i, c.Name),
            SetType.Guid => (Value: $"CONVERT(BINARY(16), s.{c.Name}, 2)", Type: "CHAR(32)", i, c.Name),
            SetType.Text => (Value: $"s.{c.Name} COLLATE Latin1_General_100_BIN2", Type: "NVARCHAR(MAX)", i, c.Name),
            _ => (Value: $"CONVERT(VARBINARY(MAX), s.{c.Name}, 2)", Type: "VARCHAR(MAX)", i, c.Name),
        }).ToList();
        return $"""
            (SELECT {string.Join(", ", read.Select(c => $"{c.Value} AS {c.Name}"))}
            FROM OPENJSON(@set) WITH ({string.Join(", ", read.Select(c => $"{c.Name} {c.Type} '$[{c.i}]'"))}) s)
            """;
    }

    public override string Limit(string most, string? skipped = null) => $"OFFSET {skipped ?? "0"} ROWS FETCH NEXT {most} ROWS ONLY";

    /// <summary>The numbers 2601 and 2627 both say that the row is there already: then the statement has written nothing, and says so.</summary>
    public override string InsertIfAbsent(string table, IReadOnlyList<string> columns) =>
        $"""
        BEGIN TRY
            INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(c => "@" + c))});
        END TRY
        BEGIN CATCH
            IF ERROR_NUMBER() NOT IN (2601, 2627) THROW;
        END CATCH
        """;

    public override string Compare(IReadOnlyList<string> columns, string comparison, IReadOnlyList<string> parameters)
    {
        var compared = $"{columns[^1]} {comparison} {parameters[^1]}";
        for (var i = columns.Count - 2; i >= 0; i--)
        {
            compared = $"({columns[i]} {comparison[..1]} {parameters[i]} OR ({columns[i]} = {parameters[i]} AND {compared}))";
        }
        return compared;
    }

    /// <summary>By the indexed beginning first. An equals sign passes over spaces at the end, so the length is compared too.</summary>
    public override string TextEquals(string column, string parameter) =>
        $"({column}_key = CAST(LEFT({parameter}, 400) AS NVARCHAR(400)) AND {column} = {parameter} AND DATALENGTH({column}) = DATALENGTH({parameter}))";
}
