using Bookmine.Schema;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Foreign;
using Dotmim.Sync;
using Dotmim.Sync.Builders;
using Dotmim.Sync.Enumerations;
using Dotmim.Sync.Web.Server;

namespace Bookmine.DotmimBridge;

/// <summary>
/// The interceptors of one request, by which the shop does what Dotmim would. Of a synchronisation's last upload Dotmim asks, in this order:
/// changes are to be applied (they are posted, and taken out of its hands); what the timestamp is (the feed is read to its head, and this is the till's
/// next cursor); which command reads a table's changes. Whether to begin afresh it asks in an earlier request, so nothing of that is kept here.
/// </summary>
internal sealed class BridgeExchange(ForeignDoor door, HttpContext http, BridgeSession session)
{
    /// <summary>
    /// What the guard on the till shows, and gets anew: the server's word on how far its journal had come (<see cref="ForeignProof"/>); "-" for none yet.
    /// </summary>
    public const string GuardHeader = "Bookmine-Guard";

    /// <summary>Set where the till is to send all that it has made before it begins afresh; else what is not posted is enough.</summary>
    public const string SendsHeader = "Bookmine-Sends";

    /// <summary>The blocks of numbers leased to the till, with the server's word on each, both ways.</summary>
    public const string BlocksHeader = "Bookmine-Blocks";

    private ForeignOutcome outcome = ForeignOutcome.Nothing;
    private ForeignDownload? download;
    private long? cursor;

    public void Take(WebServerAgent agent)
    {
        var remote = agent.RemoteOrchestrator;
        Guid? calledItself = null;
        agent.OnHttpGettingRequest(args =>
        {
            calledItself = args.Context?.ClientId;
            BridgeLimits.Demand(args, door.Till.Id);
        });
        agent.OnHttpSendingResponse(args => args.Context.ClientId = calledItself);
        agent.OnHttpGettingChanges(args => BridgeLimits.Demand(args, session));
        remote.OnProvisioning(_ => throw new ToldException("Nothing is provisioned here."));
        remote.OnGettingOperation(Decide);
        remote.OnDatabaseChangesApplying(args => Post(remote, args));
        remote.OnLocalTimestampLoading(Open);
        remote.OnGetCommand(args => args.Command = CommandFor(args));
    }

    private bool IsGuarded => http.Request.Headers.ContainsKey(GuardHeader);

    private ForeignProof? Proof => ForeignProof.Read(http.Request.Headers[GuardHeader].ToString());

    private IReadOnlyList<NumberBlock> Blocks => BlockProofs.Read(http.Request.Headers[BlocksHeader]);

    private FeedCommand CommandFor(GetCommandArgs args) =>
        args.CommandType is DbCommandType.SelectChanges or DbCommandType.SelectInitializedChanges && download is not null
            ? new FeedCommand(download, args.Table)
            : throw new InvalidOperationException($"{args.CommandType} has no business on the shop's tables.");

    private void Decide(OperationArgs args)
    {
        var known = args.ScopeInfoClient is { IsNewScope: false } client ? client.LastServerSyncTimestamp : null;
        switch (door.StandingOf(known, Proof))
        {
            case ForeignStanding.Withheld when args.Context.SyncType != SyncType.Normal || known is null:
                // Its tables would be emptied, and nothing would come.
                throw new ToldException(door.WhyNot);
            case ForeignStanding.Stale or ForeignStanding.Lost when !IsGuarded:
                door.NoteUnguarded();
                args.Operation = SyncOperation.AbortSync;
                break;
            case ForeignStanding.Lost:
                http.Response.Headers[SendsHeader] = "all";
                args.Operation = SyncOperation.ReinitializeWithUpload;
                break;
            case ForeignStanding.Stale:
                args.Operation = SyncOperation.ReinitializeWithUpload;
                break;
            default:
                // What is asked for would destroy what was not sent.
                args.Operation = args.Context.SyncType == SyncType.Reinitialize ? SyncOperation.ReinitializeWithUpload : args.Operation;
                break;
        }
    }

    private void Post(RemoteOrchestrator remote, DatabaseChangesApplyingArgs args)
    {
        session.Post();
        var message = args.ApplyChanges;
        cursor = message.LastTimestamp;
        if (cursor is not null && door.StandingOf(cursor, null) is ForeignStanding.Stale or ForeignStanding.Lost)
        {
            throw new ToldException("The shop's records were put back while this synchronisation was going on. Synchronise again; nothing is lost.");
        }
        if (!message.Changes.HasData())
        {
            return;
        }
        var rows = BookmineSetup.Instance.Tables.Where(t => message.Changes.HasData(t.Name, ""))
            .SelectMany(t => remote.LoadTableFromBatchInfo(message.Changes, t.Name, "").Rows.Select(r => RowForm.Read(t, r))).ToList();
        outcome = door.Bring(new ForeignUpload($"{message.SenderScopeId}/{cursor}", rows), Blocks);
        foreach (var table in rows.GroupBy(r => (r.Table, r.IsRemoved)))
        {
            message.ChangesApplied.TableChangesApplied.Add(Applied(table.Key.Table.Name, table.Key.IsRemoved, table.Count()));
        }
        // Dotmim itself has nothing to write.
        message.Changes.BatchPartsInfo.Clear();
        message.Changes.RowsCount = 0;
    }

    private static TableChangesApplied Applied(string table, bool isRemoved, int rows) => new()
    {
        TableName = table, State = isRemoved ? SyncRowState.Deleted : SyncRowState.Modified, Applied = rows, TotalRowsCount = rows, TotalAppliedCount = rows,
    };

    private void Open(LocalTimestampLoadingArgs args)
    {
        download = door.Open(cursor, outcome, isNewFile: IsGuarded && Proof is null && cursor is null, Blocks);
        args.Command.CommandText = $"SELECT {download.Cursor}";
        args.Command.Parameters.Clear();
        http.Response.Headers[GuardHeader] = download.Proof.ToString();
        http.Response.Headers[BlocksHeader] = BlockProofs.Write(download.Blocks);
    }
}
