using Bookmine.Sync.Data;

namespace Bookmine.Sync.Feed;

/// <summary>Where the feed stands.</summary>
/// <param name="Tip">The last change written.</param>
/// <param name="Head">The last change up to which the feed is whole: equal to the tip but while a long backlog is worked off.</param>
/// <param name="Floor">Removals up to here are forgotten: whoever has come no further than below it starts afresh.</param>
public sealed record FeedState(string Epoch, long Tip, long Head, long Floor)
{
    public bool IsWhole => Tip == Head;

    public static FeedState Read(Session session)
    {
        using var reader = session.Query(
            "SELECT epoch, tip, head, coalesce((SELECT max(seq) FROM sync_mark WHERE forgotten = 1), 0) FROM sync_state WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM sync_move)");
        if (!reader.Read())
        {
            reader.Close();
            RequireHere(session);
        }
        return new FeedState(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    /// <summary>The key of the server's proofs.</summary>
    public static Journal.ServerProof ProofOf(Session session) =>
        new(session.Scalar("SELECT proof_key FROM sync_state WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM sync_move)") as byte[] ?? throw Elsewhere(session));

    /// <exception cref="RecordsElsewhereException">They were carried to another database, or are being carried to this one.</exception>
    public static void RequireHere(Session session)
    {
        if (session.Scalar("SELECT 1 FROM sync_move") is not null)
        {
            throw Elsewhere(session);
        }
    }

    private static RecordsElsewhereException Elsewhere(Session session) => new(session.Scalar("SELECT what FROM sync_move") as string ?? "The records have no feed.");

    /// <summary>Begins a new epoch: every cursor and checkpoint given before is void, and each client fetches a snapshot.</summary>
    public static void BeginEpoch(Session session, string epoch) =>
        session.Execute("UPDATE sync_state SET epoch = @epoch WHERE id = 1", epoch);

    /// <summary>Whether a pass of the sequencer has something to do: notes, or a head that the last pass could not move.</summary>
    public static bool NeedsPass(Session session) => session.Scalar("SELECT 1 WHERE EXISTS (SELECT 1 FROM sync_dirty)") is not null || Read(session) is { IsWhole: false };
}

/// <summary>The records are not to be used in this database, because they were carried to another, or are not all here yet; the message says which.</summary>
public sealed class RecordsElsewhereException(string message) : Exception(message);

/// <summary>The feed is being brought up to date by another's long work; the same request is answered a moment later.</summary>
public sealed class FeedBusyException() : Exception("The server is bringing its records up to date at this moment. Try again shortly.");
