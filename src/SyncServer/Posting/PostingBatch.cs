using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.SyncServer.Rules;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Posting;

/// <summary>One batch of a till's entries, in one transaction.</summary>
internal sealed class PostingBatch : IPostingBatch
{
    private readonly Session session;
    private readonly long till;
    private readonly long branch;
    private readonly Dictionary<long, TimeZoneInfo> zones = [];
    private readonly (long First, long Last)[] blocks;
    private readonly Counter counter;
    private readonly Exceptions exceptions;
    private long entries;

    // The answer that the entry at hand had before the server's records were restored.
    private EntryResult? given;

    public PostingBatch(Session session, long till, TimeProvider clock)
    {
        (this.session, this.till) = (session, till);
        branch = session.Integer("SELECT branch FROM till WHERE id = @till", till)!.Value;
        using (var reader = session.Query("SELECT b.id, b.time_zone FROM till_branch t JOIN branch b ON b.id = t.branch WHERE t.till = @till", till))
        {
            while (reader.Read())
            {
                zones.Add(reader.GetInt64(0), TimeZones.Find(reader.GetString(1)));
            }
        }
        blocks = [.. NumberBlocks.Of(session, till).Select(b => (b.First, b.Last))];
        counter = Counter.Lock(session, clock);
        exceptions = new Exceptions(session, till, counter.PostedAt);
    }

    public long PostedAt => given?.PostedAt ?? counter.PostedAt;

    public object FactsFor(ChangeGroup group, EntryResult? answer)
    {
        given = answer is { Number: { } number } && session.Scalar("SELECT 1 FROM document WHERE trans_id = @number", number) is not null ? null : answer;
        var document = group.Changes.FirstOrDefault(c => c.Table == BookmineSetup.Document)?.Values;
        if (answer is { State: EntryState.Posted } && document?.IntegerOrNull("branch") is { } was)
        {
            BelongedTo(was);
        }
        var zone = zones.GetValueOrDefault(document?.IntegerOrNull("branch") ?? branch, zones[branch]);
        return new PostingFacts(till, zones.Keys, blocks, given?.Number ?? counter.LastTransId + 1, PostedAt, zone);
    }

    /// <summary>What this server itself has posted before its records were restored proves the branch that the till belonged to.</summary>
    private void BelongedTo(long was)
    {
        if (zones.ContainsKey(was) || session.Scalar("SELECT time_zone FROM branch WHERE id = @id", was) is not string zone)
        {
            return;
        }
        zones.Add(was, TimeZones.Find(zone));
        session.InsertIfAbsent("till_branch", "till, branch, since", till, was, counter.PostedAt);
    }

    public long? Applied(ChangeGroup group, Ruling ruling, long n, Guid synchronisation)
    {
        entries++;
        foreach (var dropped in ruling.Dropped)
        {
            Record(group, dropped, n, synchronisation);
        }
        exceptions.Begin(n, synchronisation);
        Holdings.Move(session, ruling.Apply, exceptions);
        exceptions.Look(ruling.Apply);
        if (!ruling.Apply.Any(c => c.Table == BookmineSetup.Document))
        {
            return null;
        }
        if (given?.Number is not { } number)
        {
            return counter.TakeTransId();
        }
        counter.NoteGiven(number, given.PostedAt);
        return number;
    }

    public void Quarantined(long n, Guid id, string reason) => session.InsertIfAbsent("quarantine", "id, branch, till, n, state", id, branch, till, n, "quarantined");

    public void Released(Guid id, bool isPosted) =>
        session.Execute("UPDATE quarantine SET state = @state WHERE id = @id", isPosted ? "posted" : "written off", id);

    public void Complete()
    {
        counter.Write();
        session.Execute("UPDATE till SET seen_at = @now, unposted = CASE WHEN unposted > @entries THEN unposted - @entries ELSE 0 END WHERE id = @till", counter.PostedAt, entries, till);
    }

    private void Record(ChangeGroup group, DroppedField dropped, long n, Guid synchronisation) => session.InsertIfAbsent(
        "dropped", "till, n, synchronisation, operator, made_at, dropped_at, tab, row_key, field, till_value, server_value, reason",
        till, n, synchronisation, group.Author, group.MadeAt, counter.PostedAt, dropped.Table, dropped.Key, dropped.Field,
        dropped.ClientValue, dropped.ServerValue, dropped.Reason);
}
