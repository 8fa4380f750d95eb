using System.Data.Common;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Feed;

/// <summary>A row of the feed as it stands at the span's end.</summary>
/// <param name="Row">The whole row; null for one that is in none of the scope's buckets any more.</param>
public sealed record SpanRow(RowKey Key, Row? Row);

/// <summary>
/// What of the feed lies between two of its positions, table by table, for a client that keeps one position for all buckets. A row that changes while the
/// tables are read lies behind the span's end, and is in the next.
/// </summary>
/// <param name="scope">The buckets the client may have.</param>
/// <param name="from">The position the client has come to; 0 for a client that has nothing, which hears of no removals.</param>
/// <param name="through">The feed's head when the span was opened.</param>
public sealed class FeedSpan(IServerDatabase database, IReadOnlyList<string> scope, long from, long through)
{
    /// <summary>Of changes, so many are read at once and held; more are read table by table.</summary>
    private const int MostHeld = 20_000;

    /// <summary>Rows in one short reading.</summary>
    private const int PageRows = 2_000;

    private const string Columns = "seq, tab, k_int, k_guid, removed, bytes";

    private ILookup<int, FeedLine>? held;
    private bool isRead;

    /// <summary>Nothing, for a client that gets nothing.</summary>
    public static FeedSpan Nothing(IServerDatabase database, long at) => new(database, [], at, at);

    /// <summary>The rows of a table that have changed, each once.</summary>
    public IEnumerable<SpanRow> Of(SyncTable table)
    {
        if (from >= through || scope.Count == 0)
        {
            return [];
        }
        if (from == 0)
        {
            return Whole(table);
        }
        if (!isRead)
        {
            var lines = Changes(from, MostHeld + 1);
            held = lines.Count <= MostHeld ? lines.ToLookup(l => l.Table) : null;
            isRead = true;
        }
        return held is not null ? Settle(table, held[table.Number]) : Long(table);
    }

    /// <summary>The row as the scope has it now; null when it has none.</summary>
    public Row? Find(SyncTable table, RowKey key) => database.Reading(session => Find(session, table, key));

    private Row? Find(Session session, SyncTable table, RowKey key)
    {
        using var reader = session.Query(
            $"SELECT {Columns} FROM sync_feed WHERE tab = @tab AND k_int = @int AND k_guid = @guid AND removed = 0 AND bucket IN ({Buckets(session)})",
            (long)table.Number, key.Integer, key.Guid);
        return reader.Read() ? FeedLine.Read(reader).RowOf(table) : null;
    }

    /// <summary>Every row of the table, in the order of the keys, in short readings.</summary>
    private IEnumerable<SpanRow> Whole(SyncTable table)
    {
        RowKey? last = null;
        while (true)
        {
            var page = database.Reading(session => Page(session, table, last));
            foreach (var line in page.Where(l => !l.IsRemoved))
            {
                yield return new SpanRow(line.Key, line.RowOf(table));
            }
            if (page.Count == 0)
            {
                yield break;
            }
            last = page[^1].Key;
        }
    }

    private List<FeedLine> Page(Session session, SyncTable table, RowKey? after)
    {
        var limit = session.Dialect.Limit("@most");
        var of = $"SELECT {Columns} FROM sync_feed WHERE tab = @tab AND bucket IN ({Buckets(session)}) AND seq <= @through";
        const string order = "ORDER BY k_int, k_guid, bucket";
        var next = session.Dialect.Compare(["k_int", "k_guid"], ">", ["@int", "@guid"]);
        // A key's lines lie side by side, and a page ends with the last of them.
        using var reader = after is { } key
            ? session.Query($"{of} AND {next} {order} {limit}", (long)table.Number, through, key.Integer, key.Guid, PageRows + 1L)
            : session.Query($"{of} {order} {limit}", (long)table.Number, through, PageRows + 1L);
        var lines = FeedLine.ReadAll(reader);
        var last = lines.Count > PageRows ? lines[^1].Key : (RowKey?)null;
        return last is null ? lines : lines.FindAll(l => l.Key != last);
    }

    /// <summary>More than are held: all changes are gone through for each table, in short readings.</summary>
    private IEnumerable<SpanRow> Long(SyncTable table)
    {
        var at = from;
        while (true)
        {
            var page = Changes(at, PageRows);
            foreach (var row in Settle(table, page.Where(l => l.Table == table.Number)))
            {
                yield return row;
            }
            if (page.Count < PageRows)
            {
                yield break;
            }
            at = page[^1].Position;
        }
    }

    private List<FeedLine> Changes(long after, int most) => database.Reading(session =>
    {
        using var reader = session.Query(
            $"""
            SELECT {Columns} FROM sync_feed WHERE bucket IN ({Buckets(session)}) AND seq > @after AND seq <= @through
            ORDER BY seq {session.Dialect.Limit("@most")}
            """,
            after, through, (long)most);
        return FeedLine.ReadAll(reader);
    });

    /// <summary>A row that has left one bucket may lie in another.</summary>
    private IEnumerable<SpanRow> Settle(SyncTable table, IEnumerable<FeedLine> lines)
    {
        foreach (var line in lines)
        {
            if (!line.IsRemoved)
            {
                yield return new SpanRow(line.Key, line.RowOf(table));
            }
            else if (Find(table, line.Key) is null)
            {
                yield return new SpanRow(line.Key, null);
            }
        }
    }

    private string Buckets(Session session)
    {
        using var reader = session.Query(
            "SELECT b.id FROM @set k JOIN sync_bucket b ON b.name = k.name", RowSet.Of("name", scope));
        var ids = new List<long> { -1 };
        while (reader.Read())
        {
            ids.Add(reader.GetInt64(0));
        }
        return string.Join(", ", ids);
    }

    private sealed record FeedLine(long Position, int Table, RowKey Key, bool IsRemoved, byte[] Packed)
    {
        public static FeedLine Read(DbDataReader reader) => new(
            reader.GetInt64(0), (int)reader.GetInt64(1), new RowKey(reader.GetInt64(2), DbValues.ReadGuid(reader, 3)), reader.GetInt64(4) == 1,
            reader.GetFieldValue<byte[]>(5));

        public static List<FeedLine> ReadAll(DbDataReader reader)
        {
            var lines = new List<FeedLine>();
            while (reader.Read())
            {
                lines.Add(Read(reader));
            }
            return lines;
        }

        /// <summary>The key's columns are not among the bytes.</summary>
        public Row RowOf(SyncTable table)
        {
            var row = CanonicalRow.Read(table, PackedRow.Unpack(Packed));
            if (table.KeyInteger is { } i)
            {
                row[i] = Key.Integer;
            }
            if (table.KeyGuid is { } g)
            {
                row[g] = Key.Guid;
            }
            return row;
        }
    }
}
