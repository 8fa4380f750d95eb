using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Feed;

/// <summary>
/// Ready replica files of the shared bucket, one for all clients, named by their SHA-256. A snapshot need not be new: what came after it
/// follows as an ordinary pull, so one is made only when none is there or that pull would exceed a third of it.
/// </summary>
public sealed class SnapshotStore(SyncSetup setup, Func<string, DbConnection> open, string folder, TimeProvider clock)
{
    private readonly Lock gate = new();

    private string Note => Path.Combine(folder, "current");

    private Made? current;

    private sealed record Made(SnapshotOffer Offer, string Epoch, long Head, long Rows);

    /// <summary>The snapshot to fetch; made now when there is none that will do.</summary>
    /// <param name="rows">The shared bucket from its beginning, read in one state of the database.</param>
    public SnapshotOffer Current(FeedState state, Func<IEnumerable<PullChunk>> rows)
    {
        lock (gate)
        {
            current ??= ReadNote();
            if (current is null || current.Epoch != state.Epoch || state.Head - current.Head > 1_000 + current.Rows / 3 || PathOf(current.Offer.Name) is null)
            {
                current = Make(rows());
            }
            return current.Offer;
        }
    }

    /// <summary>The path of a snapshot by its name; null when there is none of that name.</summary>
    public string? PathOf(string name) =>
        name.Length == 64 && name.All(char.IsAsciiHexDigitLower) && Path.Combine(folder, name + ".db") is var path && File.Exists(path) ? path : null;

    private Made Make(IEnumerable<PullChunk> chunks)
    {
        Directory.CreateDirectory(folder);
        var building = Path.Combine(folder, "building.db");
        File.Delete(building);
        Checkpoint checkpoint;
        using (var replica = ReplicaFile.Create(setup, open, building, indexed: false))
        {
            checkpoint = Fill(replica, chunks);
            replica.BuildIndexes();
            replica.Finish();
        }
        string name;
        using (var stream = File.OpenRead(building))
        {
            name = Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        foreach (var old in Directory.EnumerateFiles(folder, "*.db").Where(f => f != building && f != PathOf(current?.Offer.Name ?? "")))
        {
            File.Delete(old);
        }
        var path = Path.Combine(folder, name + ".db");
        File.Move(building, path, overwrite: true);
        var made = new Made(new SnapshotOffer(name, new FileInfo(path).Length), checkpoint.Epoch, checkpoint.Head, checkpoint.Digests.Sum(d => d.Count));
        File.WriteAllText(Note, string.Create(CultureInfo.InvariantCulture, $"{setup.SchemaVersion} {name} {made.Epoch} {made.Head} {made.Rows}"));
        return made;
    }

    private Checkpoint Fill(ReplicaFile replica, IEnumerable<PullChunk> chunks)
    {
        using var applying = replica.BeginApply();
        Checkpoint? checkpoint = null;
        foreach (var chunk in chunks)
        {
            applying.Take(chunk);
            checkpoint = chunk.Head.Checkpoint;
        }
        applying.Finish(checkpoint!, clock.GetUtcNow().ToUnixTimeMilliseconds());
        return checkpoint!;
    }

    /// <summary>What the program before this one had made, so that a restart builds nothing again.</summary>
    private Made? ReadNote()
    {
        if (!File.Exists(Note) || File.ReadAllText(Note).Split(' ') is not [var schema, var name, var epoch, var head, var rows]
            || schema != setup.SchemaVersion.ToString(CultureInfo.InvariantCulture) || PathOf(name) is not { } path)
        {
            return null;
        }
        return new Made(
            new SnapshotOffer(name, new FileInfo(path).Length), epoch, long.Parse(head, CultureInfo.InvariantCulture), long.Parse(rows, CultureInfo.InvariantCulture));
    }
}
