using Bookmine.Sync.Journal;

namespace Bookmine.Sync.Wire;

/// <summary>The version of these messages.</summary>
public static class Protocol
{
    public const int Version = 1;

    /// <summary>The most entries in one push, and so in one transaction of the server.</summary>
    public const int MostEntriesPerPush = 100;

    /// <summary>The most payload bytes in one push, before compression.</summary>
    public const int MostBytesPerPush = 4 * 1024 * 1024;

    /// <summary>The most a request's body may come to once expanded.</summary>
    public const int MostExpandedBytes = 16 * 1024 * 1024;

    /// <summary>The most rows in one answer to a pull.</summary>
    public const int MostRowsPerPull = 5_000;
}

/// <summary>A range of printed numbers leased to one client, both ends included.</summary>
public sealed record NumberBlock(long First, long Last);

/// <summary>Where a client stands: the first and, when nothing has changed, the only request of a synchronisation.</summary>
/// <param name="Acknowledged">The last entry whose answer the client has.</param>
/// <param name="Chain">The journal's chain there, in hexadecimal.</param>
/// <param name="Epoch">The replica's epoch; null without a replica.</param>
/// <param name="Cursors">Per bucket, the last change the replica has.</param>
/// <param name="NumbersLeft">Printed numbers left in the leased blocks.</param>
/// <param name="ProvisionedAt">The server's time at which the replica was made, Unix milliseconds; 0 without a replica.</param>
/// <param name="LastBlock">The first number of the latest block the client knows; 0 for none.</param>
public sealed record HelloRequest(
    int Protocol, int Schema, long LastN, long Acknowledged, string Chain,
    string? Epoch, Dictionary<string, long> Cursors, long ProvisionedAt, long NumbersLeft, long LastBlock);

/// <summary>What the client is to do.</summary>
public enum NextStep
{
    /// <summary>Nothing: the replica is up to date.</summary>
    None,

    /// <summary>Pull from the cursors.</summary>
    Delta,

    /// <summary>Fetch the snapshot named, then pull.</summary>
    Snapshot,

    /// <summary>Push, but download nothing before the program is renewed.</summary>
    Upgrade,
}

/// <param name="Acknowledged">The last entry that the server holds of this client.</param>
/// <param name="ServerTime">Unix milliseconds.</param>
/// <param name="Blocks">Every block leased to this client that it may need.</param>
public sealed record HelloReply(
    long Acknowledged, string Epoch, long Head, long ServerTime, NextStep Next, SnapshotOffer? Snapshot, IReadOnlyList<NumberBlock> Blocks);

/// <summary>A ready replica file of the shared bucket.</summary>
/// <param name="Name">The SHA-256 of the file, in hexadecimal.</param>
/// <param name="Bytes">Its length.</param>
public sealed record SnapshotOffer(string Name, long Bytes);

/// <param name="Acknowledged">The last entry that the server now holds of this client.</param>
public sealed record PushReply(long Acknowledged, IReadOnlyList<EntryResult> Results);

/// <param name="Epoch">The epoch that the cursors belong to.</param>
public sealed record PullRequest(string Epoch, Dictionary<string, long> Cursors);

/// <summary>What one bucket's rows of one table come to.</summary>
/// <param name="Sum">128 bits in hexadecimal.</param>
public sealed record BucketDigest(string Bucket, int Table, long Count, string Sum);

/// <summary>The state at which a download is whole: every bucket of the scope at <paramref name="Head"/>.</summary>
public sealed record Checkpoint(string Epoch, long Head, IReadOnlyList<string> Buckets, IReadOnlyList<BucketDigest> Digests);

/// <summary>The head of a pulled chunk.</summary>
/// <param name="Cursors">Per bucket, how far the chunk reaches.</param>
/// <param name="Checkpoint">Present on the chunk that reaches the head, and on no other.</param>
public sealed record ChunkHead(IReadOnlyList<string> Buckets, Dictionary<string, long> Cursors, int Rows, Checkpoint? Checkpoint);
