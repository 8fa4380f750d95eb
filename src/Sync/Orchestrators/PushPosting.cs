using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <summary>
/// Posts one push in one transaction. An entry that is refused before anything of it was written is kept in quarantine on the way; one that
/// turns out impossible in the writing throws, and the caller posts the batch again an entry at a time. So the rule, a batch in which
/// nothing is wrong, pays for no savepoints.
/// </summary>
/// <param name="refuseAll">Why nothing of this client's is posted; null for a client in good standing.</param>
internal sealed class PushPosting(SyncSetup setup, Session session, long client, IPostingHost host, IUploadInterceptor interceptors, string? refuseAll = null)
{
    private readonly ServerProof proof = Feed.FeedState.ProofOf(session);

    public PushReply Post(Guid synchronisation, IReadOnlyList<PushedEntry> entries)
    {
        var inbox = new Inbox(session, client);
        var (held, chain) = inbox.LockHead();
        var results = new List<EntryResult>(entries.Count);
        var forked = false;
        IPostingBatch? batch = null;
        foreach (var entry in entries)
        {
            if (entry.N <= held)
            {
                if (inbox.StoredAnswer(entry) is not { } stored)
                {
                    // What came before it is posted, and is completed below like any other.
                    forked = true;
                    break;
                }
                results.Add(stored);
                continue;
            }
            if (entry.N != held + 1)
            {
                break;
            }
            batch ??= host.Begin(session, client);
            var result = proof.Sign(client, entry.Hash, PostOne(batch, entry, synchronisation));
            held = entry.N;
            chain = JournalEntry.ChainOf(chain, entry.Hash);
            inbox.Keep(entry, chain, synchronisation, result);
            results.Add(result);
        }
        if (batch is not null)
        {
            inbox.MoveHead(held, chain);
            session.Execute($"UPDATE {setup.HeadTable.Name} SET n = @n WHERE {setup.HeadTable.KeyColumns[0]} = @client", held, client);
            batch.Complete();
        }
        return new PushReply(held, results, forked);
    }

    /// <summary>Keeps an entry without looking at it, for one whose posting failed in a way nobody foresaw.</summary>
    public PushReply Quarantine(Guid synchronisation, PushedEntry entry, string reason)
    {
        var inbox = new Inbox(session, client);
        var (held, chain) = inbox.LockHead();
        if (entry.N != held + 1)
        {
            return new PushReply(held, []);
        }
        var batch = host.Begin(session, client);
        var result = proof.Sign(client, entry.Hash, Quarantined(batch, entry, reason));
        var next = JournalEntry.ChainOf(chain, entry.Hash);
        inbox.Keep(entry, next, synchronisation, result);
        inbox.MoveHead(entry.N, next);
        session.Execute($"UPDATE {setup.HeadTable.Name} SET n = @n WHERE {setup.HeadTable.KeyColumns[0]} = @client", entry.N, client);
        batch.Complete();
        return new PushReply(entry.N, [result]);
    }

    /// <summary>Writes what the interceptors make of a group.</summary>
    /// <param name="answer">The answer it had before the server's records were restored; null otherwise.</param>
    /// <returns>The result, or why it was refused before anything was written.</returns>
    /// <exception cref="MalformedEntryException">It turned out impossible in the writing; the transaction must be given up.</exception>
    public (EntryResult? Result, string? Refused) Enter(IPostingBatch batch, ChangeGroup group, long n, Guid synchronisation, EntryResult? answer = null)
    {
        var ruling = interceptors.OnApplying(group, new Facts(batch.FactsFor(group, answer), (table, key) => TableSql.Find(session, table, key)));
        if (ruling.Refused is { } refused)
        {
            return (null, refused);
        }
        foreach (var change in ruling.Apply)
        {
            Write(change);
        }
        var number = batch.Applied(group, ruling, n, synchronisation);
        return (new EntryResult(n, EntryState.Posted, number, batch.PostedAt, ruling.Dropped, null), null);
    }

    private EntryResult PostOne(IPostingBatch batch, PushedEntry entry, Guid synchronisation)
    {
        if (refuseAll is not null)
        {
            return Quarantined(batch, entry, refuseAll);
        }
        ChangeGroup group;
        var answer = entry.Answer is { } given && given.N == entry.N && proof.Holds(client, Convert.ToHexStringLower(entry.Hash), given) ? given : null;
        if (answer is { State: EntryState.Quarantined })
        {
            return Quarantined(batch, entry, answer.Reason ?? "");
        }
        try
        {
            group = Understand(entry);
        }
        catch (MalformedEntryException e)
        {
            return Quarantined(batch, entry, e.Message);
        }
        var (result, refused) = Enter(batch, group, entry.N, synchronisation, answer);
        return result ?? Quarantined(batch, entry, refused!);
    }

    private ChangeGroup Understand(PushedEntry entry)
    {
        var expected = JournalEntry.HashOf(entry.N, entry.Id, entry.Kind, entry.Format, entry.SealedAt, entry.Payload);
        return expected.AsSpan().SequenceEqual(entry.Hash)
            ? ChangeGroupJson.Read(setup, entry.Id, entry.Format, entry.Payload)
            : throw new MalformedEntryException("its hash is not that of its content");
    }

    /// <exception cref="MalformedEntryException">The row is there already, or the row to correct is not.</exception>
    private void Write(RowChange change)
    {
        if (change.Op == ChangeOp.Insert)
        {
            if (!TableSql.TryInsert(session, change.Values))
            {
                throw new MalformedEntryException(TableSql.Find(session, change.Table, change.Key) is null
                    ? $"the server has another row of {change.Table.Name} with a number that may be there once only"
                    : $"the server has a row of {change.Table.Name} with the key {change.Key} already");
            }
            return;
        }
        var row = TableSql.FindForChange(session, change.Table, change.Key)
            ?? throw new MalformedEntryException($"the server has no row of {change.Table.Name} with the key {change.Key}");
        row.Merge(change.Values);
        TableSql.Replace(session, row);
    }

    private static EntryResult Quarantined(IPostingBatch batch, PushedEntry entry, string reason)
    {
        batch.Quarantined(entry.N, entry.Id, reason);
        return new EntryResult(entry.N, EntryState.Quarantined, null, batch.PostedAt, [], reason);
    }
}
