using System.Security.Cryptography;
using System.Text;
using Bookmine.Sync.Journal;

namespace Bookmine.Sync.Wire;

/// <summary>The version of these messages.</summary>
public static class Protocol
{
    public const int Version = 1;

    /// <summary>The most entries in one push.</summary>
    public const int MostEntriesPerPush = 500;

    /// <summary>The most entries that the server posts in one transaction.</summary>
    public const int MostEntriesPerUnit = 100;

    /// <summary>The most payload bytes in one push, before compression.</summary>
    public const int MostBytesPerPush = 4 * 1024 * 1024;

    /// <summary>The most a request's body may come to once expanded.</summary>
    public const int MostExpandedBytes = 16 * 1024 * 1024;

    /// <summary>The longest that a wait for news is answered in.</summary>
    public const int MostWaitSeconds = 50;

    /// <summary>The most rows in one answer to a pull.</summary>
    public const int MostRowsPerPull = 5_000;
}

/// <summary>Where a client stands: the first and, when nothing has changed, the only request of a synchronisation.</summary>
/// <param name="Acknowledged">The last entry whose answer the client has.</param>
/// <param name="Chain">The journal's chain there, in hexadecimal.</param>
/// <param name="Epoch">The replica's epoch; null without a replica.</param>
/// <param name="Cursors">Per bucket, the last change the replica has.</param>
/// <param name="NumbersLeft">Printed numbers left in the leased blocks.</param>
/// <param name="ProvisionedAt">The server's time at which the replica was made, Unix milliseconds; 0 without a replica.</param>
/// <param name="Blocks">The leased blocks the client knows.</param>
/// <param name="LastChain">The journal's chain at <paramref name="LastN"/>, in hexadecimal.</param>
/// <param name="Proof">
/// The last answered entry with its answer, for a server that holds less than it has answered; null without one.
/// </param>
/// <param name="Fingerprint">That of the replica's digests; null without a replica.</param>
/// <param name="Mended">What was wrong with a replica that the client has replaced by itself; null for nothing.</param>
/// <param name="Program">The version of the client's program; null from one that tells none.</param>
/// <param name="HighestProof">
/// The entry to which the server has given the highest number: a server whose records were put back gives no number again that this proves.
/// Null for none.
/// </param>
/// <param name="Clock">What its machine says of the time; null from one that does not say.</param>
/// <param name="HighestNumber">
/// The number that <paramref name="HighestProof"/> proves, for servers before 1.2, which believe it as it is.
/// </param>
/// <param name="Report">What it says of itself, for whoever looks after it; null from one that does not say.</param>
/// <param name="TakesPacked">Whether a snapshot is wanted packed: on a line that is slower than unpacking.</param>
public sealed record HelloRequest(
    int Protocol, int Schema, long LastN, long Acknowledged, string Chain,
    string? Epoch, Dictionary<string, long> Cursors, long ProvisionedAt, long NumbersLeft, IReadOnlyList<NumberBlock> Blocks,
    string LastChain, AnswerProof? Proof, string? Fingerprint = null, string? Mended = null, string? Program = null,
    bool TakesPacked = false, AnswerProof? HighestProof = null, ClientClock? Clock = null, long HighestNumber = 0, ClientReport? Report = null)
{
    /// <summary>A hello that asks for a snapshot and says nothing of the journal.</summary>
    public static HelloRequest ForSnapshot(int schema) => new(Wire.Protocol.Version, schema, long.MaxValue, 0, "", null, [], 0, long.MaxValue, [], "", null);
}

/// <summary>What a client says of itself.</summary>
/// <param name="UnpostedAmount">The control amounts of its entries that are not answered, added up.</param>
/// <param name="UnpostedSince">When the first of them was sealed, Unix milliseconds; null for none.</param>
/// <param name="Trouble">What a person should see to there, such as a printer that prints nothing; null for nothing.</param>
public sealed record ClientReport(long UnpostedAmount, long? UnpostedSince, string? Trouble);

/// <summary>An answer that the client holds, with the hash of the entry it belongs to.</summary>
public sealed record AnswerProof(string Hash, EntryResult Answer)
{
    /// <summary>The number that a client's proof proves by the server's own word; 0 without one.</summary>
    public static long Number(AnswerProof? proof, ServerProof words, long client) =>
        proof is { Hash: { } hash, Answer: { Number: { } number } answer } && words.Holds(client, hash, answer) ? number : 0;

    /// <summary>What an entry proves; null for one that was not answered.</summary>
    public static AnswerProof? Of(JournalEntry? entry) =>
        entry is { Result: { } answer } ? new AnswerProof(Convert.ToHexStringLower(entry.Hash), answer) : null;
}

/// <summary>What the client is to do.</summary>
public enum NextStep
{
    /// <summary>Nothing: the replica is up to date.</summary>
    None,

    /// <summary>Pull from the cursors.</summary>
    Delta,

    /// <summary>Fetch the snapshot named, then pull.</summary>
    Snapshot,

    /// <summary>Push, but download nothing: what is withheld says why, or else the program has to be renewed first.</summary>
    Upgrade,

    /// <summary>The client is revoked: push, and delete the replica.</summary>
    Wipe,
}

/// <summary>How the client's journal stands to what the server holds of it.</summary>
public enum JournalStanding
{
    /// <summary>One continues the other.</summary>
    Sound,

    /// <summary>The client's ends before what the server holds: it lost its end, and is filled again from there.</summary>
    Short,

    /// <summary>They differ: the client's was put back from a copy, or two machines were made from one.</summary>
    Forked,
}

/// <param name="Acknowledged">The last entry that the server holds of this client.</param>
/// <param name="ServerTime">Unix milliseconds.</param>
/// <param name="Blocks">Every block leased to this client that it may need.</param>
/// <param name="ServerKeys">
/// Fingerprints of the key that the server shows on its line and of an announced successor; null where it has none.
/// </param>
/// <param name="Program">The version of the server's program; null from one that tells none.</param>
/// <param name="PutOff">Why nothing is posted at this moment; null where it is.</param>
/// <param name="Withheld">Why this client gets no records, whatever its program; null for one that does.</param>
public sealed record HelloReply(
    long Acknowledged, string Epoch, long Head, long ServerTime, NextStep Next, SnapshotOffer? Snapshot, IReadOnlyList<NumberBlock> Blocks,
    JournalStanding Journal = JournalStanding.Sound, IReadOnlyList<string>? ServerKeys = null, string? Program = null,
    PutOff? PutOff = null, string? Withheld = null);

/// <summary>A ready replica file of the shared bucket.</summary>
/// <param name="Name">The SHA-256 of the file, in hexadecimal.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Packed">The same file packed; null where the client asked for none.</param>
public sealed record SnapshotOffer(string Name, long Bytes, PackedSnapshot? Packed = null);

/// <summary>A snapshot packed by Brotli (RFC 7932).</summary>
/// <param name="Name">The SHA-256 of the packed bytes, in hexadecimal: two hosts may pack one file differently.</param>
/// <param name="Bytes">Their number.</param>
public sealed record PackedSnapshot(string Name, long Bytes);

/// <param name="Acknowledged">The last entry that the server now holds of this client.</param>
/// <param name="Forked">
/// Whether an entry was another than the one the server holds under its number; neither it nor what follows was posted.
/// </param>
public sealed record PushReply(long Acknowledged, IReadOnlyList<EntryResult> Results, bool Forked = false);

/// <summary>Entries of a forked journal, handed over to be kept.</summary>
/// <param name="ReachedCommon">Whether the first of them is one that the server holds as posted: what lies before is common.</param>
public sealed record ForkReply(bool ReachedCommon);

/// <param name="Epoch">The epoch that the cursors belong to.</param>
public sealed record PullRequest(string Epoch, Dictionary<string, long> Cursors);

/// <summary>A wait for something to change on the server.</summary>
/// <param name="Epoch">The epoch that the cursors belong to.</param>
/// <param name="WaitSeconds">How long an answer may take; the server takes no longer than <see cref="Protocol.MostWaitSeconds"/>.</param>
public sealed record NewsRequest(string Epoch, Dictionary<string, long> Cursors, int WaitSeconds);

/// <param name="IsNews">Whether a hello is worth while; without news, the time is over.</param>
public sealed record NewsReply(bool IsNews);

/// <summary>What one bucket's rows of one table come to.</summary>
/// <param name="Sum">128 bits in hexadecimal.</param>
public sealed record BucketDigest(string Bucket, int Table, long Count, string Sum)
{
    /// <summary>One text for many digests: equal when, and only when, all that hold any rows are equal.</summary>
    public static string Fingerprint(IEnumerable<BucketDigest> digests)
    {
        var lines = digests.Where(d => d.Count != 0).Select(d => FormattableString.Invariant($"{d.Bucket} {d.Table} {d.Count} {d.Sum}")).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }
}

/// <summary>The state at which a download is whole: every bucket of the scope at <paramref name="Head"/>.</summary>
public sealed record Checkpoint(string Epoch, long Head, IReadOnlyList<string> Buckets, IReadOnlyList<BucketDigest> Digests);

/// <summary>The head of a pulled chunk.</summary>
/// <param name="Cursors">Per bucket, how far the chunk reaches.</param>
/// <param name="Checkpoint">Present on the chunk that reaches the head, and on no other.</param>
public sealed record ChunkHead(IReadOnlyList<string> Buckets, Dictionary<string, long> Cursors, int Rows, Checkpoint? Checkpoint);

/// <summary>What a client's machine says of its clock, for a server that has just started and knows no better.</summary>
/// <param name="Now">Unix milliseconds.</param>
/// <param name="Machine">Tells machines apart.</param>
/// <param name="KeepsTime">Whether the clock is synchronised, or ran on while the machine was off.</param>
public sealed record ClientClock(long Now, string Machine, bool KeepsTime);

/// <summary>Posting waits for something; the client goes on, and sends what it has when it is over.</summary>
/// <param name="Why">For whoever stands at the client, with what to do.</param>
/// <param name="Asks">
/// The time (Unix milliseconds) that a person at the client may say is right, which would end it; null where nobody's word helps.
/// </param>
public sealed record PutOff(string Why, long? Asks);
