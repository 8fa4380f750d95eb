using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Posting;

/// <summary>
/// Posts what continues a client's journal, as one unit, and keeps it in the inbox with the answers; an entry that is held already gets the
/// answer it had.
/// </summary>
internal sealed class Push(SyncSetup setup, IPostingHost host, Session session, long client, bool byPerson)
{
    public PushReply Post(Guid synchronisation, IReadOnlyList<Understood> entries)
    {
        var proof = FeedState.ProofOf(session);
        var ledger = host.Open(session, client, byPerson);
        var inbox = new Inbox(session, client);
        var head = inbox.LockHead();
        var (results, fresh, forked) = inbox.Sort(entries, head.N);
        if (fresh.Count == 0)
        {
            return new PushReply(head.N, results, forked);
        }
        var posted = new PostingUnit(session, ledger).Enter(synchronisation, [.. fresh.Select(e => ToPost(e, proof))]);
        var answers = fresh.Zip(posted, (e, result) => proof.Sign(client, e.Entry.Hash, result)).ToList();
        inbox.Keep(synchronisation, head, fresh, answers);
        session.ExecuteSoon($"UPDATE {setup.HeadTable.Name} SET n = @n WHERE {setup.HeadTable.KeyColumns[0]} = @client", fresh[^1].Entry.N, client);
        return new PushReply(fresh[^1].Entry.N, [.. results, .. answers], forked);
    }

    /// <summary>What was kept for a person before the records were restored is kept again, with the reason it had.</summary>
    private UnitEntry ToPost(Understood understood, ServerProof proof)
    {
        var entry = understood.Entry;
        var given = entry.Answer is { } answer && answer.N == entry.N && proof.Holds(client, Convert.ToHexStringLower(entry.Hash), answer) ? answer : null;
        return given is { State: EntryState.Quarantined } && !host.IsStanding(given.Reason ?? "")
            ? new UnitEntry(entry.N, entry.Id, null, given.Reason ?? "")
            : new UnitEntry(entry.N, entry.Id, understood.Group, understood.Fault, given is { State: EntryState.Posted } ? given : null);
    }
}
