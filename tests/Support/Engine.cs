using System.Data.Common;
using Bookmine.Sync.Data;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Database;
using DbUp;
using DbUp.Builder;
using Npgsql;

namespace Bookmine.Tests.Support;

/// <summary>A kind of database that a shop's records may lie in, as tests need it.</summary>
public abstract class Engine
{
    public static readonly Engine Sqlite = new SqliteEngine();
    public static readonly Engine Postgres = new PostgresEngine();
    public static readonly Engine SqlServer = new SqlServerEngine();

    /// <summary>Its folder in <c>db</c>.</summary>
    public abstract string Name { get; }

    public static Engine Of(string name) => new[] { Sqlite, Postgres, SqlServer }.Single(e => e.Name == name);

    /// <summary>A fresh database for one test, by its name on the command line; skips the test where the engine is absent.</summary>
    /// <param name="folder">A folder of the test's own.</param>
    public abstract string NewDatabase(string folder);

    /// <summary>An empty database for one test.</summary>
    public virtual string NewEmptyDatabase(string folder) => NewDatabase(folder);

    /// <summary>For running some of the migrations only.</summary>
    internal abstract UpgradeEngineBuilder Upgrading(string database);

    /// <summary>All tables, columns, indexes and triggers, a line each.</summary>
    internal IReadOnlyList<string> Catalogue(Session session)
    {
        using var reader = session.Query(CatalogueSql);
        var lines = new List<string>();
        while (reader.Read())
        {
            lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i))));
        }
        return lines;
    }

    protected abstract string CatalogueSql { get; }

    /// <summary>All columns of the shop's tables, as <c>table.column</c>.</summary>
    internal List<string> Columns(Session session) => Texts(session, ColumnsSql);

    /// <summary>The columns of a table that hold GUIDs, where the engine has a type for them; else those the program says.</summary>
    internal virtual IEnumerable<string> Guids(Session session, string table) => ShopTables.All.Single(t => t.Name == table).Guids.Order(StringComparer.Ordinal);

    protected abstract string ColumnsSql { get; }

    protected static List<string> Texts(Session session, string sql, params object?[] values)
    {
        using var reader = session.Query(sql, values);
        var texts = new List<string>();
        while (reader.Read())
        {
            texts.Add(reader.GetString(0));
        }
        return texts;
    }

    public virtual void Drop(string database)
    {
    }

    /// <summary>Whether several transactions may write at the same time.</summary>
    public virtual bool HasManyWriters => true;

    /// <summary>A connection of the administrator's own, beside the server's.</summary>
    internal abstract Session Connect(string database);

    /// <summary>Makes changes of tables go unseen, as an administrator could.</summary>
    internal abstract void TriggersOff(Session session, params string[] tables);

    /// <summary>An expression for a new GUID.</summary>
    public abstract string NewGuid { get; }

    /// <summary>An expression for any sixteen bytes.</summary>
    public abstract string SixteenBytes { get; }

    /// <summary>A statement that makes a table of the setup's form.</summary>
    public string CreateTable(SyncTable table) =>
        $"CREATE TABLE {table.Name} ({string.Join(", ", table.Columns.Select(c => $"{c.Name} {TypeOf(c.Type)}{(c.Nullable ? "" : " NOT NULL")}"))}, PRIMARY KEY ({string.Join(", ", table.KeyColumns)}))";

    protected abstract string TypeOf(ColumnType type);

    /// <summary>A database with what a folder holds of an older program's: <c>shop.db</c> or <c>shop.sql</c>.</summary>
    public virtual string Load(string folder)
    {
        var database = NewEmptyDatabase(folder);
        using var session = Connect(database);
        session.Script(File.ReadAllText(Path.Combine(folder, "shop.sql")));
        return database;
    }

    /// <summary>Copies a database that nobody uses.</summary>
    public abstract string Copy(string database);

    /// <summary>Puts a copy in a database's place, which nobody uses.</summary>
    public abstract void PutBack(string database, string copy);

    internal static string ConnectionOf(string database) => database[(database.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private sealed class SqliteEngine : Engine
    {
        public override string Name => "sqlite";

        public override bool HasManyWriters => false;

        internal override UpgradeEngineBuilder Upgrading(string database) => DeployChanges.To.SqliteDatabase($"Data Source={ConnectionOf(database)};Pooling=false");

        protected override string CatalogueSql => "SELECT type, name, sql FROM sqlite_master ORDER BY type, name";

        protected override string ColumnsSql => """
            SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT IN ('SchemaVersions', 'sync_move', 'tables_version') ORDER BY 1
            """;

        public override string NewDatabase(string folder) => "sqlite:" + Path.Combine(folder, "shop.db");

        public override string Load(string folder) => NewDatabase(folder);

        internal override Session Connect(string database) => new(SqliteDatabase.OpenPlain(ConnectionOf(database)));

        internal override void TriggersOff(Session session, params string[] tables)
        {
            foreach (var trigger in tables.SelectMany(t => new[] { "i", "u", "d" }.Select(end => $"sync_{t}_{end}")))
            {
                session.Script($"DROP TRIGGER {trigger}");
            }
        }

        protected override string TypeOf(ColumnType type) => type switch { ColumnType.Integer => "INTEGER", ColumnType.Guid => "BLOB", _ => "TEXT" };

        public override string NewGuid => "randomblob(16)";

        public override string SixteenBytes => "randomblob(16)";

        public override string Copy(string database)
        {
            File.Copy(ConnectionOf(database), ConnectionOf(database) + ".old");
            return ConnectionOf(database) + ".old";
        }

        public override void PutBack(string database, string copy) => File.Move(copy, ConnectionOf(database), overwrite: true);
    }

    private sealed class PostgresEngine : Engine
    {
        public override string Name => "postgresql";

        public override string NewDatabase(string folder) => "postgres:" + PostgresCluster.NewShop();

        public override string NewEmptyDatabase(string folder) => "postgres:" + PostgresCluster.NewDatabase(PostgresCluster.Shared);

        internal override UpgradeEngineBuilder Upgrading(string database) => DeployChanges.To.PostgresqlDatabase(ConnectionOf(database) + ";Pooling=false");

        protected override string ColumnsSql => """
            SELECT (table_name || '.' || column_name) COLLATE "C" FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name NOT IN ('schemaversions', 'sync_move', 'sync_lock', 'tables_version') ORDER BY 1
            """;

        internal override IEnumerable<string> Guids(Session session, string table) => Texts(
            session, "SELECT column_name::text COLLATE \"C\" FROM information_schema.columns WHERE table_schema = 'public' AND table_name = @table AND data_type = 'uuid' ORDER BY 1", table);

        protected override string CatalogueSql => """
            SELECT 'column' AS what, table_name || '.' || column_name AS named, data_type || ' ' || is_nullable || ' ' || coalesce(collation_name, '') || ' ' || coalesce(column_default, '') || is_identity AS form
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            ORDER BY 1, 2
            """;

        public override void Drop(string database) => PostgresCluster.DropDatabase(ConnectionOf(database));

        internal override Session Connect(string database)
        {
            var connection = new NpgsqlConnection(ConnectionOf(database) + ";Pooling=false");
            connection.Open();
            return new Session(connection, PostgresDialect.Instance);
        }

        internal override void TriggersOff(Session session, params string[] tables)
        {
            foreach (var table in tables)
            {
                session.Script($"ALTER TABLE {table} DISABLE TRIGGER USER");
            }
        }

        protected override string TypeOf(ColumnType type) => type switch { ColumnType.Integer => "bigint", ColumnType.Guid => "uuid", _ => "text COLLATE \"C\"" };

        public override string NewGuid => "gen_random_uuid()";

        public override string SixteenBytes => "decode(md5(random()::text), 'hex')";

        public override string Copy(string database) => PostgresCluster.CopyDatabase(ConnectionOf(database));

        public override void PutBack(string database, string copy) => PostgresCluster.PutBack(ConnectionOf(database), copy);
    }
}
