using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;

namespace Bookmine.Sync.Posting;

/// <summary>
/// What one transaction posts. Its entries are understood by now (<see cref="Understood"/>); the other four steps follow one another for all of
/// them together, so that the cost is that of a few statements, and what every other posting waits for is locked late and for a short time.
/// Nothing is written before everything is judged, so an entry that is refused leaves no trace. A unit that fails in the writing is given up
/// whole, and whoever called halves it.
/// </summary>
internal sealed class PostingUnit(Session session, ILedger ledger)
{
    /// <summary>Judges and posts entries in their order.</summary>
    /// <returns>What became of each.</returns>
    /// <exception cref="RowConflictException">A row of one of them is there already.</exception>
    public IReadOnlyList<EntryResult> Enter(Guid synchronisation, IReadOnlyList<UnitEntry> entries)
    {
        entries = ledger.RefusesAll is { } why
            ? [.. entries.Select(e => e is { Given.State: EntryState.Posted } or { Group: null } ? e : e with { Group = null, Fault = why })]
            : entries;
        var rows = Read(entries);
        var (results, posted) = Judge(entries, rows);
        Write(synchronisation, rows, posted);
        ledger.Find(posted);
        return results;
    }

    /// <summary>Only what is locked, or never changes, is judged by.</summary>
    private LiveRows Read(IReadOnlyList<UnitEntry> entries)
    {
        if (session.Dialect.ByKeys is { } words)
        {
            session.Scalar(words);
        }
        var rows = new LiveRows(session);
        var groups = entries.Select(e => e.Group).OfType<ChangeGroup>().ToList();
        rows.Lock(groups.SelectMany(g => g.Changes).Where(c => c.Op != ChangeOp.Insert).Select(c => (c.Table, c.Key)).Concat(ledger.Touches(groups)));
        ledger.Read(entries, rows);
        return rows;
    }

    /// <summary>Each is judged by the rows as those before it leave them.</summary>
    private (List<EntryResult> Results, List<PostedEntry> Posted) Judge(IReadOnlyList<UnitEntry> entries, LiveRows rows)
    {
        var (results, posted) = (new List<EntryResult>(entries.Count), new List<PostedEntry>(entries.Count));
        foreach (var entry in entries)
        {
            var fault = entry.Fault;
            if (entry.Group is { } group)
            {
                var judgement = ledger.Judge(entry, group);
                fault = judgement.Ruling.Refused;
                if (fault is null)
                {
                    posted.Add(new PostedEntry(entry.N, group, judgement.Ruling));
                    results.Add(new EntryResult(entry.N, EntryState.Posted, judgement.Number, judgement.PostedAt, judgement.Ruling.Dropped, null));
                    continue;
                }
            }
            ledger.Quarantine(entry.N, entry.Id);
            results.Add(new EntryResult(entry.N, EntryState.Quarantined, null, ledger.PostedAt, [], fault ?? ""));
        }
        return (results, posted);
    }

    private void Write(Guid synchronisation, LiveRows rows, List<PostedEntry> posted)
    {
        rows.Write();
        ledger.Write(synchronisation, posted);
    }
}
