using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Clocks;
using Bookmine.SyncServer.Observing;
using Bookmine.SyncServer.Reports;
using Bookmine.SyncServer.Tills;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>The engine's messages over HTTP.</summary>
internal static class SyncEndpoints
{
    public const string Binary = "application/octet-stream";
    private const long EnrolmentBody = 16 * 1024;
    private const long WordsBody = 2 * 1024 * 1024;
    private const string BlocksHeader = "Bookmine-Blocks";

    public static void MapSync(this WebApplication app)
    {
        var small = new BodyLimit(EnrolmentBody);
        app.MapPost("/sync/enrol", Enrol).RequireRateLimiting(RequestLimits.Enrolling).WithMetadata(small);
        app.MapPost("/sync/readmit", Readmit)
            .RequireRateLimiting(RequestLimits.Enrolling).WithMetadata(small);
        var group = app.MapGroup("/sync").RequireTill().WithMetadata(new TillAuthentication.KeepsJournal(true));
        var entries = new BodyLimit(Protocol.MostExpandedBytes);
        group.MapPost("/hello", Hello);
        group.MapPost("/push", PushAsync).WithMetadata(entries, new TillAuthentication.TakesItsOwnPlaces(true));
        group.MapPost("/news", NewsAsync).WithMetadata(new TillAuthentication.TakesItsOwnPlaces(false));
        group.MapPost("/pull", Pull).For(TillDeed.Download).TakeDownloadPermit();
        group.MapPost("/clock", AcceptClock).For(TillDeed.Edit);
        group.MapGet("/refill", Refill).For(TillDeed.Refill);
        group.MapPost("/fork", ForkAsync).WithMetadata(entries, new TillAuthentication.TakesItsOwnPlaces(true));
        group.MapPost("/renew", Renew).For(TillDeed.Renew);
        group.MapPost("/words", HearWords).WithMetadata(new BodyLimit(WordsBody));
        group.MapGet("/snapshot/{name}", Snapshot).For(TillDeed.Download).TakeDownloadPermit();
        group.MapGet("/totals", Totals);
    }

    private static EnrolReply Enrol(EnrolRequest request, Enrolment enrolment, ILogger<Enrolment> log)
    {
        if (request.Protocol != Protocol.Version || request.Schema != BookmineSetup.SchemaVersion)
        {
            throw new ShopException(
                $"The till's program speaks version {request.Protocol}.{request.Schema} and this server {Protocol.Version}.{BookmineSetup.SchemaVersion}. "
                + "Install the same version of Bookmine on both. The enrolment code was not used.");
        }
        var reply = enrolment.Enrol(request.Code);
        log.Did(Actor.AtTill(reply.Till, reply.Name), "till enrol", AuthorityWords.OfTill(reply.Till));
        return reply;
    }

    private static ReadmitReply Readmit(ReadmitRequest request, Enrolment enrolment, ILogger<Enrolment> log)
    {
        var reply = enrolment.Readmit(request);
        log.Did(Actor.AtTill(request.Till, request.Name), "till readmit", AuthorityWords.OfTill(request.Till));
        return reply;
    }

    private static HelloReply Hello(
        HelloRequest request, HttpContext context, TillRegister tills, ServerOrchestrator orchestrator, ServerKeys keys, ServerClock clock,
        IServerDatabase database, ILogger<TillRegister> log)
    {
        var till = context.Till();
        if (request.Clock is { } said && till.State == TillState.Enrolled)
        {
            clock.Heard(till.Id, said);
        }
        var reply = orchestrator.Hello(tills.Greet(till, request), request) with
        {
            ServerKeys = keys.Trusted(), Program = ProgramVersion.Own, PutOff = clock.WhyNot(database),
        };
        log.Greeted(till, request, reply);
        return reply;
    }

    /// <summary>Somebody at the till says that the server's clock is right.</summary>
    private static ClockAcceptance AcceptClock(ClockAcceptance said, HttpContext context, ServerClock clock, IServerDatabase database)
    {
        var till = context.Till();
        var at = database.Writing(session =>
        {
            TillStates.Demand(session, till.Id, TillDeed.Edit);
            var time = clock.Accept(session, said.Time);
            AuditLog.Write(
                session, clock, Actor.AtTill(till.Id, till.Name, said.Operator), "clock accept", "the server's clock", Instant.Format(time));
            return time;
        });
        return said with { Time = at };
    }

    private static EnrolReply Renew(RenewRequest? made, HttpContext context, Enrolment enrolment, ILogger<Enrolment> log)
    {
        var reply = enrolment.Renew(context.Till(), made?.Secret);
        log.Did(Actor.AtTill(context.Till().Id, context.Till().Name), "till renew", AuthorityWords.OfTill(reply.Till));
        return reply;
    }

    /// <summary>What a till has kept of this server's words, which records put back from a backup may have forgotten.</summary>
    private static WordsHeard HearWords(AuthorityWord?[] words, IServerDatabase database, WordsFile file, ILogger<TillRegister> log)
    {
        var news = database.Writing(session => AuthorityWords.Hear(session, words.Take(AuthorityWords.Most)));
        if (news > 0)
        {
            log.WordsHeard(news);
            file.BringIfPossible();
        }
        return new WordsHeard(news);
    }

    private static async Task<PushReply> PushAsync(
        HttpContext context, TillRegister tills, KeptQuota quota, ServerOrchestrator orchestrator, RequestGate gate, TimeProvider clock,
        ILogger<TillRegister> log)
    {
        var began = clock.GetTimestamp();
        var (synchronisation, entries) = await EntriesAsync(context);
        var blocks = BlockProofs.Read(context.Request.Headers[BlocksHeader]);
        var reply = await gate.Posting.RunAsync(
            () =>
            {
                quota.Demand(context.Till(), entries);
                return orchestrator.Push(tills.RecordOf(context.Till(), blocks), synchronisation, entries);
            },
            context.RequestAborted);
        log.Posted(context.Till(), reply.Results, clock.GetElapsedTime(began));
        return reply;
    }

    /// <summary>A server that stops lets those who wait go.</summary>
    private static async Task<NewsReply> NewsAsync(
        NewsRequest request, HttpContext context, TillRegister tills, ServerOrchestrator orchestrator, RequestGate gate, IHostApplicationLifetime host)
    {
        var till = context.Till();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping);
        try
        {
            return await orchestrator.NewsAsync(
                till.Id, session => tills.ScopeOf(session, till.Id), request, look => gate.Others.RunAsync(look, ended.Token), ended.Token);
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            return new NewsReply(false);
        }
    }

    private static async Task<ForkReply> ForkAsync(
        HttpContext context, TillRegister tills, KeptQuota quota, ServerOrchestrator orchestrator, RequestGate gate)
    {
        var (_, entries) = await EntriesAsync(context);
        return await gate.Posting.RunAsync(
            () =>
            {
                quota.Demand(context.Till(), entries);
                return orchestrator.KeepForked(tills.RecordOf(context.Till()), entries);
            },
            context.RequestAborted);
    }

    private static FileContentHttpResult Refill(long after, HttpContext context, TillRegister tills, ServerOrchestrator orchestrator) =>
        TypedResults.Bytes(PushEnvelope.Write(Guid.Empty, orchestrator.Refill(tills.RecordOf(context.Till()), after)), Binary);

    private static async Task<(Guid Session, IReadOnlyList<PushedEntry> Entries)> EntriesAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return PushEnvelope.Read(body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    private static FileContentHttpResult Pull(PullRequest request, HttpContext context, TillRegister tills, ServerOrchestrator orchestrator) =>
        TypedResults.Bytes(orchestrator.Pull(tills.RecordOf(context.Till()), request).Write(), Binary);

    private static Results<PhysicalFileHttpResult, ProblemHttpResult> Snapshot(string name, ServerOrchestrator orchestrator) =>
        orchestrator.SnapshotPath(name) is { } path
            ? TypedResults.PhysicalFile(path, "application/vnd.sqlite3", enableRangeProcessing: true)
            : TypedResults.Problem("That snapshot is no longer kept. Start the download afresh.", statusCode: StatusCodes.Status404NotFound);

    /// <param name="kept">Numbers with commas between; null from a till that does not say.</param>
    private static ControlTotals Totals(long from, long through, string? kept, HttpContext context, IServerDatabase database)
    {
        var entries = kept is null ? null : Numbers(kept);
        return database.Reading(session => PostedTotals.Of(session, context.Till().Id, from, through, entries));
    }

    private static long[] Numbers(string list)
    {
        var texts = list.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return texts.Length <= ControlTotals.MostKept && Array.TrueForAll(texts, t => long.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? Array.ConvertAll(texts, t => long.Parse(t, CultureInfo.InvariantCulture))
            : throw new ShopException($"kept is no list of at most {ControlTotals.MostKept} numbers of entries.");
    }
}
