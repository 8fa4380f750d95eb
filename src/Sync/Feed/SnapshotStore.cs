using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bookmine.Sync.Files;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Feed;

/// <summary>
/// Ready replica files of the shared bucket, one for all clients, named by their SHA-256. A snapshot need not be new: what came after it
/// follows as an ordinary pull, so one is made only when none is there or that pull would exceed a third of it.
/// </summary>
public sealed class SnapshotStore(SyncSetup setup, IFileStore files, string folder, TimeProvider clock)
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
            if (current is null || current.Epoch != state.Epoch || current.Head < state.Floor || state.Head - current.Head > 1_000 + current.Rows / 3 || PathOf(current.Offer.Name) is null)
            {
                current = Make(rows());
            }
            return current.Offer;
        }
    }

    /// <summary>The path of a snapshot by its name; null when there is none of that name.</summary>
    public string? PathOf(string name) =>
        name.Length == 64 && name.All(char.IsAsciiHexDigitLower) && Path.Combine(folder, name + ".db") is var path && files.Exists(path) ? path : null;

    private Made Make(IEnumerable<PullChunk> chunks)
    {
        var building = Path.Combine(folder, "building.db");
        foreach (var leftover in files.List(folder, "building.db"))
        {
            files.Delete(leftover);
        }
        Checkpoint checkpoint;
        using (var replica = ReplicaFile.Create(setup, files, building, indexed: false))
        {
            checkpoint = Fill(replica, chunks);
            replica.BuildIndexes();
            replica.Finish();
        }
        string name;
        using (var stream = files.OpenRead(building))
        {
            name = Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        foreach (var old in files.List(folder, "").Where(f => f.EndsWith(".db", StringComparison.Ordinal) && f != building && f != PathOf(current?.Offer.Name ?? "")))
        {
            files.Delete(old);
        }
        var path = Path.Combine(folder, name + ".db");
        files.Sync(building);
        files.Move(building, path);
        var made = new Made(new SnapshotOffer(name, files.Length(path)), checkpoint.Epoch, checkpoint.Head, checkpoint.Digests.Sum(d => d.Count));
        files.Replace(Note, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{setup.SchemaVersion} {name} {made.Epoch} {made.Head} {made.Rows}")));
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
        if (files.Read(Note) is not { } note || Encoding.UTF8.GetString(note).Split(' ') is not [var schema, var name, var epoch, var head, var rows]
            || schema != setup.SchemaVersion.ToString(CultureInfo.InvariantCulture) || PathOf(name) is not { } path)
        {
            return null;
        }
        return new Made(
            new SnapshotOffer(name, files.Length(path)), epoch, long.Parse(head, CultureInfo.InvariantCulture), long.Parse(rows, CultureInfo.InvariantCulture));
    }
}
