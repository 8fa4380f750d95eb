using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Bookmine.Schema;
using Bookmine.SyncServer.Foreign;
using Microsoft.Data.Sqlite;

namespace Bookmine.DotmimBridge;

/// <summary>Stands where Dotmim expects its statement over a tracking table, and reads the shop's feed.</summary>
internal sealed class FeedCommand(ForeignDownload download, Dotmim.Sync.SyncTable wanted) : DbCommand
{
    private readonly SqliteCommand parameters = new();

    [AllowNull]
    public override string CommandText { get; set; } = "the shop's feed";

    public override int CommandTimeout { get; set; }

    public override CommandType CommandType { get; set; } = CommandType.Text;

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection { get; set; }

    protected override DbParameterCollection DbParameterCollection => parameters.Parameters;

    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel()
    {
    }

    public override void Prepare()
    {
    }

    public override int ExecuteNonQuery() => throw new NotSupportedException();

    public override object? ExecuteScalar() => throw new NotSupportedException();

    protected override DbParameter CreateDbParameter() => parameters.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        var table = BookmineSetup.Instance[wanted.TableName];
        var columns = wanted.GetMutableColumns(false, true).Select(c => table[c.ColumnName]).ToArray();
        return new FeedRows([.. columns.Select(c => c.Name), "sync_row_is_tombstone"], download.Of(table).Select(row =>
            (object?[])[.. columns.Select(c => row.Row[c]), row.IsRemoved ? 1L : 0L]));
    }

    protected override void Dispose(bool disposing)
    {
        parameters.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Rows as they are read, one after the other: of a long table no more than a page is ever held. Columns come by position, the mark of a removal last.
    /// </summary>
    private sealed class FeedRows(string[] names, IEnumerable<object?[]> rows) : DbDataReader
    {
        private readonly IEnumerator<object?[]> at = rows.GetEnumerator();
        private bool isClosed;

        public override int FieldCount => names.Length;

        public override bool HasRows => true;

        public override bool IsClosed => isClosed;

        public override int Depth => 0;

        public override int RecordsAffected => -1;

        public override object this[int ordinal] => GetValue(ordinal);

        public override object this[string name] => GetValue(GetOrdinal(name));

        public override bool Read() => at.MoveNext();

        public override bool NextResult() => false;

        public override object GetValue(int ordinal) => at.Current[ordinal] ?? DBNull.Value;

        public override bool IsDBNull(int ordinal) => at.Current[ordinal] is null;

        public override string GetName(int ordinal) => names[ordinal];

        public override int GetOrdinal(string name) => Array.IndexOf(names, name);

        public override Type GetFieldType(int ordinal) => at.Current[ordinal]?.GetType() ?? typeof(object);

        public override string GetDataTypeName(int ordinal) => GetFieldType(ordinal).Name;

        public override int GetValues(object[] values)
        {
            var count = Math.Min(values.Length, names.Length);
            for (var i = 0; i < count; i++)
            {
                values[i] = GetValue(i);
            }
            return count;
        }

        public override long GetInt64(int ordinal) => (long)GetValue(ordinal);

        public override Guid GetGuid(int ordinal) => (Guid)GetValue(ordinal);

        public override string GetString(int ordinal) => (string)GetValue(ordinal);

        public override bool GetBoolean(int ordinal) => GetInt64(ordinal) != 0;

        public override int GetInt32(int ordinal) => checked((int)GetInt64(ordinal));

        public override short GetInt16(int ordinal) => checked((short)GetInt64(ordinal));

        public override byte GetByte(int ordinal) => checked((byte)GetInt64(ordinal));

        public override char GetChar(int ordinal) => throw new NotSupportedException();

        public override DateTime GetDateTime(int ordinal) => throw new NotSupportedException();

        public override decimal GetDecimal(int ordinal) => GetInt64(ordinal);

        public override double GetDouble(int ordinal) => GetInt64(ordinal);

        public override float GetFloat(int ordinal) => GetInt64(ordinal);

        public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

        public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

        public override IEnumerator GetEnumerator() => new DbEnumerator(this);

        public override void Close()
        {
            isClosed = true;
            at.Dispose();
        }
    }
}
