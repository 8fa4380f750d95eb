using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Bookmine.SyncServer.Api;

/// <summary>Stock records and contacts as a program of another source calls them; merges.</summary>
internal static class ApiRecords
{
    public static void MapRecords(this RouteGroupBuilder api)
    {
        var records = api.MapGroup("").ProducesProblem(StatusCodes.Status412PreconditionFailed);
        records.MapGet("/stock/{source}/{name}", StockAsync).RequireAuthorization("stock:read")
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("The stock record that a source calls by a name");
        records.MapPatch("/stock/{source}/{name}", PutStockAsync).RequireAuthorization("stock:write")
            .WithSummary("Make or change the stock record that a source calls by a name")
            .WithDescription(
                "Fields that are left out stay; null empties one. isbn, and price_cents with branch, beside the fields of a record. "
                + "If-Match: the tag that it was read with.");
        records.MapGet("/contacts/{source}/{name}", ContactAsync).RequireAuthorization("contacts:read")
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("The contact that a source calls by a name");
        records.MapPatch("/contacts/{source}/{name}", PutContactAsync).RequireAuthorization("contacts:write")
            .WithSummary("Make or change the contact that a source calls by a name")
            .WithDescription("Fields that are left out stay; null empties one. If-Match: the tag that it was read with.");
        var deeds = api.MapGroup("").ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        deeds.MapPost("/receipts", ReceiveAsync).RequireAuthorization("stock:write")
            .WithSummary("Copies that came in; negative to take them out again");
        deeds.MapPost("/counts", CountAsync).RequireAuthorization("stock:write").WithSummary("Copies that were counted now");
        deeds.MapPost("/merges", MergeAsync).RequireAuthorization("stock:write").WithSummary("Two records (kind: stock or contact) are one");
        deeds.MapPost("/unmerges", UnmergeAsync).RequireAuthorization("stock:write").WithSummary("They are two after all");
    }

    private static Task<Results<Ok<StockRecord>, ProblemHttpResult>> StockAsync(
        string source, string name, HttpContext http, IServerDatabase database, RequestGate gate) => FindAsync(
        http, database, gate, BookmineSetup.Stock, source, name, (session, id) => StockRecords.Find(session, id.ToString()).FirstOrDefault());

    private static Task<Results<Ok<ContactItem>, ProblemHttpResult>> ContactAsync(
        string source, string name, HttpContext http, IServerDatabase database, RequestGate gate) => FindAsync(
        http, database, gate, BookmineSetup.Contact, source, name, (session, id) => Contacts.Find(session, id.ToString()) is [var c]
            ? new ContactItem(c.ContactId, c.Kind, c.Name, c.Email, c.Phone, c.Address, c.Notes, Removed: false, c.Withdrawn, c.MergedInto) : null);

    private static Task<Results<Ok<T>, ProblemHttpResult>> FindAsync<T>(
        HttpContext http, IServerDatabase database, RequestGate gate, SyncTable table, string source, string name, Func<Session, Guid, T?> read)
        where T : class => gate.Pages.RunAsync(() => database.Reading<Results<Ok<T>, ProblemHttpResult>>(session =>
    {
        if (ExternalRecords.Find(session, table, source, name) is not { } id || read(session, id) is not { } found)
        {
            return TypedResults.Problem($"{source} calls no {table.Name} {name}.", statusCode: StatusCodes.Status404NotFound);
        }
        http.Response.Headers.ETag = $"\"{ExternalRecords.TagOf(session, table, id)}\"";
        return TypedResults.Ok(found);
    }), http.RequestAborted);

    private static Task<Results<Ok<ExternalRecord>, ProblemHttpResult>> PutStockAsync(
        string source, string name, [FromBody] Dictionary<string, JsonElement> fields, HttpContext http, [AsParameters] Once once) =>
        PutAsync(http, once, BookmineSetup.Stock, source, name, fields);

    private static Task<Results<Ok<ExternalRecord>, ProblemHttpResult>> PutContactAsync(
        string source, string name, [FromBody] Dictionary<string, JsonElement> fields, HttpContext http, [AsParameters] Once once) =>
        PutAsync(http, once, BookmineSetup.Contact, source, name, fields);

    private static async Task<Results<Ok<ExternalRecord>, ProblemHttpResult>> PutAsync(
        HttpContext http, Once once, SyncTable table, string source, string name, Dictionary<string, JsonElement> fields)
    {
        var tag = http.Request.Headers.IfMatch.ToString().Trim('"');
        var done = await once.Gate.Pages.RunAsync(
            () => new ExternalRecords(once.Database, once.Clock, once.Ids).Put(
                ApiKeyAuthentication.ActorOf(http), table, source, name, fields, tag.Length > 0 ? tag : null),
            http.RequestAborted);
        http.Response.Headers.ETag = $"\"{done.Tag}\"";
        return TypedResults.Ok(done);
    }

    private static Task<Results<Ok<OnHand>, ProblemHttpResult>> ReceiveAsync(CopiesRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) => new OnHand(
            new StockRecords(database, once.Clock, once.Ids).Receive(actor, body.StockId, body.Branch, body.Copies)));

    private static Task<Results<Ok<OnHand>, ProblemHttpResult>> CountAsync(CopiesRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) => new OnHand(
            new StockRecords(database, once.Clock, once.Ids).Count(actor, body.StockId, body.Branch, body.Copies)));

    private static Task<Results<Ok<Told>, ProblemHttpResult>> MergeAsync(MergeRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) =>
        {
            var merges = new Merges(database, once.Clock, once.Ids);
            return new Told(IsOfContacts(http, body.Kind)
                ? merges.MergeContact(actor, body.From, body.Into) : merges.MergeStock(actor, body.From, body.Into));
        });

    private static Task<Results<Ok<Told>, ProblemHttpResult>> UnmergeAsync(UnmergeRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) =>
        {
            var merges = new Merges(database, once.Clock, once.Ids);
            return new Told(IsOfContacts(http, body.Kind) ? merges.UnmergeContact(actor, body.Id) : merges.UnmergeStock(actor, body.Id));
        });

    /// <summary>A key for stock changes nothing of people.</summary>
    private static bool IsOfContacts(HttpContext http, string kind)
    {
        if (kind == "contact")
        {
            ApiKeyAuthentication.Demand(http, "contacts:write");
        }
        return kind switch
        {
            "contact" => true,
            "stock" => false,
            _ => throw new ShopException($"“{kind}” is no kind of record: stock and contact are. Nothing was changed."),
        };
    }
}

/// <summary>How many copies there are then.</summary>
public sealed record OnHand(long Copies);

/// <summary>Copies of a title in a branch.</summary>
public sealed record CopiesRequest(Guid StockId, long Branch, long Copies);

/// <summary>Which two records are one.</summary>
/// <param name="Kind"><c>stock</c> or <c>contact</c>.</param>
public sealed record MergeRequest(string Kind, Guid From, Guid Into);

/// <summary>Which record is one of its own.</summary>
public sealed record UnmergeRequest(string Kind, Guid Id);
