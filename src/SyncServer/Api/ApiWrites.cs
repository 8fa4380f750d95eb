using System.ComponentModel;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Clocks;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Tills;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Bookmine.SyncServer.Api;

/// <summary>What programs do by the API: the same deeds as a person's, each once however often it is asked for.</summary>
internal static class ApiWrites
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int MostKey = 200;

    public static void MapApiWrites(this RouteGroupBuilder api)
    {
        var records = api.MapGroup("").ProducesProblem(StatusCodes.Status412PreconditionFailed);
        records.MapGet("/stock/{source}/{name}", (string source, string name, HttpContext http, IServerDatabase database, RequestGate gate) =>
            FindAsync(http, database, gate, BookmineSetup.Stock, source, name, StockOf)).RequireAuthorization("stock:read")
            .WithSummary("The stock record that a source calls by a name").ProducesProblem(StatusCodes.Status404NotFound);
        records.MapPatch("/stock/{source}/{name}", PutStockAsync).RequireAuthorization("stock:write").WithSummary(
            "Make or change the stock record that a source calls by a name")
            .WithDescription("Fields that are left out stay; null empties one. isbn, and price_cents with branch, beside the fields of a record. If-Match: the tag that it was read with.");
        records.MapGet("/contacts/{source}/{name}", (string source, string name, HttpContext http, IServerDatabase database, RequestGate gate) =>
            FindAsync(http, database, gate, BookmineSetup.Contact, source, name, ContactOf)).RequireAuthorization("contacts:read")
            .WithSummary("The contact that a source calls by a name").ProducesProblem(StatusCodes.Status404NotFound);
        records.MapPatch("/contacts/{source}/{name}", PutContactAsync).RequireAuthorization("contacts:write").WithSummary(
            "Make or change the contact that a source calls by a name")
            .WithDescription("Fields that are left out stay; null empties one. If-Match: the tag that it was read with.");
        var deeds = api.MapGroup("").ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        deeds.MapPost("/receipts", ReceiveAsync).RequireAuthorization("stock:write").WithSummary("Copies that came in; negative to take them out again");
        deeds.MapPost("/counts", CountAsync).RequireAuthorization("stock:write").WithSummary("Copies that were counted now");
        deeds.MapPost("/merges", MergeAsync).RequireAuthorization("stock:write").WithSummary("Two records (kind: stock or contact) are one");
        deeds.MapPost("/unmerges", UnmergeAsync).RequireAuthorization("stock:write").WithSummary("They are two after all");
        deeds.MapPost("/closed_days", CloseDayAsync).RequireAuthorization("accounts:write").WithSummary("Close a branch's day");
        deeds.MapPost("/dropped/apply", (SettleRequest body, HttpContext http, [AsParameters] Once once) => once.DoAsync(http, body, (database, actor) =>
            new Told(string.Join("; ", new DroppedEdits(database, once.Clock).Apply(
                actor, body.Ids, body.EvenIfChanged))))).RequireAuthorization("sales:write").WithSummary("Apply dropped edits after all");
        deeds.MapPost("/dropped/leave", (SettleRequest body, HttpContext http, [AsParameters] Once once) => once.DoAsync(http, body, (database, actor) =>
            new Told($"{new DroppedEdits(database, once.Clock).Leave(actor, body.Ids, body.Note)} left"))).RequireAuthorization(
                "sales:write").WithSummary("Leave dropped edits as they are");
        deeds.MapPost("/findings/resolve", (SettleRequest body, HttpContext http, [AsParameters] Once once) => once.DoAsync(http, body, (database, actor) =>
            new Told(Instant.Format(new BackOffice.Findings(database, once.Clock).Resolve(actor, body.Ids, body.Note))))).RequireAuthorization(
                "sales:write").WithSummary("Resolve findings");
        deeds.MapPost("/quarantine/{id:guid}/{deed}", QuarantineAsync).RequireAuthorization("sales:write").WithSummary(
            "Post, write off or edit what is in quarantine");
        deeds.MapPost("/tills/{deed}", TillsAsync).RequireAuthorization("tills:write").WithSummary("revoke or reprovision tills, several at once");
        api.MapGet("/findings", (HttpContext http, IServerDatabase database, RequestGate gate) => ListAsync(
            http, gate, rights => database.Reading(s => BackOffice.Findings.List(s, rights.Branches, all: false)))).RequireAuthorization(
                "sales:read").WithSummary("What a person should look at");
        api.MapGet("/dropped", (HttpContext http, IServerDatabase database, RequestGate gate) => ListAsync(
            http, gate, rights => database.Reading(s => DroppedEdits.List(s, rights.Branches, all: false)))).RequireAuthorization(
                "sales:read").WithSummary("Edits that were dropped and not settled");
        api.MapGet("/quarantine", (HttpContext http, QuarantineRoom room, RequestGate gate) => ListAsync(
            http, gate, _ => room.List(ApiKeyAuthentication.ActorOf(http), null, all: false))).RequireAuthorization("sales:read").WithSummary(
                "Entries that were kept for a person");
        api.MapGet("/accounts/{day}", AccountsAsync).RequireAuthorization("accounts:read").WithSummary("A branch's day as double entry, as JSON or CSV");
    }

    /// <summary>Does a deed for a program, once for each name that it gives a request.</summary>
    internal sealed record Once(IServerDatabase Database, TimeProvider Clock, EntityIds Ids, RequestGate Gate, ServerClock Judged, WordsFile Words)
    {
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
                    $"Give an {IdempotencyKey} of up to {MostKey} characters, a new one for each request: what is asked for twice under one is done once.", statusCode: StatusCodes.Status400BadRequest);
            }
            var actor = ApiKeyAuthentication.ActorOf(http);
            using var once = new AnsweredOnce(Database, Clock, actor.Key!.Id, name,
                $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {body}");
            return TypedResults.Ok(await Gate.Pages.RunAsync(() => deed(once, actor), http.RequestAborted));
        }
    }

    private static async Task<Results<Ok<ApiList<T>>, ProblemHttpResult>> ListAsync<T>(
        HttpContext http, RequestGate gate, Func<Rights, IReadOnlyList<T>> read) =>
        TypedResults.Ok(new ApiList<T>(await gate.Pages.RunAsync(() => read(ApiKeyAuthentication.RightsOf(http)), http.RequestAborted), null, More: false));

    private static Task<Results<Ok<T>, ProblemHttpResult>> FindAsync<T>(
        HttpContext http, IServerDatabase database, RequestGate gate, SyncTable table, string source, string name, Func<Session, Guid, T?> read)
        where T : class => gate.Pages.RunAsync<Results<Ok<T>, ProblemHttpResult>>(() => database.Reading<Results<Ok<T>, ProblemHttpResult>>(session =>
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
                ApiKeyAuthentication.ActorOf(http), table, source, name, fields, tag.Length > 0 ? tag : null), http.RequestAborted);
        http.Response.Headers.ETag = $"\"{done.Tag}\"";
        return TypedResults.Ok(done);
    }

    private static StockRecord? StockOf(Session session, Guid id) => StockRecords.Find(session, id.ToString()).FirstOrDefault();

    private static ContactItem? ContactOf(Session session, Guid id) => Contacts.Find(session, id.ToString()) is [var c]
        ? new ContactItem(c.ContactId, c.Kind, c.Name, c.Email, c.Phone, c.Address, c.Notes, Removed: false, c.Withdrawn, c.MergedInto) : null;

    private static Task<Results<Ok<OnHand>, ProblemHttpResult>> ReceiveAsync(CopiesRequest body, HttpContext http, [AsParameters] Once once) => once.DoAsync(
        http, body, (database, actor) => new OnHand(new StockRecords(database, once.Clock, once.Ids).Receive(actor, body.StockId, body.Branch, body.Copies)));

    private static Task<Results<Ok<OnHand>, ProblemHttpResult>> CountAsync(CopiesRequest body, HttpContext http, [AsParameters] Once once) => once.DoAsync(
        http, body, (database, actor) => new OnHand(new StockRecords(database, once.Clock, once.Ids).Count(actor, body.StockId, body.Branch, body.Copies)));

    private static Task<Results<Ok<Told>, ProblemHttpResult>> MergeAsync(MergeRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) =>
    {
        if (body.Kind == "contact")
        {
            ApiKeyAuthentication.Demand(http, "contacts:write");
        }
        var merges = new Merges(database, once.Clock, once.Ids);
        return new Told(body.Kind == "contact" ? merges.MergeContact(actor, body.From, body.Into)
            : body.Kind == "stock" ? merges.MergeStock(actor, body.From, body.Into)
                : throw new ShopException("kind is stock or contact. Nothing was changed."));
    });

    private static Task<Results<Ok<Told>, ProblemHttpResult>> UnmergeAsync(UnmergeRequest body, HttpContext http, [AsParameters] Once once) =>
        once.DoAsync(http, body, (database, actor) =>
    {
        if (body.Kind == "contact")
        {
            ApiKeyAuthentication.Demand(http, "contacts:write");
        }
        var merges = new Merges(database, once.Clock, once.Ids);
        return new Told(body.Kind == "contact" ? merges.UnmergeContact(actor, body.Id)
            : body.Kind == "stock" ? merges.UnmergeStock(actor, body.Id) : throw new ShopException("kind is stock or contact. Nothing was changed."));
    });

    private static Task<Results<Ok<ClosedDayItem>, ProblemHttpResult>> CloseDayAsync(
        CloseDayRequest body, HttpContext http, [AsParameters] Once once) => once.DoAsync(http, body, (database, actor) =>
    {
        var day = BranchDay.TryParse(body.Day, out var read) ? read : throw new ShopException($"“{body.Day}” is no day. Give one such as 2026-11-23.");
        var c = new DayClosings(database, once.Judged).Close(actor, body.Branch, day, body.Note);
        return new ClosedDayItem(c.Branch, BranchDay.Format(c.Day), Instant.Format(c.ClosedAt), c.ClosedBy, c.Figures, c.Note, c.IsSound);
    });

    private static Task<Results<Ok<Told>, ProblemHttpResult>> QuarantineAsync(
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

    private static Task<Results<Ok<TillsDone>, ProblemHttpResult>> TillsAsync(
        string deed, TillsRequest body, HttpContext http, [AsParameters] Once once) => once.AgainAsync(http, actor =>
    {
        List<long> Meant(Session session) => [.. body.Tills.Select(t => TillNames.Find(session, t))];
        var machines = new Machines(once.Database, once.Clock, once.Words);
        return new TillsDone(deed switch
        {
            "revoke" => machines.Revoke(actor, Meant),
            "reprovision" => machines.Reprovision(actor, Meant),
            _ => throw new ShopException($"“{deed}” is nothing that is done to tills here: revoke and reprovision are. Nothing was changed."),
        });
    });

    private static async Task<Results<Ok<ApiList<AccountRow>>, FileContentHttpResult, ProblemHttpResult>> AccountsAsync(
        [Description("Such as 2026-11-23")] string day, [Description("Its number")] long branch, HttpContext http, IServerDatabase database,
            RequestGate gate, TimeProvider clock,
        [Description("json or csv")] string format = "json")
    {
        ApiKeyAuthentication.RightsOf(http).Demand(branch);
        var of = BranchDay.TryParse(day, out var read) ? read : throw new ShopException($"“{day}” is no day. Give one such as 2026-11-23.");
        var rows = await gate.Pages.RunAsync(() => database.Writing(session =>
        {
            Branches.Require(session, branch);
            return Accounts.OfDay(session, branch, of, clock.GetUtcNow().ToUnixTimeMilliseconds());
        }), http.RequestAborted);
        return format == "csv" ? TypedResults.File(System.Text.Encoding.UTF8.GetBytes(Accounts.Csv(rows)), "text/csv", $"accounts-{branch}-{day}.csv")
            : TypedResults.Ok(new ApiList<AccountRow>(rows, null, More: false));
    }
}

/// <summary>What was done.</summary>
public sealed record Told(string Done);

/// <summary>How many copies there are then.</summary>
public sealed record OnHand(long Copies);

/// <summary>Copies of a title in a branch.</summary>
public sealed record CopiesRequest(Guid StockId, long Branch, long Copies);

/// <summary>Which two records are one.</summary>
/// <param name="Kind"><c>stock</c> or <c>contact</c>.</param>
public sealed record MergeRequest(string Kind, Guid From, Guid Into);

/// <summary>Which record is one of its own.</summary>
public sealed record UnmergeRequest(string Kind, Guid Id);

/// <summary>Which day is closed.</summary>
/// <param name="Day">Such as 2026-11-23.</param>
public sealed record CloseDayRequest(long Branch, string Day, string? Note = null);

/// <summary>Which findings or dropped edits are settled.</summary>
public sealed record SettleRequest(IReadOnlyList<long> Ids, string? Note = null, bool EvenIfChanged = false);

/// <summary>What is said of an entry in quarantine.</summary>
public sealed record QuarantineRequest(string? Why = null, JsonElement? Content = null);

/// <summary>Which tills, by name or number.</summary>
public sealed record TillsRequest(IReadOnlyList<string> Tills);

/// <summary>The numbers of the tills that it was done to.</summary>
public sealed record TillsDone(IReadOnlyList<long> Tills);
