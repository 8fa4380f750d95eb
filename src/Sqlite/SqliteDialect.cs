using Bookmine.Sync.Data;

namespace Bookmine.Sqlite;

/// <summary>
/// SQLite understands the common words. What it is told besides is to leave what a failing statement has written (sqlite.org/lang_conflict.html,
/// FAIL): its transaction is rolled back as a whole anyway, and where a trigger fires SQLite would else keep a copy of every page that the
/// statement changes, which takes three times as long as the change.
/// </summary>
public sealed class SqliteDialect : SqlDialect
{
    public static readonly SqliteDialect Instance = new();

    public override string Update => "UPDATE OR FAIL";

    /// <summary>Its planner takes the index of a key before one that covers the question (sqlite.org/lang_indexedby.html).</summary>
    public override string By(string index) => $" INDEXED BY {index}";

    public override string InsertIfAbsent(string table, IReadOnlyList<string> columns) =>
        $"INSERT OR FAIL INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(c => "@" + c))}) ON CONFLICT DO NOTHING";
}
