using System.Diagnostics;
using System.Globalization;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Database;
using Npgsql;
using NpgsqlTypes;

namespace Bookmine.Bench;

/// <summary>Where a measured shop's records lie, and the engine's own quickest way to write rows: what all else is compared with.</summary>
internal abstract class BenchDatabase : IDisposable
{
    /// <param name="file">Where a file of the embedded database would be.</param>
    public abstract string Name(string file);

    public abstract double Raw(string file, IReadOnlyList<Row> rows);

    public virtual void Dispose()
    {
    }

    /// <summary>Prepared inserts in one transaction.</summary>
    internal sealed class Embedded : BenchDatabase
    {
        public override string Name(string file) => "sqlite:" + file;

        public override double Raw(string file, IReadOnlyList<Row> rows) => RawWrites.InsertIntoServer(file, rows);
    }

    /// <summary>Binary COPY in one transaction.</summary>
    internal sealed class Postgres(string server) : BenchDatabase
    {
        private static int databases;
        private readonly List<string> made = [];

        public override string Name(string file) => "postgres:" + Make();

        public override double Raw(string file, IReadOnlyList<Row> rows)
        {
            var connection = Make();
            ShopDatabase.OpenBare("postgres:" + connection).Dispose();
            using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
            using var open = source.OpenConnection();
            var started = Stopwatch.GetTimestamp();
            using (var transaction = open.BeginTransaction())
            {
                foreach (var table in rows.GroupBy(r => r.Table))
                {
                    Copy(open, table.Key, table);
                }
                transaction.Commit();
            }
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        public override void Dispose()
        {
            base.Dispose();
            foreach (var name in made)
            {
                Run($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            }
        }

        private static void Copy(NpgsqlConnection open, SyncTable table, IEnumerable<Row> rows)
        {
            using var writer = open.BeginBinaryImport($"COPY {table.Name} ({string.Join(", ", table.Columns.Select(c => c.Name))}) FROM STDIN (FORMAT BINARY)");
            foreach (var row in rows)
            {
                writer.StartRow();
                for (var i = 0; i < table.Columns.Count; i++)
                {
                    if (row[i] is null)
                    {
                        writer.WriteNull();
                    }
                    else
                    {
                        writer.Write(row[i]!, table.Columns[i].Type switch { ColumnType.Integer => NpgsqlDbType.Bigint, ColumnType.Guid => NpgsqlDbType.Uuid, _ => NpgsqlDbType.Text });
                    }
                }
            }
            writer.Complete();
        }

        private string Make()
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"bookmine_bench_{Environment.ProcessId}_{++databases}");
            made.Add(name);
            Run($"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
            return $"{server};Database={name}";
        }

        private void Run(string sql)
        {
            using var source = NpgsqlDataSource.Create(server + ";Database=postgres;Pooling=false");
            using var command = source.CreateCommand(sql);
            command.ExecuteNonQuery();
        }
    }
}
