using System.Diagnostics;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Database;
using Microsoft.Data.Sqlite;

namespace Bookmine.Bench;

/// <summary>The yardstick: prepared statements in one transaction that write the same rows into the same tables and indexes, and nothing else.</summary>
internal static class RawWrites
{
    /// <summary>Into a replica's tables, indexes and full-text index.</summary>
    public static double InsertIntoReplica(string file, IReadOnlyList<Row> rows)
    {
        using var session = OpenReplica(file);
        return InOneTransaction(session, rows, row => TableSql.TryInsert(session, row));
    }

    /// <summary>Changes rows of a replica that has them.</summary>
    public static double UpdateReplica(string file, IReadOnlyList<Row> all, IReadOnlyList<Row> changed)
    {
        using var session = OpenReplica(file);
        InOneTransaction(session, all, row => TableSql.TryInsert(session, row));
        return InOneTransaction(session, changed, row => TableSql.Replace(session, row));
    }

    /// <summary>Into a server's tables and indexes.</summary>
    public static double InsertIntoServer(string file, IReadOnlyList<Row> rows)
    {
        SqliteDatabase.Open(file, null).Dispose();
        using var session = new Session(Open(file));
        session.Script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        return InOneTransaction(session, rows, row => TableSql.TryInsert(session, row));
    }

    /// <summary>One commit of a row with a payload, as durable as a seal: milliseconds each.</summary>
    public static List<double> Commits(string file, int count, byte[] payload)
    {
        using var connection = Open(file);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (n INTEGER PRIMARY KEY, payload BLOB)";
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO entry (payload) VALUES (@payload)";
        command.Parameters.AddWithValue("@payload", payload);
        var times = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            command.ExecuteNonQuery();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return times;
    }

    /// <summary>The driver as it comes, so that the yardstick stays what it was.</summary>
    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return connection;
    }

    private static Session OpenReplica(string file)
    {
        var session = new Session(Open(file));
        session.Script("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
        foreach (var statement in ReplicaSchema.Tables(BookmineSetup.Instance).Concat(ReplicaSchema.Indexes(BookmineSetup.Instance)))
        {
            session.Script(statement);
        }
        return session;
    }

    private static double InOneTransaction(Session session, IReadOnlyList<Row> rows, Action<Row> write)
    {
        var started = Stopwatch.GetTimestamp();
        session.InTransaction(() =>
        {
            foreach (var row in rows)
            {
                write(row);
            }
            return true;
        });
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
