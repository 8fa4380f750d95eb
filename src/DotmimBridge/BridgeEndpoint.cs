using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Endpoints;
using Dotmim.Sync;
using Dotmim.Sync.Enumerations;
using Dotmim.Sync.Serialization;
using Dotmim.Sync.Web.Client;
using Dotmim.Sync.Web.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Bookmine.DotmimBridge;

/// <summary>
/// The door for Dotmim's tills, <c>/dotmim</c>. Dotmim speaks its own protocol here, and applies and tracks nothing: what comes is posted by the shop's
/// rules, what goes is the shop's feed (<see cref="BridgeExchange"/>).
/// </summary>
internal sealed class BridgeEndpoint(Func<CoreProvider> provider, BridgeSessions sessions) : IDisposable
{
    public const string Path = "/dotmim";

    private readonly SemaphoreSlim provisioning = new(1);
    private volatile bool isProvisioned;

    public static void Map(WebApplication app, ServerOptions options)
    {
        var sessions = new BridgeSessions(System.IO.Path.Combine(options.DataFolder, "dotmim"), TimeProvider.System);
        sessions.Begin();
        var endpoint = new BridgeEndpoint(BridgeProvider.Of(options), sessions);
        app.Lifetime.ApplicationStopped.Register(endpoint.Dispose);
        app.MapForeign(Path, endpoint.HandleAsync);
    }

    public void Dispose() => provisioning.Dispose();

    private async Task HandleAsync(HttpContext http, ForeignDoor door)
    {
        if (!((string[])["session-id", "scope-name", "step"]).All(h => http.Request.Headers.ContainsKey($"dotmim-sync-{h}")))
        {
            throw new ShopException("This is no request of Dotmim's protocol.");
        }
        await ProvisionAsync();
        // Before it takes anybody's place: a line may be slow.
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        body.Position = 0;
        http.Request.Body = body;
        var session = sessions.Of(door.Till.Id, http.Request.Headers["dotmim-sync-session-id"].ToString());
        try
        {
            http.Features.Set<ISessionFeature>(session);
            var agent = new PlainAgent(provider(), OptionsOf(session.Folder));
            new BridgeExchange(door, http, session).Take(agent);
            await AnswerAsync(http, door, session, agent);
        }
        finally
        {
            session.Leave();
        }
    }

    private async Task AnswerAsync(HttpContext http, ForeignDoor door, BridgeSession session, PlainAgent agent)
    {
        switch (WebServerAgent.GetCurrentStep(http))
        {
            case HttpStep.SendChangesInProgress or HttpStep.GetOperation:
                await door.InTurnAsync(
                    () =>
                    {
                        sessions.EndOthers(session);
                        return agent.HandleRequestAsync(http);
                    },
                    http.RequestAborted);
                break;
            case HttpStep.GetMoreChanges:
                await session.Parts.WaitAsync(http.RequestAborted);
                try
                {
                    await agent.HandleRequestAsync(http);
                }
                finally
                {
                    session.Parts.Release();
                }
                break;
            default:
                await agent.HandleRequestAsync(http);
                if (WebServerAgent.GetCurrentStep(http) == HttpStep.EndSession)
                {
                    sessions.End(session);
                }
                break;
        }
    }

    /// <summary>
    /// Once, before the first request: the scope, as the shop's setup says it. Dotmim never looks at the shop's tables, and makes nothing on them.
    /// </summary>
    private async Task ProvisionAsync()
    {
        if (isProvisioned)
        {
            return;
        }
        await provisioning.WaitAsync();
        try
        {
            if (!isProvisioned)
            {
                var remote = new RemoteOrchestrator(provider(), OptionsOf(System.IO.Path.GetTempPath()));
                await remote.GetScopeInfoAsync(BridgeScope.Name);
                await remote.SaveScopeInfoAsync(BridgeScope.Scope);
                isProvisioned = true;
            }
        }
        finally
        {
            provisioning.Release();
        }
    }

    private static SyncOptions OptionsOf(string folder) => new()
    {
        BatchDirectory = folder,
        ScopeInfoTableName = "dotmim_scope_info",
        // No transaction of Dotmim's: each unit of posting has its own. And its switch for constraints would switch off PostgreSQL's triggers, and the
        // feed with them.
        TransactionMode = TransactionMode.None,
        DisableConstraintsOnApplyChanges = false,
        ConflictResolutionPolicy = ConflictResolutionPolicy.ServerWins,
    };

    /// <summary>Dotmim's agent, whose refusals are told in the shop's words and name nothing of the server's.</summary>
    private sealed class PlainAgent(CoreProvider provider, SyncOptions options)
        : WebServerAgent(provider, BridgeScope.Setup, options, scopeName: BridgeScope.Name)
    {
        /// <summary>As it was provisioned at the start: a request makes nothing.</summary>
        protected override Task<HttpMessageEnsureScopesResponse> EnsureScopesAsync(
            HttpContext httpContext, HttpMessageEnsureScopesRequest httpMessage, SessionCache sessionCache, IProgress<ProgressArgs> progress,
            CancellationToken cancellationToken) => Task.FromResult(new HttpMessageEnsureScopesResponse(httpMessage.SyncContext, BridgeScope.Scope));

        public override (int ClientBatchSize, ISerializerFactory ClientSerializer) GetClientSerializer(string serializerInfoString)
        {
            var (size, serializer) = base.GetClientSerializer(serializerInfoString);
            return (BridgeLimits.Part(size), serializer);
        }

        public override Task WriteExceptionAsync(HttpRequest httpRequest, HttpResponse httpResponse, Exception exception)
        {
            var causes = Causes(exception).ToList();
            var told = causes.Find(IsForTheTill);
            if (told is null && !causes.Exists(c => c is HttpScopeNameFromClientIsInvalidException or HttpSessionLostException or HttpHeaderMissingException))
            {
                httpRequest.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Bookmine.DotmimBridge")
                    .Failed(exception);
            }
            return base.WriteExceptionAsync(httpRequest, httpResponse, new ToldException(told?.Message ?? Words(causes)));
        }

        private static string Words(List<Exception> causes) =>
            causes.Exists(c => c is HttpScopeNameFromClientIsInvalidException) ? $"There is no such scope. The shop's is called {BridgeScope.Name}."
            : causes.Exists(c => c is HttpSessionLostException)
                ? "This synchronisation was begun elsewhere, or too long ago. Synchronise again; nothing is lost."
            : "The server failed on this request. Nothing was half-done; its log says more. Synchronise again.";

        private static IEnumerable<Exception> Causes(Exception exception)
        {
            for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
            {
                yield return cause;
            }
        }

        private static bool IsForTheTill(Exception cause) => cause is ShopException or PostingPutOffException or FeedBusyException or ToldException;
    }
}

/// <summary>What a till is told.</summary>
internal sealed class ToldException(string message) : Exception(message);
