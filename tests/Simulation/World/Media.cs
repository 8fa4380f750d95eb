using Bookmine.Simulation.Disk;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Database;

namespace Bookmine.Simulation.World;

/// <summary>What happens to the media themselves: images put back, a WAL deleted, the server's records restored from a backup.</summary>
internal sealed class Media(ShopWorld world, Counter counter)
{
    private readonly Dictionary<SimTill, Dictionary<string, SimFile>> tillImages = [];
    private Dictionary<string, SimFile>? serverImage;

    public void Happen(SimTill till, Action<SimTill> settle)
    {
        switch (world.Random.Next(6))
        {
            case 0 or 1:
                tillImages[till] = Closed(till).Image();
                break;
            case 2 when tillImages.TryGetValue(till, out var image):
                world.Tell($"{till.Name} is put back from an image");
                world.Log.Met("ImagePutBack", "till");
                Lose(till, () =>
                {
                    till.Disk.Restore(image);
                    till.WasPutBack = true;
                });
                break;
            case 3 when till.Disk.Find(till.Folder + "/journal.db-wal") is { Length: > 0 }:
                world.Tell($"{till.Name} loses its WAL");
                world.Log.Met("WalDeleted", "till");
                Lose(till, () =>
                {
                    till.Disk.Die(powerLost: false);
                    till.Stop();
                    till.Disk.Restart();
                    till.Disk.Unlink(till.Folder + "/journal.db-wal");
                });
                break;
            case 4 when world.Server.IsUp:
                world.Server.Stop();
                serverImage = world.Server.Disk.Image();
                world.Server.Start();
                world.Tell("a backup is made");
                break;
            case 5 when serverImage is not null && world.Tills.TrueForAll(t => !t.WasPutBack):
                Restore(settle);
                break;
        }
    }

    private static SimDisk Closed(SimTill till)
    {
        till.Stop();
        return till.Disk;
    }

    /// <summary>What the server does not hold of a till's may be lost with its medium, and no model can tell.</summary>
    private void Lose(SimTill till, Action loss)
    {
        till.Stop();
        foreach (var attempt in world.Model.Attempts.Where(a => a.Till == till && a.Known == Known.Sealed && !IsPosted(a)))
        {
            attempt.Known = Known.Perhaps;
        }
        foreach (var record in world.Model.Records.Where(r => r.Till == till && r.Known == Known.Sealed))
        {
            record.Known = Known.Perhaps;
        }
        loss();
    }

    private bool IsPosted(Attempt attempt) =>
        world.Server.IsUp && world.Server.Number("SELECT count(*) FROM document WHERE reference = @reference", attempt.Reference) > 0;

    private void Restore(Action<SimTill> settle)
    {
        var byCommand = world.Random.Next(2) == 0;
        world.Tell($"the server is restored {(byCommand ? "by command" : "behind its back")}");
        world.Log.Met("Restored", byCommand ? "by command" : "behind the back");
        world.Server.Stop();
        world.Server.Disk.Restore(serverImage!);
        world.WasRestored = true;
        world.Server.Start();
        if (byCommand)
        {
            ShopBackup.BeginAfterRestore(world.Server.Database, new EntityIds(world.Server.Clock, world.Random));
            return;
        }
        // The first to call is one that has had an answer since: another might be given a number anew that somebody holds already.
        foreach (var till in world.Tills.OrderByDescending(Unknown))
        {
            (till.Line.IsCut, till.Line.IsDeaf) = (false, false);
            till.Start(disconnected: false);
            counter.Resync(till);
            settle(till);
        }
    }

    private long Unknown(SimTill till)
    {
        using var session = new Sync.Data.Session(till.Disk.OpenDatabase(till.Folder + "/journal.db"));
        var acknowledged = session.Integer("SELECT value FROM meta WHERE name = 'acknowledged'") ?? 0;
        return acknowledged - world.Server.Number("SELECT acknowledged FROM sync_client WHERE client = @till", till.Identity.Till);
    }
}
