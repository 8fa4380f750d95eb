using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Simulation.Disk;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Simulation.World;

/// <summary>What an overlay must hold, worked out from the journal entry by entry; and what may befall its file, of which a till must not show a thing.</summary>
internal static class OverlayModel
{
    private const string File = "/overlay.db";

    /// <summary>Puts something wrong in the place of the till's overlay.</summary>
    /// <returns>Whether it is another till's, which the next look must not take for this one's.</returns>
    public static bool Spoil(ShopWorld world, SimTill till)
    {
        till.Stop();
        var (disk, path) = (till.Disk, till.Folder + File);
        if (disk.Find(path) is not { Length: > 0 } file)
        {
            return false;
        }
        var other = world.Tills.Find(t => t != till && t.Disk.Find(t.Folder + File) is { Length: > 0 });
        var what = world.Random.Next(4) switch
        {
            0 => "deleted",
            1 => "torn",
            2 when till.OlderOverlay is not null => "stale",
            3 when other is not null => "another till's",
            _ => "kept",
        };
        world.Tell($"{till.Name}: its overlay is {what}");
        world.Log.Met("OverlaySpoiled", what);
        switch (what)
        {
            case "deleted":
                disk.Unlink(path);
                break;
            case "torn":
                var page = world.Random.NextInt64(file.Length / 4096) * 4096;
                file.Write(page, new byte[world.Random.Next(1, 4096)]);
                file.Sync();
                till.OverlayTorn = true;
                break;
            case "stale":
                till.OverlayUnseen = true;
                disk.Put(path, till.OlderOverlay!.Copy());
                break;
            case "another till's":
                till.OverlayUnseen = true;
                // Closed, it has all in one file.
                other!.Stop();
                disk.Put(path, other!.Disk.Find(other.Folder + File)!.Copy());
                till.OverlayTorn |= HasWal(other);
                break;
            default:
                till.OlderOverlay = file.Copy();
                till.OverlayTorn |= HasWal(till);
                return false;
        }
        foreach (var companion in (string[])["-wal", "-shm"])
        {
            if (disk.Find(path + companion) is not null)
            {
                disk.Unlink(path + companion);
            }
        }
        return what == "another till's";
    }

    /// <summary>A file without the log that belongs to it is as good as torn.</summary>
    private static bool HasWal(SimTill till) => till.Disk.Find(till.Folder + File + "-wal") is { Length: > 0 };

    /// <summary>The next looks that are left away: each opens three databases, and what is wrong stays wrong until the next.</summary>
    private const int LookEvery = 3;

    /// <summary>Compares the till's overlay, where it is up to its journal and replica, with what it must be.</summary>
    /// <param name="isDue">Whether it is compared now, whatever looks were left away.</param>
    public static void Compare(ShopWorld world, SimTill till, bool isDue = false)
    {
        if ((++till.OverlayLooks % LookEvery != 0 && !isDue) || till.Disk.IsDead || till.Disk.HasFaulted || till.MediumFailed || world.Tills.Exists(t => t.OverlayTorn) || till.Disk.Find(till.Folder + File) is not { Length: > 0 }
            || new ReplicaFolder(till.Disk, till.Folder).Current is not { } path)
        {
            return;
        }
        using var overlay = new Session(till.Disk.OpenDatabase(till.Folder + File));
        using var journal = new Session(till.Disk.OpenDatabase(till.Folder + "/journal.db"));
        using var replica = new Session(till.Disk.OpenDatabase(path));
        var included = TableSql.Find(replica, BookmineSetup.TillHead, new RowKey(till.Identity.Till, Guid.Empty))?.Integer("n") ?? 0;
        var quarantined = TableSql.Where(replica, BookmineSetup.Quarantine, "till = @till AND state = 'quarantined' ORDER BY n", till.Identity.Till).Select(r => r.Integer("n")).ToList();
        var last = journal.Integer("SELECT max(n) FROM entry") ?? 0;
        // What was put in its place is no fault of the program's before it has looked.
        var chain = till.OverlayUnseen ? journal.Scalar("SELECT chain FROM entry WHERE n = @last", last) as byte[] ?? [] : null;
        if (overlay.Scalar("SELECT 1 FROM sqlite_master WHERE name = 'overlay_marks'") is null
            || overlay.Integer(
                "SELECT count(*) FROM overlay_marks WHERE included = @included AND through = @last AND quarantined = @quarantined AND (chain = @chain OR @chain IS NULL)",
                included, last, string.Join(' ', quarantined), chain) != 1)
        {
            world.Log.Met("OverlayCompared", "not up to date, or in memory");
            return;
        }
        if (journal.Integer("SELECT min(n) FROM entry") > Math.Min(included + 1, quarantined.DefaultIfEmpty(long.MaxValue).Min()))
        {
            world.Log.Met("OverlayCompared", "not, for its entries are archived");
            return;
        }
        var expected = Rows(journal, included, quarantined.ToHashSet());
        var actual = BookmineSetup.Instance.Tables.SelectMany(t => TableSql.Where(overlay, t, "1 = 1")).Select(Text).Order(StringComparer.Ordinal).ToList();
        world.Model.Require(
            expected.SequenceEqual(actual),
            $"{till.Name}: {expected.Except(actual).Count()} rows are missing in the overlay and {actual.Except(expected).Count()} are too many, such as {expected.Except(actual).FirstOrDefault()} and {actual.Except(expected).FirstOrDefault()}");
        if (expected.Count > 0 && !HasWal(till) && world.Model.Attempts.Count % 3 == 0)
        {
            till.OlderOverlay = till.Disk.Find(till.Folder + File)!.Copy();
        }
        world.Log.Met("OverlayCompared", expected.Count == 0 ? "empty" : "with rows");
    }

    private static List<string> Rows(Session journal, long included, HashSet<long> quarantined)
    {
        var made = new Dictionary<(SyncTable, RowKey), Row>();
        using var reader = journal.Query("SELECT n, id, format, payload FROM entry ORDER BY n");
        while (reader.Read())
        {
            var n = DbValues.ReadInteger(reader, 0);
            if (n <= included && !quarantined.Contains(n))
            {
                continue;
            }
            var content = EntryVocabulary.Packing.Unpack(DbValues.ReadBytes(reader, 3));
            foreach (var change in ChangeGroupJson.Read(BookmineSetup.Instance, DbValues.ReadGuid(reader, 1), (int)DbValues.ReadInteger(reader, 2), content).Changes)
            {
                if (change.Op == ChangeOp.Insert)
                {
                    made.TryAdd((change.Table, change.Key), change.Values.Copy());
                }
                else if (made.TryGetValue((change.Table, change.Key), out var own))
                {
                    own.Merge(change.Values);
                }
            }
        }
        return [.. made.Values.Select(Text).Order(StringComparer.Ordinal)];
    }

    private static string Text(Row row) => $"{row.Table.Name} {string.Join('|', row.Table.Columns.Select((c, i) => row[i] is null ? "" : Convert.ToString(row[i], CultureInfo.InvariantCulture)))}";
}
