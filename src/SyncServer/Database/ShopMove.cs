using System.Data.Common;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Database;

/// <summary>One table's way from one database to the other.</summary>
/// <param name="Rows">Carried so far.</param>
public sealed record MoveProgress(string Table, long Rows, bool IsChecking);

/// <summary>What was carried.</summary>
public sealed record MoveOutcome(long Tables, long Rows);

/// <summary>
/// Carries a shop from one database to another, whole: records, feed, inbox, numbers, secrets, epoch. Nobody writes to the old one meanwhile; it
/// is marked as left only when every row of the new one was read back and compared, and the new one serves only after that. Broken off at any
/// place, it is simply run again: what was carried is not carried twice, and a table that has changed since is carried afresh.
/// </summary>
public sealed class ShopMove(IShopDatabase from, IShopDatabase to, Action<MoveProgress> progress)
{
    private const int Slice = 2_000;

    // The tables whose numbers an engine may give by itself.
    private static readonly string[] Numbered = ["dropped", "lookup", "audit", "sync_dirty", "sync_desk"];

    /// <exception cref="ShopException">The new database holds another shop, or the old one holds none; nothing was changed.</exception>
    public MoveOutcome Run()
    {
        var outcome = from.Frozen(source =>
        {
            var shop = ShopOf(source) ?? throw new ShopException($"{from.Name} holds no shop. Nothing was changed.");
            RequireNotElsewhere(source);
            Claim(shop);
            var rows = ShopTables.All.Sum(table => Carry(source, table));
            WriteThere(target =>
            {
                ServerProvisioner.Adopt(to, BookmineSetup.Instance, target);
                return true;
            });
            // Marked before the new one may serve: at no moment do both.
            source.InsertIfAbsent("sync_move", "id, what", 1L, Left);
            return new MoveOutcome(ShopTables.All.Count, rows);
        });
        WriteThere(target => target.Execute("DELETE FROM sync_move"));
        return outcome;
    }

    private T WriteThere<T>(Func<Session, T> work) => There(() => to.Writing(work));

    private T ReadThere<T>(Func<Session, T> work) => There(() => to.Reading(work));

    /// <summary>Says which of the two databases it was that failed.</summary>
    private T There<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is DbException or DatabaseAwayException)
        {
            throw new ShopDatabaseException($"{to.Name}: {e.Message} The shop is still in {from.Name}, which is as it was; mend this one, and run the same command again.", e);
        }
    }

    private string Left => $"The shop's records were carried to {to.Name}. Start the server with --db of that one; this one is kept as it was.";

    /// <summary>A move that was broken off between its last two steps has marked the old one already.</summary>
    private void RequireNotElsewhere(Session source)
    {
        if (source.Scalar("SELECT what FROM sync_move") is string mark && mark != Left)
        {
            throw new ShopException($"{from.Name}: {mark} Nothing was changed.");
        }
    }

    /// <summary>What tells a shop from any other: the key of its proofs is made once.</summary>
    private static string? ShopOf(Session session) =>
        session.Scalar("SELECT proof_key FROM sync_state WHERE id = 1") is byte[] key ? Convert.ToHexStringLower(key) : null;

    /// <summary>Marks the new database as one that a shop is being carried to, so that no server starts on a half of it.</summary>
    private void Claim(string shop) => WriteThere(target =>
    {
        target.Script(to.EngineTables);
        var mark = $"The records of a shop are being carried here from {from.Name} and are not all here yet. Run bookmine-server db move again.";
        if (ShopOf(target) is { } there && (there != shop || target.Scalar("SELECT 1 FROM sync_move") is null))
        {
            throw new ShopException($"{to.Name} holds {(there == shop ? "this shop's records already, and tills may have posted to it since" : "another shop's records")}. Give an empty database; nothing was changed.");
        }
        target.InsertIfAbsent("sync_move", "id, what", 1L, mark);
        return true;
    });

    private long Carry(Session source, ShopTable table)
    {
        // What a move that was broken off has left is gone on from, unless it has changed since; so is what a fresh database has from the beginning.
        if (!IsSame(source, table, asFarAsItGoes: true))
        {
            WriteThere(target => target.Execute($"DELETE FROM {table.Name}"));
        }
        var rows = Load(source, table);
        return IsSame(source, table, asFarAsItGoes: false) ? rows : throw new ShopException(
            $"{table.Name} is not the same in {to.Name} after it was carried there. The shop is still in {from.Name}, which is as it was; check the disks of both.");
    }

    private long Load(Session source, ShopTable table)
    {
        var insert = $"INSERT INTO {table.Name} ({string.Join(", ", table.Columns)}) VALUES ({string.Join(", ", table.Columns.Select(c => "@" + c))})";
        var last = ReadThere(target => Last(target, table));
        for (var rows = 0L; ;)
        {
            var slice = Read(source, table, last);
            if (slice.Count > 0)
            {
                WriteThere(target =>
                {
                    var (before, after) = Numbered.Contains(table.Name) ? to.LoadingNumbers(table.Name) : default;
                    Run(target, before);
                    target.ExecuteEach(insert, slice);
                    return Run(target, after);
                });
                last = slice[^1];
            }
            rows += slice.Count;
            progress(new MoveProgress(table.Name, rows, IsChecking: false));
            if (slice.Count < Slice)
            {
                return rows;
            }
        }
    }

    private static bool Run(Session target, string? statement)
    {
        if (statement is not null)
        {
            target.Script(statement);
        }
        return true;
    }

    /// <summary>The last row that is there already, from a move that was broken off.</summary>
    private static object?[]? Last(Session target, ShopTable table)
    {
        using var reader = target.Query(
            $"SELECT {string.Join(", ", table.Columns)} FROM {table.Name} ORDER BY {string.Join(", ", table.Key.Select(k => k + " DESC"))} {target.Dialect.Limit("1")}");
        return reader.Read() ? RowOf(reader, table) : null;
    }

    private static List<object?[]> Read(Session session, ShopTable table, object?[]? after)
    {
        var columns = string.Join(", ", table.Columns);
        var order = $"ORDER BY {string.Join(", ", table.Key)} {session.Dialect.Limit("@most")}";
        using var reader = after is null
            ? session.Query($"SELECT {columns} FROM {table.Name} {order}", Slice)
            : session.Query(
                $"SELECT {columns} FROM {table.Name} WHERE {session.Dialect.Compare(table.Key, ">", [.. table.Key.Select(k => "@" + k)])} {order}",
                [.. table.Key.Select(k => after[table.Columns.ToList().IndexOf(k)]), Slice]);
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            rows.Add(RowOf(reader, table));
        }
        return rows;
    }

    private static object?[] RowOf(DbDataReader reader, ShopTable table) =>
    [
        .. table.Columns.Select((column, i) => reader.IsDBNull(i) ? null : table.Guids.Contains(column) ? DbValues.ReadGuid(reader, i) : reader.GetValue(i)),
    ];

    /// <summary>Reads both tables in the order of their keys, and compares every value.</summary>
    /// <param name="asFarAsItGoes">The new one may end before the old one.</param>
    private bool IsSame(Session source, ShopTable table, bool asFarAsItGoes)
    {
        object?[]? last = null;
        for (var rows = 0L; ;)
        {
            var there = ReadThere(target => Read(target, table, last));
            if (there.Count == 0 && asFarAsItGoes)
            {
                return true;
            }
            var here = Read(source, table, last);
            if (here.Count < there.Count || (here.Count > there.Count && !asFarAsItGoes) || there.Zip(here).Any(pair => !IsSame(pair.First, pair.Second, table)))
            {
                return false;
            }
            rows += there.Count;
            progress(new MoveProgress(table.Name, rows, IsChecking: true));
            if (there.Count < Slice)
            {
                return true;
            }
            last = there[^1];
        }
    }

    private static bool IsSame(object?[] one, object?[] other, ShopTable table)
    {
        for (var i = 0; i < one.Length; i++)
        {
            // What the triggers are is each engine's own.
            var differs = one[i] is byte[] bytes ? other[i] is not byte[] others || !bytes.AsSpan().SequenceEqual(others) : !Equals(one[i], other[i]);
            if (differs && table.Columns[i] != "triggers")
            {
                return false;
            }
        }
        return true;
    }
}
