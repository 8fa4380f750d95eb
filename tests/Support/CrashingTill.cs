using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Files;
using Bookmine.TillClient.Server;

namespace Bookmine.Tests.Support;

/// <summary>The till's side of a synchronisation over the real wire, dying at a chosen moment.</summary>
internal sealed class CrashingTill : IAsyncDisposable
{
    private readonly TillHttp http;
    private readonly ClientJournal journal;
    private readonly ClientOrchestrator orchestrator;

    public CrashingTill(Shop shop, string name, bool? takesPacked = null, IFileStore? files = null)
    {
        var folder = shop.TillFolder(name);
        var identity = TillIdentity.Read(Disk.Files, folder);
        var ids = new EntityIds(shop.Clock);
        var keys = new PinnedKeys(identity.ServerKeys ?? [], _ => { });
        http = new TillHttp(identity.Server, identity, keys);
        journal = ClientJournal.Open(Disk.Files, folder, identity.Till, shop.Clock, ids, EntryVocabulary.Packing);
        Channel = new CrashingChannel(new HttpServerChannel(http, keys, files ?? Disk.Files, takesPacked));
        orchestrator = new ClientOrchestrator(BookmineSetup.Instance, journal, files ?? Disk.Files, folder, Channel, shop.Clock, ids, _ => (null, 0));
    }

    public CrashingChannel Channel { get; }

    public ClientJournal Journal => journal;

    public async Task PushAndLoseTheAnswerAsync()
    {
        Channel.LosePushAnswers = 1;
        await Assert.ThrowsAsync<ServerAwayException>(() => orchestrator.PushAsync());
    }

    /// <summary>Posts what there is, as a sale in normal mode is posted at once.</summary>
    public Task PushAsync() => orchestrator.PushAsync();

    public Task<SyncOutcome> SynchroniseAsync() => orchestrator.SynchroniseAsync();

    public Task<bool> WaitForNewsAsync(int seconds, CancellationToken cancel) => orchestrator.WaitForNewsAsync(TimeSpan.FromSeconds(seconds), cancel);

    public Task ReprovisionAsync() => orchestrator.ReprovisionAsync();

    public ValueTask DisposeAsync()
    {
        orchestrator.Dispose();
        journal.Dispose();
        http.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Lets messages through, and loses answers when told to.</summary>
internal sealed class CrashingChannel(IServerChannel inner) : IServerChannel
{
    public int LosePushAnswers { get; set; }

    /// <summary>Whether what is pushed is lost on its way.</summary>
    public bool LosesPushes { get; set; }

    /// <summary>Dies after this many pulls were answered; null for never.</summary>
    public int? DieAfterPulls { get; set; }

    /// <summary>Runs before each pull is sent.</summary>
    public Action? BeforePull { get; set; }

    public int Pulls { get; private set; }

    public int Requests => inner.Requests;

    public Task<HelloReply> HelloAsync(HelloRequest request, CancellationToken cancel) => inner.HelloAsync(request, cancel);

    public async Task<PushReply> PushAsync(Guid session, IReadOnlyList<JournalEntry> entries, string proofs, CancellationToken cancel)
    {
        if (LosesPushes)
        {
            throw new ServerAwayException("the line broke");
        }
        var reply = await inner.PushAsync(session, entries, proofs, cancel);
        if (LosePushAnswers > 0)
        {
            LosePushAnswers--;
            throw new ServerAwayException("the answer was lost");
        }
        return reply;
    }

    public Task<IReadOnlyList<PushedEntry>> RefillAsync(long after, CancellationToken cancel) => inner.RefillAsync(after, cancel);

    public Task<ForkReply> HandOverForkAsync(Guid session, IReadOnlyList<JournalEntry> entries, CancellationToken cancel) =>
        inner.HandOverForkAsync(session, entries, cancel);

    public async Task<PullChunk> PullAsync(PullRequest request, CancellationToken cancel)
    {
        BeforePull?.Invoke();
        if (Pulls == DieAfterPulls)
        {
            throw new ServerAwayException("the line broke");
        }
        Pulls++;
        return await inner.PullAsync(request, cancel);
    }

    public Task<NewsReply> NewsAsync(NewsRequest request, CancellationToken cancel) => inner.NewsAsync(request, cancel);

    public int Fetches { get; private set; }

    public Task FetchSnapshotAsync(SnapshotOffer offer, string path, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        Fetches++;
        return inner.FetchSnapshotAsync(offer, path, progress, cancel);
    }
}
