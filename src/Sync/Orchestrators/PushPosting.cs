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
internal sealed class PushPosting(SyncSetup setup, Session session, long client, IPostingHost host, IUploadInterceptor interceptors)
{
    private readonly ServerProof proof = Feed.FeedState.ProofOf(session);

    public PushReply Post(Guid synchronisation, IReadOnlyList<PushedEntry> entries)
    {
        var inbox = new Inbox(session, client);
        var (held, chain) = inbox.LockHead();
        var results = new List<EntryResult>(entries.Count);
        IPostingBatch? batch = null;
        foreach (var entry in entries)
        {
            if (entry.N <= held)
            {
                if (inbox.StoredAnswer(entry) is not { } stored)
                {
                    return new PushReply(held, [], Forked: true);
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
        return new PushReply(held, results);
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

    private EntryResult PostOne(IPostingBatch batch, PushedEntry entry, Guid synchronisation)
    {
        Ruling ruling;
        ChangeGroup group;
        var answer = entry.Answer is { } given && given.N == entry.N && proof.Holds(client, entry.Hash, given) ? given : null;
        if (answer is { State: EntryState.Quarantined })
        {
            return Quarantined(batch, entry, answer.Reason ?? "");
        }
        try
        {
            group = Understand(entry);
            ruling = interceptors.OnApplying(group, new Facts(batch.FactsFor(group, answer), (table, key) => TableSql.Find(session, table, key)));
        }
        catch (MalformedEntryException e)
        {
            return Quarantined(batch, entry, e.Message);
        }
        if (ruling.Refused is { } refused)
        {
            return Quarantined(batch, entry, refused);
        }
        foreach (var change in ruling.Apply)
        {
            Write(change);
        }
        var number = batch.Applied(group, ruling, entry.N, synchronisation);
        return new EntryResult(entry.N, EntryState.Posted, number, batch.PostedAt, ruling.Dropped, null);
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
                throw new MalformedEntryException($"the server has a row of {change.Table.Name} with the key {change.Key} already");
            }
            return;
        }
        var row = TableSql.Find(session, change.Table, change.Key)
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
