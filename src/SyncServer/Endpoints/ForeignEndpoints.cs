using Bookmine.Sync.Journal;
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
                new BodyLimit(Protocol.MostExpandedBytes), new TillAuthentication.KeepsJournal(false), new TillAuthentication.TakesItsOwnPlaces(false));
    }
}

/// <summary>The exchange of one till in one request.</summary>
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

    /// <summary>Does the work of a request that brings or reads the records: one of a till at a time, and few in all.</summary>
    public async Task InTurnAsync(Func<Task> work, CancellationToken cancel)
    {
        // Before a place is taken, so that no till holds several.
        var turn = gate.TurnOf(Till.Id);
        await turn.WaitAsync(cancel);
        try
        {
            await gate.Foreign.HoldAsync(
                async () =>
                {
                    await work();
                    return true;
                },
                cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc cref="ForeignExchange.StandingOf"/>
    public ForeignStanding StandingOf(long? cursor, ForeignProof? proof) => exchange.StandingOf(Till, cursor, proof);

    /// <inheritdoc cref="ForeignExchange.NoteUnguarded"/>
    public void NoteUnguarded() => exchange.NoteUnguarded(Till);

    /// <inheritdoc cref="ForeignExchange.Bring"/>
    public ForeignOutcome Bring(ForeignUpload upload, IReadOnlyList<NumberBlock> blocks) => exchange.Bring(Till, upload, blocks);

    /// <inheritdoc cref="ForeignExchange.Open"/>
    public ForeignDownload Open(long? cursor, ForeignOutcome brought, bool isNewFile, IReadOnlyList<NumberBlock> blocks) =>
        exchange.Open(Till, cursor, brought, isNewFile, blocks);
}
