using System.Text.Json;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Clocks;
using Bookmine.SyncServer.Endpoints;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bookmine.SyncServer.Api;

/// <summary>Does a deed for a program, once for each name that it gives a request.</summary>
internal sealed record Once(IServerDatabase Database, TimeProvider Clock, EntityIds Ids, RequestGate Gate, ServerClock Judged, WordsFile Words)
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int MostKey = 200;

    /// <param name="deed">Is given the records to work on, which keep its answer in its own transaction.</param>
    public Task<Results<Ok<T>, ProblemHttpResult>> DoAsync<T>(HttpContext http, object body, Func<IServerDatabase, Actor, T> deed) =>
        DoAsync(http, JsonSerializer.Serialize(body), deed);

    /// <summary>The same of a deed that is refused, or changes nothing, when it is done already.</summary>
    public async Task<Results<Ok<T>, ProblemHttpResult>> AgainAsync<T>(HttpContext http, Func<Actor, T> deed) =>
        TypedResults.Ok(await Gate.Pages.RunAsync(() => deed(ApiKeyAuthentication.ActorOf(http)), http.RequestAborted));

    public async Task<Results<Ok<T>, ProblemHttpResult>> DoAsync<T>(HttpContext http, string body, Func<IServerDatabase, Actor, T> deed)
    {
        var name = http.Request.Headers[IdempotencyKey].ToString();
        if (name.Length is 0 or > MostKey)
        {
            return TypedResults.Problem(
                $"Give an {IdempotencyKey} of up to {MostKey} characters, a new one for each request: what is asked for twice under one is done once.",
                statusCode: StatusCodes.Status400BadRequest);
        }
        var actor = ApiKeyAuthentication.ActorOf(http);
        using var once = new AnsweredOnce(
            Database, Clock, actor.Key!.Id, name, $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {body}");
        return TypedResults.Ok(await Gate.Pages.RunAsync(() => deed(once, actor), http.RequestAborted));
    }
}

/// <summary>What was done.</summary>
public sealed record Told(string Done);
