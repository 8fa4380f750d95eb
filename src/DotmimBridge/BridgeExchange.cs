using System.Globalization;
using Bookmine.Schema;
using Bookmine.SyncServer.Endpoints;
using Bookmine.SyncServer.Foreign;
using Dotmim.Sync;
using Dotmim.Sync.Builders;
using Dotmim.Sync.Enumerations;

namespace Bookmine.DotmimBridge;

/// <summary>
/// The interceptors of one request, by which the shop does what Dotmim would. Of a synchronisation's last upload Dotmim asks, in this order:
/// changes are to be applied (they are posted, and taken out of its hands); what the timestamp is (the feed is read to its head, and this is the till's
/// next cursor); which command reads a table's changes. Whether to begin afresh it asks in an earlier request, so nothing of that is kept here.
/// </summary>
internal sealed class BridgeExchange(ForeignDoor door, HttpContext http)
{
    /// <summary>Set by the guard on the till: the last entry of its own that it has seen in its head; 0 for none.</summary>
    public const string GuardHeader = "Bookmine-Guard";

    private ForeignOutcome outcome = ForeignOutcome.Nothing;
    private ForeignDownload? download;
    private long? cursor;

    public void Take(RemoteOrchestrator remote)
    {
        remote.OnGettingOperation(DecideAsync);
        remote.OnDatabaseChangesApplying(args => PostAsync(remote, args));
        remote.OnLocalTimestampLoading(OpenAsync);
        remote.OnGetCommand(args => args.Command = CommandFor(args));
    }

    private FeedCommand CommandFor(GetCommandArgs args) =>
        args.CommandType is DbCommandType.SelectChanges or DbCommandType.SelectInitializedChanges && download is not null
            ? new FeedCommand(download, args.Table)
            : throw new InvalidOperationException($"{args.CommandType} has no business on the shop's tables.");

    private bool IsGuarded => http.Request.Headers.ContainsKey(GuardHeader);

    private long? LastEntry =>
        long.TryParse(http.Request.Headers[GuardHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var entry) ? entry : null;

    private async Task DecideAsync(OperationArgs args)
    {
        var known = args.ScopeInfoClient is { IsNewScope: false } client ? client.LastServerSyncTimestamp : null;
        switch (await door.StandingOfAsync(known, LastEntry, http.RequestAborted))
        {
            case ForeignStanding.Withheld when args.Context.SyncType != SyncType.Normal || known is null:
                // Its tables would be emptied, and nothing would come.
                throw new ToldException(door.WhyNot);
            case ForeignStanding.Stale when !IsGuarded:
                door.NoteUnguarded();
                args.Operation = SyncOperation.AbortSync;
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

    private async Task PostAsync(RemoteOrchestrator remote, DatabaseChangesApplyingArgs args)
    {
        var message = args.ApplyChanges;
        cursor = message.LastTimestamp;
        if (cursor is not null && await door.StandingOfAsync(cursor, null, http.RequestAborted) == ForeignStanding.Stale)
        {
            throw new ToldException("The shop's records were put back while this synchronisation was going on. Synchronise again; nothing is lost.");
        }
        if (!message.Changes.HasData())
        {
            return;
        }
        var rows = BookmineSetup.Instance.Tables.Where(t => message.Changes.HasData(t.Name, ""))
            .SelectMany(t => remote.LoadTableFromBatchInfo(message.Changes, t.Name, "").Rows.Select(r => RowForm.Read(t, r))).ToList();
        outcome = await door.BringAsync(new ForeignUpload($"{message.SenderScopeId}/{cursor}", rows), http.RequestAborted);
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

    private async Task OpenAsync(LocalTimestampLoadingArgs args)
    {
        download = await door.OpenAsync(cursor, cursor is null, outcome, http.RequestAborted);
        args.Command.CommandText = $"SELECT {download.Cursor}";
        args.Command.Parameters.Clear();
    }
}
