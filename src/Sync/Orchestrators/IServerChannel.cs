using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <summary>The way to the server: HTTP in the field, a call in simulations.</summary>
public interface IServerChannel
{
    /// <summary>How many requests have been made.</summary>
    int Requests { get; }

    Task<HelloReply> HelloAsync(HelloRequest request, CancellationToken cancel);

    /// <param name="proofs">That the entries' numbers were leased, for a server whose records are older; see <see cref="BlockProofs"/>.</param>
    Task<PushReply> PushAsync(Guid session, IReadOnlyList<JournalEntry> entries, string proofs, CancellationToken cancel);

    /// <summary>Entries after <paramref name="after"/> that the server holds, as they were sealed, with their answers; empty at the end.</summary>
    Task<IReadOnlyList<PushedEntry>> RefillAsync(long after, CancellationToken cancel);

    /// <summary>Hands over entries of a forked journal, to be kept for a person.</summary>
    Task<ForkReply> HandOverForkAsync(Guid session, IReadOnlyList<JournalEntry> entries, CancellationToken cancel);

    Task<PullChunk> PullAsync(PullRequest request, CancellationToken cancel);

    /// <summary>Waits until something has changed in the client's buckets, or the time of the request is over.</summary>
    Task<NewsReply> NewsAsync(NewsRequest request, CancellationToken cancel);

    /// <summary>Fetches a snapshot into a file, going on where an earlier fetch broke off.</summary>
    Task FetchSnapshotAsync(SnapshotOffer offer, string path, IProgress<SyncProgress>? progress, CancellationToken cancel);
}

/// <summary>The server answered and refused; the message says what and the remedy.</summary>
public sealed class ServerRefusedException(string message, int status) : Exception(message)
{
    public int Status { get; } = status;
}
