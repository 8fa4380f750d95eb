using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Foreign;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>The door of a bridge: tills of another engine, known by their secrets before anything is read, and their work in its turn.</summary>
public static class ForeignEndpoints
{
    /// <param name="handle">Answers a request of a till that was enrolled for another engine.</param>
    public static void MapForeign(this WebApplication app, string path, Func<HttpContext, ForeignDoor, Task> handle)
    {
        app.MapPost(path, (HttpContext context, ForeignExchange exchange, RequestGate gate) => handle(context, new ForeignDoor(context.Till(), exchange, gate)))
            .RequireAuthorization(TillAuthentication.Policy(TillDeed.Bring))
            .WithMetadata(
                new BodyLimit(Protocol.MostExpandedBytes), new TillAuthentication.KeepsJournal(false), new TillAuthentication.TakesItsOwnPlaces(true));
    }
}

/// <summary>The exchange of one till in one request; what it does holds a place, so that a thousand tills take no more threads than there are.</summary>
public sealed class ForeignDoor
{
    private readonly ForeignExchange exchange;
    private readonly RequestGate gate;

    internal ForeignDoor(KnownTill till, ForeignExchange exchange, RequestGate gate)
    {
        Till = till;
        this.exchange = exchange;
        this.gate = gate;
    }

    public KnownTill Till { get; }

    /// <summary>Why a till of this state gets nothing, and what to do.</summary>
    public string WhyNot => Till.State.WhyNot();

    /// <inheritdoc cref="ForeignExchange.StandingOf"/>
    public Task<ForeignStanding> StandingOfAsync(long? cursor, long? lastEntry, CancellationToken cancel) =>
        gate.Others.RunAsync(() => exchange.StandingOf(Till, cursor, lastEntry), cancel);

    /// <inheritdoc cref="ForeignExchange.NoteUnguarded"/>
    public void NoteUnguarded() => exchange.NoteUnguarded(Till);

    /// <inheritdoc cref="ForeignExchange.Bring"/>
    public Task<ForeignOutcome> BringAsync(ForeignUpload upload, CancellationToken cancel) => gate.Posting.RunAsync(() => exchange.Bring(Till, upload), cancel);

    /// <inheritdoc cref="ForeignExchange.Open"/>
    public Task<ForeignDownload> OpenAsync(long? cursor, bool isWhole, ForeignOutcome brought, CancellationToken cancel) =>
        gate.Others.RunAsync(() => exchange.Open(Till, cursor, isWhole, brought), cancel);
}
