using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>The engine's messages over HTTP.</summary>
internal static class SyncEndpoints
{
    public const string Binary = "application/octet-stream";

    public static void MapSync(this WebApplication app)
    {
        app.MapPost("/sync/enrol", Enrol);
        var group = app.MapGroup("/sync").RequireTill();
        group.MapPost("/hello", Hello);
        group.MapPost("/push", PushAsync);
        group.MapPost("/pull", Pull);
        group.MapGet("/snapshot/{name}", Snapshot);
        group.MapGet("/totals", Totals);
    }

    private static EnrolReply Enrol(EnrolRequest request, Enrolment enrolment) =>
        request.Protocol == Protocol.Version && request.Schema == BookmineSetup.SchemaVersion
            ? enrolment.Enrol(request.Code)
            : throw new ShopException(
                $"The till's program speaks version {request.Protocol}.{request.Schema} and this server {Protocol.Version}.{BookmineSetup.SchemaVersion}. "
                + "Install the same version of Bookmine on both. The enrolment code was not used.");

    private static HelloReply Hello(HelloRequest request, HttpContext context, TillRegister tills, ServerOrchestrator orchestrator) =>
        orchestrator.Hello(tills.Greet(context.Till(), request), request);

    private static async Task<PushReply> PushAsync(HttpContext context, TillRegister tills, ServerOrchestrator orchestrator)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var (synchronisation, entries) = PushEnvelope.Read(body.GetBuffer().AsSpan(0, (int)body.Length));
        return orchestrator.Push(tills.RecordOf(context.Till()), synchronisation, entries);
    }

    private static FileContentHttpResult Pull(PullRequest request, HttpContext context, TillRegister tills, ServerOrchestrator orchestrator) =>
        TypedResults.Bytes(orchestrator.Pull(tills.RecordOf(context.Till()), request).Write(), Binary);

    private static Results<PhysicalFileHttpResult, ProblemHttpResult> Snapshot(string name, ServerOrchestrator orchestrator) =>
        orchestrator.SnapshotPath(name) is { } path
            ? TypedResults.PhysicalFile(path, "application/vnd.sqlite3", enableRangeProcessing: true)
            : TypedResults.Problem("That snapshot is no longer kept. Start the download afresh.", statusCode: StatusCodes.Status404NotFound);

    private static ControlTotals Totals(long from, long through, HttpContext context, IServerDatabase database) =>
        database.Reading(session => PostedTotals.Of(session, context.Till().Id, from, through));
}
