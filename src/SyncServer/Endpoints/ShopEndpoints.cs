using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>What a till in normal mode asks of the shop itself: edits, emails, and numbers that its replica lacks.</summary>
internal static class ShopEndpoints
{
    public static void MapShop(this WebApplication app)
    {
        var group = app.MapGroup("/shop").RequireTill();
        group.MapPost("/edit/{request}", EditAsync).For(TillDeed.Edit)
            .WithMetadata(new BodyLimit(Protocol.MostExpandedBytes), new TillAuthentication.TakesItsOwnPlaces(true));
        group.MapPost("/pin", ChangePin).For(TillDeed.Edit).RequireRateLimiting(RequestLimits.ChangingPins);
        group.MapGet("/transaction/{number}", Find).For(TillDeed.Download);
    }

    private static PinChanged ChangePin(PinChange change, HttpContext context, Operators operators)
    {
        var till = context.Till();
        operators.ChangePin(Actor.AtTill(till.Id, till.Name, change.Name), change.Name, till.Branch, change.Old, change.Pin);
        return new PinChanged(true);
    }

    private static async Task<EditReply> EditAsync(Guid request, HttpContext context, LiveEdits edits, RequestGate gate)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var edit = ChangeGroupJson.Read(BookmineSetup.Instance, request, ChangeGroupJson.Format, body.ToArray());
        return await gate.Posting.RunAsync(() => edits.Apply(context.Till().Id, context.Till().Branch, edit), context.RequestAborted);
    }

    private static Results<Ok<TransactionView>, NotFound> Find(string number, HttpContext context, IServerDatabase database, AskedNumbers asked)
    {
        var found = database.Reading(session => Transactions.Find(session, number));
        asked.Note(context.Till().Id, number, found is not null);
        return found is null ? TypedResults.NotFound() : TypedResults.Ok(found);
    }
}
