using System.ComponentModel;
using System.Text.Json;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Bookmine.SyncServer.Api;

/// <summary>Files that programs send: what they would do, importing them in the background, and taking them back.</summary>
internal static class ApiImports
{
    /// <summary>How a file is to be understood, in the address.</summary>
    /// <param name="Kind">stock, contacts, receipt or count.</param>
    /// <param name="Branch">Whose prices and copies; not for contacts.</param>
    /// <param name="Name">What the file is called.</param>
    /// <param name="Map">Their name=field for a column that is not understood.</param>
    /// <param name="OnHand">count or receive: what copies mean for stock that has some.</param>
    internal sealed record How(
        string Kind, long? Branch, string? Name, [property: FromQuery(Name = "map")] string[]? Map,
            [property: FromQuery(Name = "on_hand")] string? OnHand, [property: FromQuery(Name = "counted_at")] string? CountedAt, string? Full,
        bool Anyway = false, [property: FromQuery(Name = "dry_run")] bool DryRun = false)
    {
        public ImportRequest Request => new(Kind, Kind == ImportKinds.Contacts ? null : Branch, ImportRequest.ReadMaps(Map ?? []), OnHand,
            CountedAt, Full, Anyway);
    }

    public static void MapImports(this RouteGroupBuilder api)
    {
        api.MapPost("/imports", SendAsync).RequireAuthorization("stock:write").Accepts<Stream>("text/csv", "application/octet-stream")
            .WithMetadata(new RequestSizeLimitAttribute(ImportDesk.MostBytes)).Produces<ImportTaken>(StatusCodes.Status202Accepted).Produces<ImportOutcome>()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).WithSummary("Send a file to be imported; the body is the file")
            .WithDescription("202 with the import's number: it goes on in the background, on whichever host is there. With dry_run=true, 200 and what it would do, and nothing is written.");
        api.MapGet("/imports", ListAsync).RequireAuthorization("stock:read").WithSummary("The latest imports");
        api.MapGet("/imports/{id:long}", OneAsync).RequireAuthorization("stock:read").ProducesProblem(StatusCodes.Status404NotFound).WithSummary(
            "How far an import is");
        api.MapGet("/imports/{id:long}/rejected", RejectedAsync).RequireAuthorization("stock:read").ProducesProblem(
            StatusCodes.Status404NotFound).WithSummary("The rows that were not taken, as CSV");
        api.MapPost("/imports/{id:long}/undo", UndoAsync).RequireAuthorization("stock:write").Produces(
            StatusCodes.Status202Accepted).WithSummary("Take an import back");
    }

    private static async Task<IResult> SendAsync([AsParameters] How how, HttpContext http, [AsParameters] Once once,
        ShopImports imports, ImportDesk desk)
    {
        var (actor, request) = (ApiKeyAuthentication.ActorOf(http), how.Request);
        DemandContacts(http, request.Kind, "contacts:write");
        var name = how.Name ?? request.Kind;
        using var file = await TemporaryFile.OfAsync(http.Request.Body, http.RequestAborted);
        if (how.DryRun)
        {
            return Results.Ok(await Task.Run(() => imports.Preview(actor, request, name, file.Open, _ => { }), http.RequestAborted));
        }
        var taken = await once.DoAsync(http, ShopImports.HashOf(file.Open), (database, by) => imports.With(database).Announce(by, request, name, file));
        if (taken.Result is not Ok<long> { Value: var batch })
        {
            return taken;
        }
        await Task.Run(() => desk.Bring(batch, file), http.RequestAborted);
        return Results.Accepted($"/api/v1/imports/{batch}", new ImportTaken(batch));
    }

    private static Task<Ok<ApiList<ImportBatch>>> ListAsync(HttpContext http, IServerDatabase database, RequestGate gate) => gate.Pages.RunAsync(
        () => TypedResults.Ok(new ApiList<ImportBatch>(database.Reading(s => ShopImports.List(s, ApiKeyAuthentication.RightsOf(http).Branches)),
            null, More: false)), http.RequestAborted);

    private static Task<Results<Ok<ImportBatch>, ProblemHttpResult>> OneAsync(long id, HttpContext http, IServerDatabase database, RequestGate gate) =>
        gate.Pages.RunAsync<Results<Ok<ImportBatch>, ProblemHttpResult>>(
            () => database.Reading(s => ShopImports.Find(s, id)) is { } found && (found.Branch is not { } of || ApiKeyAuthentication.RightsOf(http).Has(of))
                ? TypedResults.Ok(found) : TypedResults.Problem($"There is no import {id}.", statusCode: StatusCodes.Status404NotFound), http.RequestAborted);

    private static Task<IResult> RejectedAsync(long id, HttpContext http, IServerDatabase database, RequestGate gate) =>
        gate.Pages.RunAsync(() => database.Reading(session =>
    {
        DemandContacts(http, ShopImports.Require(session, ApiKeyAuthentication.RightsOf(http), id).Kind, "contacts:read");
        return ImportDesk.Rejected(session, id) is { } bytes ? Results.File(bytes, "text/csv", $"import-{id}-rejected.csv")
            : Results.Problem("No row of it was rejected.", statusCode: StatusCodes.Status404NotFound);
    }), http.RequestAborted);

    /// <summary>A key for stock sees and changes nothing of people.</summary>
    private static void DemandContacts(HttpContext http, string kind, string scope)
    {
        if (kind == ImportKinds.Contacts)
        {
            ApiKeyAuthentication.Demand(http, scope);
        }
    }

    private static Task<IResult> UndoAsync(long id, HttpContext http, IServerDatabase database, ImportDesk desk, RequestGate gate) =>
        gate.Pages.RunAsync(() =>
    {
        DemandContacts(http, database.Reading(s => ShopImports.Require(s, ApiKeyAuthentication.RightsOf(http), id)).Kind, "contacts:write");
        desk.TakeBack(ApiKeyAuthentication.ActorOf(http), id);
        return Results.Accepted($"/api/v1/imports/{id}");
    }, http.RequestAborted);
}

/// <summary>An import that goes on in the background.</summary>
/// <param name="Import">Its number: <c>GET imports/{number}</c> says how far it is.</param>
public sealed record ImportTaken(long Import);
