using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Rules;

namespace Bookmine.SyncServer.Posting;

/// <summary>
/// Edits and emails made with the server at hand. The fields that the till saw are compared with the live row inside the transaction;
/// a repeated request gets the answer that was stored.
/// </summary>
/// <param name="emailed">Called in the transaction for each email that is kept; null where none leaves.</param>
public sealed class LiveEdits(IServerDatabase database, TimeProvider clock, Action<Session, Guid>? emailed = null)
{
    /// <exception cref="MalformedEntryException">It is nothing that a till may do; nothing was changed.</exception>
    public EditReply Apply(long till, long branch, ChangeGroup group)
    {
        try
        {
            return database.Writing(session => Apply(session, till, branch, group));
        }
        catch (RowConflictException e)
        {
            throw new MalformedEntryException(e.Message);
        }
    }

    private EditReply Apply(Session session, long till, long branch, ChangeGroup group)
    {
        if (StoredAnswer(session, till, group.Id) is { } stored)
        {
            return stored;
        }
        FeedState.RequireHere(session);
        TillStates.Demand(session, till, TillDeed.Edit);
        Refuse(branch, group);
        var rows = new LiveRows(session);
        // A price belongs to its stock record, which also keeps two that would make its holding apart.
        rows.Lock(group.Changes.Where(c => c.Op == ChangeOp.Update).SelectMany(c => c.Table == BookmineSetup.Holding
            ? ((SyncTable, RowKey)[])[(c.Table, c.Key), (BookmineSetup.Stock, new RowKey(c.Key.Guid))]
            : [(c.Table, c.Key)]));
        var conflicts = group.Changes.SelectMany(c => Conflicts(rows, c)).ToList();
        if (conflicts.Count == 0)
        {
            foreach (var change in group.Changes)
            {
                Make(rows, change);
            }
            rows.Write();
            foreach (var email in group.Changes.Where(c => c.Table == BookmineSetup.Email))
            {
                emailed?.Invoke(session, email.Key.Guid);
            }
        }
        var reply = new EditReply(conflicts);
        session.Execute(
            "INSERT INTO command (request_id, till, received_at, answer) VALUES (@id, @till, @at, @answer)",
            group.Id, till, clock.GetUtcNow().ToUnixTimeMilliseconds(), JsonSerializer.Serialize(reply, ViewJson.Default.EditReply));
        return reply;
    }

    private static EditReply? StoredAnswer(Session session, long till, Guid request)
    {
        using var reader = session.Query("SELECT till, answer FROM command WHERE request_id = @id", request);
        return !reader.Read() ? null
            : reader.GetInt64(0) == till ? JsonSerializer.Deserialize(reader.GetString(1), ViewJson.Default.EditReply)
            : throw new MalformedEntryException($"the request {request} was made by another till");
    }

    private static void Refuse(long branch, ChangeGroup group)
    {
        foreach (var change in group.Changes)
        {
            var emailed = change.Table == BookmineSetup.Email && change.Op == ChangeOp.Insert;
            var edited = (change.Table == BookmineSetup.Stock || change.Table == BookmineSetup.Contact || change.Table == BookmineSetup.Holding)
                && change.Op == ChangeOp.Update;
            if ((!emailed && !edited) || (change.Values.Has("branch") && change.Values.IntegerOrNull("branch") != branch)
                || change.Values.Has("on_hand") || change.Values.Has("made_by"))
            {
                throw new MalformedEntryException($"a till may not change {change.Table.Name} in this way");
            }
            var missing = emailed ? change.Table.Columns.FirstOrDefault(c => !c.Nullable && change.Values[c.Name] is null) : null;
            if ((missing is null ? Plausibility.EditFault(change) : $"{change.Table.Name}.{missing.Name} is missing") is { } fault)
            {
                throw new MalformedEntryException(fault);
            }
        }
    }

    private static IEnumerable<EditConflict> Conflicts(LiveRows rows, RowChange change)
    {
        if (change.Op == ChangeOp.Insert)
        {
            return [];
        }
        var live = rows.Find(change.Table, change.Key);
        var owner = change.Table == BookmineSetup.Holding ? rows.Find(BookmineSetup.Stock, new RowKey(change.Key.Guid)) : live;
        if (owner is null)
        {
            throw new MalformedEntryException($"there is no {change.Table.Name} {change.Key}");
        }
        return Enumerable.Range(0, change.Table.Columns.Count)
            .Where(i => change.Values.Has(i) && !change.Table.IsKey(i) && !Equals(live?[i], change.Old?[i]))
            .Select(i => new EditConflict(change.Table.Columns[i].Name, Text(change.Old?[i]), Text(live?[i])));
    }

    private static void Make(LiveRows rows, RowChange change)
    {
        if (change.Op == ChangeOp.Insert)
        {
            rows.Take([change]);
        }
        else
        {
            rows.Set(change.Table, change.Key, () => new Row(change.Table) { ["on_hand"] = 0L }, row => row.Merge(change.Values));
        }
    }

    private static string? Text(object? value) => value is null ? null : FormattableString.Invariant($"{value}");
}
