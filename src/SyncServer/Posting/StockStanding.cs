using System.Security.Cryptography;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Posting;

/// <summary>
/// What a unit's movements bring about beside themselves: copies of a record that turned out to be another's go over to that one, and copies
/// that a count has seen already are taken out at that count (see <see cref="StockMoves"/>).
/// </summary>
internal sealed class StockStanding
{
    private readonly Dictionary<Guid, (Guid Root, long Since)> roots = [];
    private readonly Dictionary<RowKey, List<long>> counts = [];

    /// <summary>The records that these turned out to be; read before anything is locked, so that their holdings are locked with the others.</summary>
    public static IEnumerable<RowKey> RootsOf(Session session, IReadOnlyCollection<RowKey> holdings)
    {
        if (holdings.Count == 0)
        {
            return [];
        }
        var roots = new Dictionary<Guid, Guid>();
        using (var reader = session.Query(
            "SELECT s.id, s.merged_into FROM @set k JOIN stock s ON s.id = k.id WHERE s.merged_into IS NOT NULL",
                RowSet.Of("id", holdings.Select(h => h.Guid).Distinct())))
        {
            while (reader.Read())
            {
                roots[DbValues.ReadGuid(reader, 0)] = DbValues.ReadGuid(reader, 1);
            }
        }
        return [.. holdings.Where(h => roots.ContainsKey(h.Guid)).Select(h => new RowKey(h.Integer, roots[h.Guid])).Distinct()];
    }

    /// <summary>Reads what is so once nothing can change it.</summary>
    /// <param name="holdings">Of the unit's movements, and of the records that theirs turned out to be.</param>
    public void Read(Session session, IReadOnlyCollection<RowKey> holdings)
    {
        if (holdings.Count == 0)
        {
            return;
        }
        var set = new RowSet(new SetColumn("branch", SetType.Integer), new SetColumn("stock_id", SetType.Guid));
        foreach (var holding in holdings.Distinct())
        {
            set.Add(holding.Integer, holding.Guid);
        }
        using var reader = session.Query(
            """
            SELECT k.branch, k.stock_id, s.merged_into, c.at, g.at FROM @set k
            LEFT JOIN stock s ON s.id = k.stock_id AND s.merged_into IS NOT NULL
            LEFT JOIN stock_merge g ON g.stock_id = s.id
            LEFT JOIN stock_count c ON c.branch = k.branch AND c.stock_id = k.stock_id
            WHERE s.merged_into IS NOT NULL OR c.at IS NOT NULL
            """, set);
        while (reader.Read())
        {
            var key = new RowKey(reader.GetInt64(0), DbValues.ReadGuid(reader, 1));
            if (DbValues.ReadGuidOrNull(reader, 2) is { } root)
            {
                roots[key.Guid] = (root, DbValues.ReadIntegerOrNull(reader, 4) ?? 0);
            }
            if (DbValues.ReadIntegerOrNull(reader, 3) is { } at)
            {
                (counts.TryGetValue(key, out var list) ? list : counts[key] = []).Add(at);
            }
        }
    }

    /// <summary>The movements that come with one that is posted.</summary>
    /// <param name="movement">As it is posted.</param>
    /// <param name="holding">Whose it is.</param>
    /// <param name="postedAt">Unix milliseconds.</param>
    public IEnumerable<(RowKey Holding, Row Movement)> With(Row movement, RowKey holding, long postedAt)
    {
        if (roots.Count == 0 && counts.Count == 0)
        {
            yield break;
        }
        var qty = movement.Integer(Columns.Movement.Qty);
        var moment = Math.Min(
            movement.Integer(Columns.Movement.TakenAt) - (movement.IntegerOrNull(Columns.Movement.ClockAhead) ?? 0), postedAt);
        if (CountAfter(holding, moment) is { } counted)
        {
            yield return (holding, Beside(movement, holding, MovementReasons.Count, -qty, counted, postedAt, "counted"));
        }
        else if (roots.TryGetValue(holding.Guid, out var merged))
        {
            // What went over with the merge was reckoned without it: it goes over after, at the merge's moment, of which no count of before knows.
            var (owner, since) = (new RowKey(holding.Integer, merged.Root), Math.Max(moment, merged.Since));
            yield return (holding, Beside(movement, holding, MovementReasons.Merge, -qty, since, postedAt, "from"));
            yield return (owner, Beside(movement, owner, MovementReasons.Merge, qty, since, postedAt, "to"));
            if (CountAfter(owner, since) is { } there)
            {
                yield return (owner, Beside(movement, owner, MovementReasons.Count, -qty, there, postedAt, "counted"));
            }
        }
    }

    /// <summary>The earliest count that a movement of a moment is in; null for none.</summary>
    private long? CountAfter(RowKey holding, long moment) => counts.TryGetValue(holding, out var moments)
        ? moments.Where(at => at >= moment).Select(at => (long?)at).Min() : null;

    private static Row Beside(Row movement, RowKey holding, string reason, long qty, long moment, long postedAt, string what) =>
        new(BookmineSetup.StockMovement)
    {
        ["id"] = IdOf(movement.Guid("id"), what), ["branch"] = holding.Integer, ["stock_id"] = holding.Guid,
            ["code"] = movement.TextOrNull("code"), ["qty"] = qty,
        ["value_cents"] = 0L, ["reason"] = reason, ["taken_at"] = moment, ["posted_at"] = postedAt,
    };

    /// <summary>The same wherever the movement is posted.</summary>
    private static Guid IdOf(Guid movement, string what)
    {
        Span<byte> bytes = stackalloc byte[16];
        SHA256.HashData([.. movement.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(what)]).AsSpan(0, 16).CopyTo(bytes);
        bytes[6] = (byte)(0x80 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}
