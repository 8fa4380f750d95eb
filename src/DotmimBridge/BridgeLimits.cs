using Bookmine.Schema;
using Dotmim.Sync;
using Dotmim.Sync.Web.Client;
using Dotmim.Sync.Web.Server;

namespace Bookmine.DotmimBridge;

/// <summary>
/// What a request may say. Dotmim believes it: it would make scopes, triggers and files by the names that it finds, and keep what it is told of a client.
/// </summary>
internal static class BridgeLimits
{
    /// <summary>Kilobytes of a part that a till may ask for.</summary>
    private const int LeastPart = 100;
    private const int MostPart = 4_000;

    private static readonly HashSet<HttpStep> Steps =
    [
        HttpStep.EnsureScopes, HttpStep.GetOperation, HttpStep.GetSummary, HttpStep.SendChangesInProgress, HttpStep.GetMoreChanges,
        HttpStep.SendEndDownloadChanges, HttpStep.EndSession,
    ];

    public static int Part(int asked) => Math.Clamp(asked, LeastPart, MostPart);

    /// <exception cref="ToldException">It is no request of a till's synchronisation.</exception>
    public static void Demand(HttpGettingRequestArgs args, long till)
    {
        var context = args.Context;
        if (!Steps.Contains(args.HttpStep))
        {
            throw new ToldException($"{args.HttpStep} is no step of a till's synchronisation.");
        }
        var client = args.Data switch
        {
            HttpMessageSendChangesRequest changes => changes.ScopeInfoClient,
            HttpMessageOperationRequest operation => operation.ScopeInfoClient,
            _ => null,
        };
        if (client is null && args.HttpStep is (HttpStep.SendChangesInProgress or HttpStep.GetOperation))
        {
            throw new ToldException("The request names no client.");
        }
        if (context is null || context.ScopeName != BridgeScope.Name || (client is not null && client.Name != BridgeScope.Name))
        {
            throw new ToldException($"There is no such scope. The shop's is called {BridgeScope.Name}.");
        }
        if (context.Parameters is { Count: > 0 } || client?.Parameters is { Count: > 0 })
        {
            throw new ToldException("The shop's scope has no parameters: what a till gets follows from its branch.");
        }
        if (client is not null)
        {
            // One row for each till, whatever it calls itself.
            (client.Properties, client.Errors, client.Hash) = (null, null, SyncParameters.DefaultScopeHash);
            client.Id = new Guid((int)till, 0, 0, new byte[8]);
            context.ClientId = client.Id;
        }
    }

    /// <exception cref="ToldException">It is no part of an upload.</exception>
    public static void Demand(HttpGettingClientChangesArgs args, BridgeSession session)
    {
        if (args.Request.Changes is not { Tables.Count: > 0 } changes)
        {
            return;
        }
        if (changes.Tables is not [{ TableName: not null } table] || !string.IsNullOrEmpty(table.SchemaName)
            || BookmineSetup.Instance.Find(table.TableName) is null)
        {
            throw new ToldException("A part of an upload is of one table, and that one of the shop's. Nothing of this synchronisation was posted.");
        }
        session.Take(table.Rows ?? []);
    }
}
