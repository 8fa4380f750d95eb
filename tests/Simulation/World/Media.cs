using Bookmine.Simulation.Disk;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Database;

namespace Bookmine.Simulation.World;

/// <summary>What happens to the media themselves: images put back, a WAL deleted, the server's records restored from a backup.</summary>
internal sealed class Media(ShopWorld world, Counter counter)
{
    private readonly Dictionary<SimTill, Dictionary<string, SimFile>> tillImages = [];
    private Dictionary<string, SimFile>? serverImage;

    public void Happen(SimTill till, Action<SimTill> settle)
    {
        switch (world.Random.Next(11))
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
                    // A bit may have turned over before the image was made.
                    till.MediumFailed |= world.AnyMediumFailed;
                    till.ReplicaDoubtful |= world.AnyMediumFailed;
                });
                break;
            case 3 when till.Disk.Find(till.Folder + "/journal.db-wal") is { Length: > 0 }:
                world.Tell($"{till.Name} loses its WAL");
                world.Log.Met("WalDeleted", "till");
                (till.MediumFailed, world.AnyMediumFailed) = (true, true);
                // Where what remembers the journal's end is damaged or behind, the loss is not noticed.
                till.WasPutBack |= till.PowerWasLost || till.JournalFailed;
                Lose(till, () =>
                {
                    till.Disk.Die(powerLost: false);
                    till.Stop();
                    till.Disk.Restart();
                    till.Disk.Unlink(till.Folder + "/journal.db-wal");
                });
                break;
            case 9 or 10:
                if (OverlayModel.Spoil(world, till))
                {
                    world.Start(till, disconnected: true);
                    counter.Sell(till);
                    // What was sealed is taken into it by the next look.
                    counter.Find(till);
                    OverlayModel.Compare(world, till, isDue: true);
                }
                break;
            case 6:
                LoseDisk(till);
                break;
            case 7:
                Flip(till);
                break;
            case 8 when world.Tills.Count < 4 && !world.WasRestored:
                world.Tell($"{till.Name} is copied to another machine");
                world.Log.Met("Cloned", "till");
                world.Clone(till);
                break;
            case 4 when world.Server.IsUp:
                BackUp();
                break;
            case 5:
                RestoreIfMay(settle);
                break;
        }
    }

    /// <summary>A backup is made where there is none; else it is put back now and then.</summary>
    public void BackUpOrRestore(Action<SimTill> settle)
    {
        if (serverImage is null)
        {
            BackUp();
        }
        else
        {
            RestoreIfMay(settle);
        }
    }

    private void BackUp()
    {
        world.Server.Stop();
        serverImage = world.Server.Disk.Image();
        world.Server.Start();
        world.Tell("a backup is made");
    }

    private void RestoreIfMay(Action<SimTill> settle)
    {
        if (serverImage is not null && world.Tills.TrueForAll(t => !t.WasPutBack))
        {
            Restore(settle);
        }
    }

    /// <summary>The till's disk is lost; what was unposted is in the mirror, if it has one.</summary>
    private void LoseDisk(SimTill till)
    {
        world.Tell($"{till.Name} loses its disk{(till.HasMirror ? "; it has a mirror" : "")}");
        world.Log.Met("DiskLost", till.HasMirror ? "with a mirror" : "till");
        void Loss()
        {
            till.Stop();
            till.Disk.Wipe(till.Folder);
            world.PutRight(till);
        }
        if (till.HasMirror)
        {
            Loss();
        }
        else
        {
            Lose(till, Loss);
        }
    }

    /// <summary>A bit turns over in one of the till's files.</summary>
    public void Flip(SimTill till)
    {
        till.Stop();
        var files = till.Disk.List(till.Folder, "").Where(f => !f.EndsWith("till.json", StringComparison.Ordinal) && !f.EndsWith("settings.json", StringComparison.Ordinal) && till.Disk.Length(f) > 0).ToList();
        var file = files[world.Random.Next(files.Count)];
        world.Tell($"{till.Name}: a bit turns over in {file}");
        world.Log.Met("BitFlipped", FaultLog.Kind(file));
        (till.MediumFailed, world.AnyMediumFailed) = (true, true);
        till.ReplicaDoubtful = true;
        void Turn() => till.Disk.Find(file)!.Flip(world.Random.NextInt64(till.Disk.Length(file) * 8));
        if (Path.GetFileName(file).StartsWith("journal", StringComparison.Ordinal))
        {
            till.WasPutBack |= till.PowerWasLost || till.JournalFailed;
            Lose(till, Turn);
        }
        else
        {
            Turn();
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
        till.JournalFailed = true;
        // A machine made from a copy has the same entries, and may post them damaged before the other does.
        foreach (var attempt in world.Model.Attempts.Where(a => a.Till.Identity.Till == till.Identity.Till && a.Known == Known.Sealed && !IsPosted(a)))
        {
            attempt.DoubtFor(Excuse.MediumLost);
        }
        foreach (var record in world.Model.Records.Where(r => r.Till.Identity.Till == till.Identity.Till && r.Known == Known.Sealed))
        {
            record.DoubtFor(Excuse.MediumLost);
        }
        if (world.WasRestored)
        {
            ForgetNumbersNobodyHolds(till);
        }
        loss();
    }

    /// <summary>Answers that the restored server has forgotten and the till loses now: what they were given for is posted with another number and date.</summary>
    private void ForgetNumbersNobodyHolds(SimTill till)
    {
        foreach (var attempt in world.Model.Attempts.Where(a => a.Till == till && a.TransId is not null && !IsPosted(a)))
        {
            Excuse.BothLost.Use();
            (attempt.TransId, attempt.PostedAt) = (null, null);
            world.Model.FinishedDays.Clear();
        }
    }

    private bool IsPosted(Attempt attempt) =>
        world.Server.IsUp && world.Server.Number("SELECT count(*) FROM document WHERE reference = @reference", attempt.Reference) > 0;

    private void Restore(Action<SimTill> settle)
    {
        if (!world.Server.IsUp)
        {
            world.Server.Start();
        }
        // A second time behind the server's back could give numbers that nobody is left to tell of.
        var byCommand = world.WasRestored || world.Random.Next(2) == 0;
        world.Tell($"the server is restored {(byCommand ? "by command" : "behind its back")}");
        world.Log.Met("Restored", byCommand ? "by command" : "behind the back");
        var given = world.Server.IsUp ? world.Server.Read(SyncServer.Posting.Given.Read) : null;
        var words = byCommand ? world.Server.Read(AuthorityWords.All) : [];
        var file = world.Server.Disk.Find(SimServer.WordsPath)?.Copy();
        ForgetReportsNobodyCanMakeAgain();
        world.Server.Stop();
        world.Server.Disk.Restore(serverImage!);
        if (file is not null && (byCommand || world.Random.Next(2) == 0))
        {
            world.Server.Disk.Put(SimServer.WordsPath, file);
        }
        world.Tills.ForEach(t => t.Line.Forget());
        world.WasRestored = true;
        world.Server.Start();
        // Of a journal that is no longer at its till only the server had the entries; what the backup lacks of them is lost with it.
        foreach (var attempt in world.Model.Attempts.Where(a => a is { IsOfFork: true, Known: Known.Sealed } && !IsPosted(a)))
        {
            attempt.DoubtFor(Excuse.BothLost);
        }
        foreach (var record in world.Model.Records.Where(r => r is { IsOfFork: true, Known: Known.Sealed }))
        {
            record.DoubtFor(Excuse.BothLost);
        }
        // What the backup lacks and a damaged journal can no longer bring is lost between the two, and so are the numbers.
        world.Tills.FindAll(t => t.JournalFailed).ForEach(ForgetNumbersNobodyHolds);
        foreach (var attempt in world.Model.Attempts.Where(a => a is { Known: Known.Sealed, Till.JournalFailed: true } && !IsPosted(a)))
        {
            attempt.DoubtFor(Excuse.BothLost);
        }
        foreach (var record in world.Model.Records.Where(r => r is { Known: Known.Sealed, Till.JournalFailed: true }))
        {
            record.DoubtFor(Excuse.BothLost);
        }
        if (byCommand)
        {
            ShopBackup.BeginAfterRestore(world.Server.Database, new EntityIds(world.Server.Clock, world.Random), given);
            world.Server.Database.Writing(session => AuthorityWords.Hear(session, words));
            return;
        }
        world.WasRestoredBehindItsBack = true;
        // The first to call is one that has had an answer since: another might be given a number anew that somebody holds already.
        foreach (var till in world.Tills.OrderByDescending(Unknown))
        {
            (till.Line.IsCut, till.Line.IsDeaf, till.Line.IsOlder) = (false, false, false);
            world.Start(till, disconnected: false);
            counter.Resync(till);
            settle(till);
        }
    }

    /// <summary>What was posted and its till never told of, or is no longer in a till's journal, comes with another date or not at all.</summary>
    private void ForgetReportsNobodyCanMakeAgain()
    {
        foreach (var document in world.Server.Read(s => Sync.Data.TableSql.Where(s, Schema.BookmineSetup.Document, "1 = 1")))
        {
            if (world.Model.Attempts.Find(a => a.Reference == document.TextOrNull("reference")) is { } attempt && (attempt.TransId is null || attempt.IsOfFork))
            {
                world.Model.FinishedDays.Remove((document.Integer("branch"), Schema.BranchDay.Format(document.Integer("posted_day"))));
            }
        }
    }

    private long Unknown(SimTill till)
    {
        using var session = new Sync.Data.Session(till.Disk.OpenDatabase(till.Folder + "/journal.db"));
        var acknowledged = session.Integer("SELECT value FROM meta WHERE name = 'acknowledged'") ?? 0;
        return acknowledged - world.Server.Number("SELECT acknowledged FROM sync_client WHERE client = @till", till.Identity.Till);
    }
}
