using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Posting;

/// <summary>
/// The row of the last TransID and moment of posting given. Locked from its reading to the commit, so that numbers come in posting order
/// without
/// gaps and times never run backwards along them; every posting of the shop waits for it, so it is locked last.
/// </summary>
internal static class Counter
{
    // More than any shop gives in the time that a backup is old.
    private const long RaiseTransIds = 100_000;
    private const long RaiseBlocks = 5_000_000;
    private const long RaiseTills = 100;

    /// <summary>Locks the counter. The moment is the server's clock, or the last one given when the clock has gone back.</summary>
    public static Numbering Lock(Session session, TimeProvider clock)
    {
        using var reader = session.Query($"SELECT trans_id, posted_at, posting FROM counter{session.Dialect.LockHint} WHERE id = 1{session.Dialect.LockEnd}");
        reader.Read();
        return new Numbering(reader.GetInt64(0), Math.Max(reader.GetInt64(1), clock.GetUtcNow().ToUnixTimeMilliseconds()), reader.GetInt64(2));
    }

    /// <summary>Writes how far the unit has come, and in which order it has posted its documents.</summary>
    public static void Write(Session session, Numbering numbering)
    {
        var order = new RowSet(new SetColumn("seq", SetType.Integer), new SetColumn("document_id", SetType.Guid));
        for (var i = 0; i < numbering.Documents.Count; i++)
        {
            order.Add(numbering.LastPosting - numbering.Documents.Count + i + 1, numbering.Documents[i]);
        }
        session.InsertAll("posting", order);
        session.ExecuteSoon(
            "UPDATE counter SET trans_id = @trans_id, posted_at = @posted_at, posting = @posting WHERE id = 1",
            numbering.LastTransId, numbering.PostedAt, numbering.LastPosting);
    }

    /// <summary>After a restore: lifts the numbers past anything that can have been given since the backup.</summary>
    /// <param name="known">The highest TransID that is known to have been given.</param>
    /// <param name="given">What the records that were put aside had given; null when they cannot be read.</param>
    /// <returns>Whether there was anything to lift.</returns>
    public static bool Raise(Session session, long known, bool always, Given? given = null)
    {
        if (given is not null)
        {
            session.Execute("UPDATE counter SET trans_id = @given WHERE id = 1 AND trans_id < @given", given.TransId);
            session.Execute("UPDATE counter SET block = @given WHERE id = 1 AND block < @given", given.Block);
            session.Execute("UPDATE counter SET till = @given WHERE id = 1 AND till < @given", given.Till);
            NotBefore(session, given.PostedAt);
        }
        var last = session.Integer("SELECT trans_id FROM counter WHERE id = 1")!.Value;
        if (!always && known <= last)
        {
            return false;
        }
        var raised = Math.Max(last, known) + RaiseTransIds;
        session.Execute(
            "UPDATE counter SET trans_id = @raised, epoch_first = @first, block = block + @blocks, till = till + @tills WHERE id = 1",
            raised, raised + 1, RaiseBlocks, RaiseTills);
        return true;
    }

    /// <summary>Nothing is posted as of an earlier moment from now on. Locks the counter, for an instant.</summary>
    public static void NotBefore(Session session, long moment) =>
        session.Execute("UPDATE counter SET posted_at = CASE WHEN posted_at < @moment THEN @moment ELSE posted_at END WHERE id = 1", moment);
}

/// <summary>How far a shop's counters had come.</summary>
public sealed record Given(long TransId, long Block, long Till, long PostedAt)
{
    public static Given Read(Session session)
    {
        using var reader = session.Query("SELECT trans_id, block, till, posted_at FROM counter WHERE id = 1");
        reader.Read();
        return new Given(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }
}
