using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bookmine.SyncServer.Api;

/// <summary>What a person should look at: findings, dropped edits, entries in quarantine.</summary>
internal static class ApiAttention
{
    public static void MapAttention(this RouteGroupBuilder api)
    {
        api.MapGet("/findings", FindingsAsync).RequireAuthorization("sales:read").WithSummary("What a person should look at");
        api.MapGet("/dropped", DroppedAsync).RequireAuthorization("sales:read").WithSummary("Edits that were dropped and not settled");
        api.MapGet("/quarantine", QuarantineAsync).RequireAuthorization("sales:read").WithSummary("Entries that were kept for a person");
        var deeds = api.MapGroup("").RequireAuthorization("sales:write").ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        deeds.MapPost("/findings/resolve", ResolveAsync).WithSummary("Resolve findings");
        deeds.MapPost("/dropped/apply", ApplyAsync).WithSummary("Apply dropped edits after all");
        deeds.MapPost("/dropped/leave", LeaveAsync).WithSummary("Leave dropped edits as they are");
        deeds.MapPost("/quarantine/{id:guid}/{deed}", SettleAsync).WithSummary("post, write_off or edit what is in quarantine");
    }

    private static Task<Ok<ApiList<FindingRow>>> FindingsAsync(HttpContext http, IServerDatabase database, RequestGate gate) => ApiV1.WholeAsync(
        http, gate, rights => database.Reading(s => BackOffice.Findings.List(s, rights.Branches, all: false)));

    private static Task<Ok<ApiList<DroppedEdit>>> DroppedAsync(HttpContext http, IServerDatabase database, RequestGate gate) => ApiV1.WholeAsync(
        http, gate, rights => database.Reading(s => DroppedEdits.List(s, rights.Branches, all: false)));

    private static Task<Ok<ApiList<QuarantinedItem>>> QuarantineAsync(HttpContext http, QuarantineRoom room, RequestGate gate) => ApiV1.WholeAsync(
        http, gate, _ => room.List(ApiKeyAuthentication.ActorOf(http), null, all: false));

    private static Task<Results<Ok<Told>, ProblemHttpResult>> ResolveAsync(SettleRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) => new Told(
            Instant.Format(new BackOffice.Findings(database, once.Clock).Resolve(actor, body.Ids, body.Note))));

    private static Task<Results<Ok<Told>, ProblemHttpResult>> ApplyAsync(SettleRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) => new Told(
            string.Join("; ", new DroppedEdits(database, once.Clock).Apply(actor, body.Ids, body.EvenIfChanged))));

    private static Task<Results<Ok<Told>, ProblemHttpResult>> LeaveAsync(SettleRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) => new Told(
            $"{new DroppedEdits(database, once.Clock).Leave(actor, body.Ids, body.Note)} left"));

    private static Task<Results<Ok<Told>, ProblemHttpResult>> SettleAsync(
        Guid id, string deed, QuarantineRequest body, HttpContext http, [AsParameters] Once once) => once.AgainAsync(http, actor =>
    {
        var room = new QuarantineRoom(once.Database, once.Clock, once.Judged.Demand);
        switch (deed)
        {
            case "post":
                return new Told(JsonSerializer.Serialize(room.Post(actor, id)));
            case "write_off":
                room.WriteOff(actor, id, body.Why ?? "");
                return new Told("written off");
            case "edit":
                room.Edit(actor, id, JsonSerializer.SerializeToUtf8Bytes(
                    body.Content ?? throw new ShopException("content is the entry as it should be. Nothing was changed.")));
                return new Told("edited");
            default:
                throw new ShopException($"“{deed}” is nothing that is done in quarantine: post, write_off and edit are. Nothing was changed.");
        }
    });
}

/// <summary>Which findings or dropped edits are settled.</summary>
public sealed record SettleRequest(IReadOnlyList<long> Ids, string? Note = null, bool EvenIfChanged = false);

/// <summary>What is said of an entry in quarantine.</summary>
public sealed record QuarantineRequest(string? Why = null, JsonElement? Content = null);
