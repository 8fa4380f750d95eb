using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Tills;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bookmine.SyncServer.Api;

/// <summary>The tills, and what is done to several of them at once: a program that sets up thirty branches does not click.</summary>
internal static class ApiTills
{
    public static void MapTills(this RouteGroupBuilder api)
    {
        api.MapGet("/tills", ListAsync).RequireAuthorization("tills:read").WithSummary("The tills, as last heard");
        var deeds = api.MapGroup("/tills").RequireAuthorization("tills:write");
        deeds.MapPost("/codes", CodesAsync).WithSummary("One-time codes to enrol tills with")
            .WithDescription("The codes are in this answer and nowhere else. Asked for again, each name has a new one, and the one before is good no more.");
        deeds.MapPost("/revoke", RevokeAsync).WithSummary("Let tills in no more, with all that were renewed from them");
        deeds.MapPost("/let_in", LetInAsync).WithSummary("Take a revocation back");
        deeds.MapPost("/admit", AdmitAsync).WithSummary("Let tills in that came by themselves to records which do not know them");
        deeds.MapPost("/reprovision", ReprovisionAsync).WithSummary("Have tills fetch a fresh replica");
        deeds.MapPost("/move", MoveAsync).WithSummary("Give tills to another branch")
            .WithDescription("Of a key for all branches. What they sold before is posted to the branch that they sold it in.");
        deeds.MapPost("/rename", RenameAsync).WithSummary("Call a till by another name");
    }

    private static Task<Ok<ApiList<TillRow>>> ListAsync(HttpContext http, IServerDatabase database, RequestGate gate) => ApiV1.WholeAsync(
        http, gate, rights => database.Reading(session => Machines.All(session, rights.Branches)));

    private static Task<Results<Ok<ApiList<CodeItem>>, ProblemHttpResult>> CodesAsync(CodesRequest body, HttpContext http, [AsParameters] Once once) =>
        once.AgainAsync(http, actor => new ApiList<CodeItem>(
            MachinesOf(once).NewCodes(actor, body.Branch, body.Names, body.IsForeign)
                .ConvertAll(c => new CodeItem(c.Till, c.Code, Instant.Format(c.ExpiresAt))),
            null, More: false));

    private static Task<Results<Ok<TillsDone>, ProblemHttpResult>> RevokeAsync(TillsRequest body, HttpContext http, [AsParameters] Once once) =>
        once.AgainAsync(http, actor => new TillsDone(MachinesOf(once).Revoke(actor, body.Meant)));

    private static Task<Results<Ok<TillsDone>, ProblemHttpResult>> LetInAsync(TillsRequest body, HttpContext http, [AsParameters] Once once) =>
        once.AgainAsync(http, actor => new TillsDone(MachinesOf(once).LetInAgain(actor, body.Meant)));

    private static Task<Results<Ok<TillsDone>, ProblemHttpResult>> ReprovisionAsync(TillsRequest body, HttpContext http, [AsParameters] Once once) =>
        once.AgainAsync(http, actor => new TillsDone(MachinesOf(once).Reprovision(actor, body.Meant)));

    private static Task<Results<Ok<TillsDone>, ProblemHttpResult>> MoveAsync(MoveRequest body, HttpContext http, [AsParameters] Once once) =>
        once.AgainAsync(http, actor => new TillsDone(MachinesOf(once).Move(actor, new TillsRequest(body.Tills).Meant, body.Branch)));

    private static Task<Results<Ok<TillsDone>, ProblemHttpResult>> RenameAsync(RenameRequest body, HttpContext http, [AsParameters] Once once) =>
        once.AgainAsync(http, actor => new TillsDone([MachinesOf(once).Rename(actor, session => TillNames.Find(session, body.Till), body.Name)]));

    private static Task<Results<Ok<ApiList<Admitted>>, ProblemHttpResult>> AdmitAsync(
        TillsRequest body, HttpContext http, [AsParameters] Once once, Admission admission) =>
        once.AgainAsync(http, actor => new ApiList<Admitted>(admission.Admit(actor, body.Meant), null, More: false));

    private static Machines MachinesOf(Once once) => new(once.Database, once.Clock, once.Words);
}

/// <summary>Which tills, by name or number.</summary>
public sealed record TillsRequest(IReadOnlyList<string> Tills)
{
    internal List<long> Meant(Session session) => Tills.Count > 0 ? [.. Tills.Select(t => TillNames.Find(session, t)).Distinct()]
        : throw new ShopException("tills names none: give their names or numbers. Nothing was changed.");
}

/// <summary>Which tills go to which branch.</summary>
public sealed record MoveRequest(IReadOnlyList<string> Tills, long Branch);

/// <summary>What a till is called from now on.</summary>
public sealed record RenameRequest(string Till, string Name);

/// <summary>For which tills codes are made.</summary>
/// <param name="IsForeign">For tills of another engine.</param>
public sealed record CodesRequest(long Branch, IReadOnlyList<string> Names, bool IsForeign = false);

/// <summary>A one-time code.</summary>
public sealed record CodeItem(string Till, string Code, string ExpiresAt);

/// <summary>The numbers of the tills that it was done to.</summary>
public sealed record TillsDone(IReadOnlyList<long> Tills);
