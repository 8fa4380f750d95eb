using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Feed;

/// <summary>What a run of passes came to.</summary>
public enum SequencerOutcome
{
    /// <summary>Nothing was left to sequence.</summary>
    Whole,

    /// <summary>There is more; a further run goes on with it.</summary>
    More,

    /// <summary>The database was not to be had, because of another's long transaction.</summary>
    Busy,
}

/// <summary>
/// Turns what the triggers noted into the feed: an order of changes that is complete under concurrent writers, because a row is given
/// its place only after its transaction has committed.
/// </summary>
public sealed class Sequencer(IServerDatabase database, SyncSetup setup)
{
    /// <summary>How many notes a pass takes: it bounds how long the pass's lock is held.</summary>
    private const int PassSize = 2_000;

    /// <summary>The bound of <see cref="Drain"/>: what is still dirty then is left for the next call.</summary>
    private const int MostPasses = 10_000;

    private readonly Lock gate = new();

    /// <summary>Runs passes until one finds nothing left. Callers that arrive meanwhile wait and share the outcome.</summary>
    /// <param name="mostPasses">Stop after so many, for a caller who can use what there is by then.</param>
    public SequencerOutcome Drain(int mostPasses = MostPasses)
    {
        if (!database.Reading(FeedState.NeedsPass))
        {
            return SequencerOutcome.Whole;
        }
        lock (gate)
        {
            using var measured = Telemetry.Sequence();
            for (var passes = 0; passes < mostPasses; passes++)
            {
                if (Pass() is not PassSize and var taken)
                {
                    return taken is null ? SequencerOutcome.Busy : SequencerOutcome.Whole;
                }
            }
            return SequencerOutcome.More;
        }
    }

    /// <summary>One pass, in one transaction.</summary>
    /// <returns>The number of notes taken, fewer than a whole pass when none is left; null when the database was not to be had.</returns>
    public int? Pass()
    {
        var taken = 0;
        return database.TrySequencing(session => taken = Take(session)) ? taken : null;
    }

    private static List<Note> ReadNotes(Session session)
    {
        using var reader = session.Query($"SELECT id, tab, k_int, k_guid FROM sync_dirty ORDER BY id {session.Dialect.Limit("@most")}", PassSize);
        var notes = new List<Note>();
        while (reader.Read())
        {
            notes.Add(new Note(reader.GetInt64(0), (int)reader.GetInt64(1), new RowKey(reader.GetInt64(2), DbValues.ReadGuid(reader, 3))));
        }
        return notes;
    }

    private int Take(Session session)
    {
        var notes = ReadNotes(session);
        var state = FeedState.Read(session);
        var pass = new SequencerPass(session, state.Tip);
        foreach (var table in notes.GroupBy(n => n.Table, n => n.Key))
        {
            if (setup.Find(table.Key) is { } known)
            {
                pass.Take(known, [.. table.Distinct()]);
            }
        }
        pass.Write();
        DeleteNotes(session, notes);
        var head = notes.Count < PassSize ? pass.Tip : state.Head;
        if (pass.Tip != state.Tip || head != state.Head)
        {
            session.Execute("UPDATE sync_state SET tip = @tip, head = @head WHERE id = 1", pass.Tip, head);
        }
        return notes.Count;
    }

    /// <summary>Deletes exactly the notes that were read, never a range: a transaction that commits late has lower ids.</summary>
    private static void DeleteNotes(Session session, List<Note> notes) =>
        session.DeleteAll("sync_dirty", RowSet.Of("id", notes.Select(n => n.Id)));

    private readonly record struct Note(long Id, int Table, RowKey Key);
}
