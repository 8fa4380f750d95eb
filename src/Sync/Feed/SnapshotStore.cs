using System.Globalization;
using System.IO.Compression;
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
    // Level 5 is the first that comes within a tenth of zstd -3; the next take twice as long for a twentieth less.
    private const int Quality = 5;
    private const int BufferBytes = 256 * 1024;
    private readonly Lock gate = new();
    private readonly Lock packing = new();

    private const string PackedEnd = ".br";

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

    /// <summary>
    /// The same offer with the file packed as well; packed now where that was not done yet. Takes seconds for a large shop, and is done once.
    /// </summary>
    public SnapshotOffer Packed(SnapshotOffer offer)
    {
        lock (packing)
        {
            if (offer.Packed is { } done && PathOf(done.Name) is not null)
            {
                return offer;
            }
            lock (gate)
            {
                if (current is { } known && known.Offer.Name == offer.Name && known.Offer.Packed is { } since && PathOf(since.Name) is not null)
                {
                    return known.Offer;
                }
            }
            if (PathOf(offer.Name) is not { } path)
            {
                return offer;
            }
            var packed = offer with { Packed = Pack(path) };
            lock (gate)
            {
                if (current?.Offer.Name == offer.Name)
                {
                    current = current with { Offer = packed };
                    WriteNote(current);
                }
            }
            return packed;
        }
    }

    /// <summary>The path of a snapshot by its name, or by that of its packed form; null when there is none of that name.</summary>
    public string? PathOf(string name) => name.Length != 64 || !name.All(char.IsAsciiHexDigitLower) ? null
        : Path.Combine(folder, name + ".db") is var path && files.Exists(path) ? path
        : Path.Combine(folder, name + PackedEnd) is var packed && files.Exists(packed) ? packed : null;

    private PackedSnapshot Pack(string path)
    {
        var part = Path.Combine(folder, "packing.part");
        files.Delete(part);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        using (var file = files.OpenRead(path))
        using (var to = new AppendingStream(bytes =>
        {
            hash.AppendData(bytes);
            files.WriteAt(part, length, bytes);
            length += bytes.Length;
        }))
        using (var buffered = new BufferedStream(to, BufferBytes))
        using (var brotli = new BrotliStream(buffered, new BrotliCompressionOptions { Quality = Quality }))
        {
            file.CopyTo(brotli, BufferBytes);
        }
        files.Sync(part);
        var name = Convert.ToHexStringLower(hash.GetHashAndReset());
        files.Move(part, Path.Combine(folder, name + PackedEnd));
        return new PackedSnapshot(name, length);
    }

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
        string?[] kept = [building, PathOf(current?.Offer.Name ?? ""), PathOf(current?.Offer.Packed?.Name ?? "")];
        foreach (var old in files.List(folder, "").Where(f => Path.GetExtension(f) is ".db" or PackedEnd && !kept.Contains(f)))
        {
            files.Delete(old);
        }
        var path = Path.Combine(folder, name + ".db");
        files.Sync(building);
        files.Move(building, path);
        var made = new Made(new SnapshotOffer(name, files.Length(path)), checkpoint.Epoch, checkpoint.Head, checkpoint.Digests.Sum(d => d.Count));
        WriteNote(made);
        return made;
    }

    private void WriteNote(Made made) => files.Replace(Note, Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{setup.SchemaVersion} {made.Offer.Name} {made.Epoch} {made.Head} {made.Rows}{(made.Offer.Packed is { } packed ? $" {packed.Name}" : "")}")));

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
        if (files.Read(Note) is not { } note || Encoding.UTF8.GetString(note).Split(' ') is not [var schema, var name, var epoch, var head, var rows, ..] parts
            || schema != setup.SchemaVersion.ToString(CultureInfo.InvariantCulture) || PathOf(name) is not { } path)
        {
            return null;
        }
        var packed = parts is [_, _, _, _, _, var known] && PathOf(known) is { } there ? new PackedSnapshot(known, files.Length(there)) : null;
        return new Made(
            new SnapshotOffer(name, files.Length(path), packed), epoch, long.Parse(head, CultureInfo.InvariantCulture), long.Parse(rows, CultureInfo.InvariantCulture));
    }
}
