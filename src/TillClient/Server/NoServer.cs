using Bookmine.Schema.Views;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Server;

/// <summary>The line of a till that is for practising: there is no server at its end.</summary>
internal sealed class NoServer : IServerChannel, IShopChannel, IDisposable
{
    public int Requests => 0;

    public Task<HelloReply> HelloAsync(HelloRequest request, CancellationToken cancel) => throw Away();

    public Task<PushReply> PushAsync(Guid session, IReadOnlyList<JournalEntry> entries, string proofs, CancellationToken cancel) => throw Away();

    public Task<IReadOnlyList<PushedEntry>> RefillAsync(long after, CancellationToken cancel) => throw Away();

    public Task<ForkReply> HandOverForkAsync(Guid session, IReadOnlyList<JournalEntry> entries, CancellationToken cancel) => throw Away();

    public Task<PullChunk> PullAsync(PullRequest request, CancellationToken cancel) => throw Away();

    public Task<NewsReply> NewsAsync(NewsRequest request, CancellationToken cancel) => throw Away();

    public Task FetchSnapshotAsync(SnapshotOffer offer, string path, IProgress<SyncProgress>? progress, CancellationToken cancel) => throw Away();

    public Task<TransactionView?> FindAsync(string number, CancellationToken cancel) => throw Away();

    public Task<EditReply> EditAsync(ChangeGroup edit, CancellationToken cancel) => throw Away();

    public Task<EnrolReply> RenewAsync(RenewRequest request, CancellationToken cancel) => throw Away();

    public Task<ReadmitReply> ReadmitAsync(ReadmitRequest request, CancellationToken cancel) => throw Away();

    public Task<ClockAcceptance> AcceptClockAsync(ClockAcceptance said, CancellationToken cancel) => throw Away();

    public Task<PinChanged> ChangePinAsync(PinChange change, CancellationToken cancel) => throw Away();

    public Task<WordsHeard> BringWordsAsync(AuthorityWord[] words, CancellationToken cancel) => throw Away();

    public Task<ControlTotals> TotalsAsync(long from, long through, IReadOnlyList<long> kept, CancellationToken cancel) => throw Away();

    public void Dispose()
    {
    }

    private static ServerAwayException Away() => new("A till for practising has no server.");
}
