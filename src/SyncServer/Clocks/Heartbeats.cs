using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Clocks;

/// <summary>The record of when each host last believed its clock, which any of them reads.</summary>
internal static class Heartbeats
{
    /// <summary>The last moment that was believed or posted at, of whatever host, and this one's own.</summary>
    public static (long Last, Heartbeat? Own) Read(Session session, string host)
    {
        var posted = session.Integer("SELECT posted_at FROM counter WHERE id = 1") ?? 0;
        var last = Math.Max(posted, session.Integer("SELECT max(believed_at) FROM heartbeat") ?? 0);
        using var reader = session.Query("SELECT booted_at, believed_at FROM heartbeat WHERE host = @host AND believed_at > 0", host);
        return (last, reader.Read() ? new Heartbeat(host, reader.GetInt64(0), reader.GetInt64(1)) : null);
    }

    /// <summary>Notes that this host believes its clock. The moment never goes back.</summary>
    public static void Write(Session session, Heartbeat beat)
    {
        const string later = "believed_at = CASE WHEN believed_at < @at THEN @at ELSE believed_at END";
        if (session.Execute($"UPDATE heartbeat SET booted_at = @booted, {later}, beats = beats + 1 WHERE host = @host", beat.BootedAt, beat.BelievedAt, beat.Host) == 0)
        {
            session.InsertIfAbsent("heartbeat", "host, booted_at, believed_at, beats", beat.Host, beat.BootedAt, beat.BelievedAt, 1L);
        }
    }

    /// <summary>Writes the host's row without a word about the time: proof that a commit can be made.</summary>
    public static void Touch(Session session, string host)
    {
        if (session.Execute("UPDATE heartbeat SET beats = beats + 1 WHERE host = @host", host) == 0)
        {
            session.InsertIfAbsent("heartbeat", "host, booted_at, believed_at, beats", host, 0L, 0L, 1L);
        }
    }
}
