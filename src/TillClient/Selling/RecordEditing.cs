using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient.Selling;

/// <summary>
/// Makes edits and emails. With the server at hand they are made there, if nobody has changed the fields meanwhile; without, they go into the
/// journal with the warning that they will not survive. A correction of an own unposted record always goes into the journal.
/// </summary>
/// <param name="synchronise">Brings the replica up to date, before an edit so that it is made of what stands, and after it so that it shows.</param>
internal sealed class RecordEditing(
    ReplicaView view, ClientJournal journal, Sealer sealer, ServerLink link, Func<CancellationToken, Task> synchronise, EntityIds ids, TimeProvider clock)
{
    /// <param name="kind">Of <see cref="EntryKinds"/>: edit or email.</param>
    /// <param name="make">The changes, given the last entry the server has answered.</param>
    public Task<Outcome> MakeAsync(string kind, string? author, Func<long, IReadOnlyList<RowChange>> make, CancellationToken cancel) =>
        link.State == ConnectionState.Disconnected ? Task.FromResult(Seal(kind, author, make)) : AtServerAsync(kind, author, make, cancel);

    private Outcome Seal(string kind, string? author, Func<long, IReadOnlyList<RowChange>> make)
    {
        var outcome = sealer.Seal(kind, author, scope => new Sealing(make(scope.Acknowledged)));
        var corrected = outcome.Entry is { } entry
            && ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes.All(c => c.Op == ChangeOp.Amend);
        if (outcome.Refused is not null || corrected)
        {
            return outcome;
        }
        var dropped = "Made while disconnected: resynchronising will drop it and list it" + (kind == EntryKinds.Email ? "." : ", and the server's values will show again.");
        return outcome with { Warning = outcome.Warning is { } fault ? $"{dropped} {fault}" : dropped };
    }

    private async Task<Outcome> AtServerAsync(string kind, string? author, Func<long, IReadOnlyList<RowChange>> make, CancellationToken cancel)
    {
        try
        {
            await synchronise(cancel).ConfigureAwait(false);
            var edit = view.Read(() => new ChangeGroup(ids.Next(), kind, author, clock.GetUtcNow().ToUnixTimeMilliseconds(), make(journal.Acknowledged)));
            var reply = await link.TryAsync(() => link.Shop.EditAsync(edit, cancel)).ConfigureAwait(false);
            if (reply.Conflicts is [var conflict, ..])
            {
                return Outcome.Refuse(
                    $"{conflict.Field} is “{conflict.Found}” on the server by now, and was “{conflict.Expected}” here", "Look at the record again, then make the edit again if it still holds.");
            }
            await synchronise(cancel).ConfigureAwait(false);
            return new Outcome(null, null);
        }
        catch (RefusedException e)
        {
            return new Outcome(null, e.Refusal);
        }
        catch (Exception e) when (e is ServerAwayException or ServerRefusedException or DownloadBusyException)
        {
            return Outcome.Refuse($"Edits and emails need the server: {e.Message.TrimEnd('.')}", "Then look whether it was made.");
        }
    }
}
