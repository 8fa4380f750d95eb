using System.Diagnostics;
using System.Text.Json;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Observing;
using Bookmine.SyncServer.Tills;
using Microsoft.AspNetCore.Diagnostics;

namespace Bookmine.SyncServer.Endpoints;

/// <summary>What goes wrong becomes a Problem Details answer that names it and leaks no path and no SQL.</summary>
internal static class Problems
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    public static void UseProblems(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Bookmine.SyncServer.Database");
        var toldAt = 0L;
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = async context =>
            {
                var fault = context.Features.Get<IExceptionHandlerFeature>()!.Error;
                var (status, detail) = Answer(fault);
                // A full disk is met by every request: one line a minute says it.
                if (fault is DatabaseAwayException && (toldAt == 0 || Stopwatch.GetElapsedTime(toldAt) > BetweenLines))
                {
                    toldAt = Stopwatch.GetTimestamp();
                    log.DatabaseAway(detail);
                }
                await Results.Problem(detail, statusCode: status).ExecuteAsync(context);
            },
            // Any other answer tells the caller all; only the server's own failures belong in its log.
            SuppressDiagnosticsCallback = fault => Answer(fault.Exception).Status != StatusCodes.Status500InternalServerError,
        });
    }

    private static (int Status, string Detail) Answer(Exception fault) => fault switch
    {
        DatabaseAwayException { Words: { } words } => (
            StatusCodes.Status503ServiceUnavailable,
            $"The shop's database cannot be used at this moment: {words}. Nothing is lost: tills go on selling, and resynchronise when that is mended."),
        DatabaseAwayException => (StatusCodes.Status503ServiceUnavailable,
            "The shop's database does not answer at this moment. Nothing is lost: tills go on selling, and resynchronise when it is back."),
        RecordsElsewhereException => (StatusCodes.Status503ServiceUnavailable,
            "The shop's records were carried to another database, and this server still looks at the old one. Nothing is lost: tills go on selling until it is started on the new one."),
        ProgramOutdatedException => (StatusCodes.Status503ServiceUnavailable,
            "The shop's database was brought to a newer program's tables, and this server is the older one. Nothing is lost: tills go on selling until the newer program serves."),
        PostingPutOffException => (StatusCodes.Status503ServiceUnavailable, fault.Message),
        FeedBusyException => (StatusCodes.Status503ServiceUnavailable, fault.Message),
        ForbiddenException => (StatusCodes.Status403Forbidden, fault.Message),
        SignedOutException => (StatusCodes.Status401Unauthorized, fault.Message),
        OtherRequestException => (StatusCodes.Status422UnprocessableEntity, fault.Message),
        ChangedRecordException => (StatusCodes.Status412PreconditionFailed, fault.Message),
        ShopException => (StatusCodes.Status400BadRequest, fault.Message),
        TillForbiddenException => (StatusCodes.Status403Forbidden, fault.Message),
        EpochException => (StatusCodes.Status409Conflict, fault.Message),
        WireFormatException or MalformedEntryException => (StatusCodes.Status400BadRequest, fault.Message),
        BadHttpRequestException bad => (bad.StatusCode, "The request is not one of this protocol."),
        // The Brotli decoder's word for bytes that are not Brotli's.
        InvalidOperationException { Source: "System.IO.Compression.Brotli" } => (StatusCodes.Status400BadRequest, "The request's body cannot be read."),
        InvalidDataException or JsonException => (StatusCodes.Status400BadRequest, "The request's body cannot be read."),
        _ => (StatusCodes.Status500InternalServerError, "The server failed on this request. Nothing was half-done; its log says more. Try again."),
    };
}
