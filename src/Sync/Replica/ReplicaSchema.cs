using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Replica;

/// <summary>
/// The replica's SQLite tables, generated from the setup. A replica is disposable, so it has no migrations: another schema is another file, and until the
/// server is at hand for that, an older one is given the columns that it lacks, with nothing in them.
/// </summary>
public static class ReplicaSchema
{
    public const string EngineTables = """
        CREATE TABLE sync_replica (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE sync_cursor (bucket TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
        CREATE TABLE sync_digest (bucket TEXT NOT NULL, tab INTEGER NOT NULL, rows INTEGER NOT NULL, sum BLOB NOT NULL, PRIMARY KEY (bucket, tab)) STRICT;
        """;

    /// <summary>Made at each opening: a replica of an earlier program has none.</summary>
    public const string RecountTables = """
        CREATE TABLE IF NOT EXISTS sync_recount (tab INTEGER NOT NULL, k_int INTEGER, k_guid BLOB) STRICT;
        CREATE TABLE IF NOT EXISTS sync_recount_digest (bucket TEXT NOT NULL, tab INTEGER NOT NULL, rows INTEGER NOT NULL, sum BLOB NOT NULL, PRIMARY KEY (bucket, tab)) STRICT;
        """;

    /// <summary>Gives a replica of an earlier program the tables and columns that this one reads, so that a till goes on selling with it.</summary>
    public static void Widen(Session session, SyncSetup setup)
    {
        if (session.Scalar("SELECT value FROM sync_replica WHERE name = 'schema'") is not string text
            || !int.TryParse(text, CultureInfo.InvariantCulture, out var schema) || schema >= setup.SchemaVersion)
        {
            return;
        }
        session.InTransaction(() =>
        {
            foreach (var table in setup.Tables)
            {
                var has = ColumnsOf(session, table);
                if (has.Count == 0)
                {
                    session.Script(string.Concat(IndexesOf(table).Prepend(Table(table))));
                }
                foreach (var lacking in table.Columns.Where(c => has.Count > 0 && !has.Contains(c.Name)))
                {
                    var filled = lacking.Nullable ? "" : lacking.Type == ColumnType.Integer ? " NOT NULL DEFAULT 0" : " NOT NULL DEFAULT ''";
                    session.Script($"ALTER TABLE {table.Name} ADD COLUMN {lacking.Name} {SqlType(lacking.Type)}{filled};");
                }
            }
            return true;
        });
    }

    private static HashSet<string> ColumnsOf(Session session, SyncTable table)
    {
        var has = new HashSet<string>();
        using var reader = session.Query("SELECT name FROM pragma_table_info(@table)", table.Name);
        while (reader.Read())
        {
            has.Add(DbValues.ReadText(reader, 0));
        }
        return has;
    }

    /// <summary>The name of a table's full-text index.</summary>
    public static string SearchTable(SyncTable table) => table.Name + "_search";

    public static IEnumerable<string> Tables(SyncSetup setup) => setup.Tables.Select(Table);

    /// <summary>Indexes and full-text indexes; made after a first load, which is faster.</summary>
    public static IEnumerable<string> Indexes(SyncSetup setup) => setup.Tables.SelectMany(IndexesOf);

    /// <summary>A table of the same name with its full-text index alone, for rows that may lack values and have integers besides.</summary>
    public static string Partial(SyncTable table, IEnumerable<string> extra)
    {
        var columns = table.Columns.Select(c => $"{c.Name} {SqlType(c.Type)}").Concat(extra.Select(e => $"{e} INTEGER NOT NULL"));
        return Table(table, columns) + (table.Searched.Count > 0 ? Search(table) : "");
    }

    private static string Table(SyncTable table) => Table(table, table.Columns.Select(c => $"{c.Name} {SqlType(c.Type)}{(c.Nullable ? "" : " NOT NULL")}"));

    private static string Table(SyncTable table, IEnumerable<string> columns)
    {
        // A full-text index refers to its table's rowids; the others are smaller and faster without.
        var options = table.Searched.Count == 0 ? "STRICT, WITHOUT ROWID" : "STRICT";
        return $"CREATE TABLE {table.Name} ({string.Join(", ", columns)}, PRIMARY KEY ({string.Join(", ", table.KeyColumns)})) {options};";
    }

    private static IEnumerable<string> IndexesOf(SyncTable table)
    {
        foreach (var index in table.Indexes)
        {
            yield return $"CREATE INDEX {table.Name}_{string.Join("_", index.Columns)} ON {table.Name} ({string.Join(", ", index.Columns)});";
        }
        if (table.Searched.Count > 0)
        {
            yield return Search(table);
        }
    }

    private static string Search(SyncTable table)
    {
        var search = SearchTable(table);
        var columns = string.Join(", ", table.Searched);
        var added = string.Join(", ", table.Searched.Select(c => "new." + c));
        var removed = string.Join(", ", table.Searched.Select(c => "old." + c));
        var moved = string.Join(" OR ", table.Searched.Select(c => $"old.{c} IS NOT new.{c}"));
        return $"""
            CREATE VIRTUAL TABLE {search} USING fts5({columns}, content='{table.Name}', tokenize="unicode61 remove_diacritics 2");
            INSERT INTO {search} ({search}) VALUES ('rebuild');
            CREATE TRIGGER {search}_i AFTER INSERT ON {table.Name} BEGIN
                INSERT INTO {search} (rowid, {columns}) VALUES (new.rowid, {added});
            END;
            CREATE TRIGGER {search}_d AFTER DELETE ON {table.Name} BEGIN
                INSERT INTO {search} ({search}, rowid, {columns}) VALUES ('delete', old.rowid, {removed});
            END;
            CREATE TRIGGER {search}_u AFTER UPDATE ON {table.Name} WHEN {moved} BEGIN
                INSERT INTO {search} ({search}, rowid, {columns}) VALUES ('delete', old.rowid, {removed});
                INSERT INTO {search} (rowid, {columns}) VALUES (new.rowid, {added});
            END;
            """;
    }

    private static string SqlType(ColumnType type) => type switch
    {
        ColumnType.Integer => "INTEGER",
        ColumnType.Guid => "BLOB",
        _ => "TEXT",
    };
}
