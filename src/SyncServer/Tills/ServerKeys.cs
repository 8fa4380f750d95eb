using System.Security.Cryptography;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Tills;

/// <summary>One key of the server.</summary>
/// <param name="PrivateKey">PKCS #8.</param>
/// <param name="MadeAt">Unix milliseconds; for a successor, since when it is announced.</param>
public sealed record ServerKey(string Fingerprint, byte[] PrivateKey, long MadeAt);

/// <summary>
/// The keys by which tills know the server: one that it shows, made at its first start and kept in the records, so that a backup and another
/// host have it too; and, while one is announced, its successor, which tills hear of at each hello.
/// </summary>
public sealed class ServerKeys(IServerDatabase database, TimeProvider clock)
{
    /// <summary>The key that the server shows.</summary>
    public ServerKey Current() => database.Reading(session => Read(session, "current"))
        ?? database.Writing(session => Read(session, "current") ?? Make(session, "current"));

    /// <summary>The announced successor; null for none.</summary>
    public ServerKey? Next() => database.Reading(session => Read(session, "next"));

    /// <summary>The fingerprints that a till is to trust from now on.</summary>
    public IReadOnlyList<string> Trusted() => Next() is { } next ? [Current().Fingerprint, next.Fingerprint] : [Current().Fingerprint];

    /// <summary>Makes a successor, and announces it.</summary>
    /// <exception cref="ShopException">One is announced already.</exception>
    public ServerKey Announce()
    {
        Current();
        return database.Writing(session => Read(session, "next") is { } next
            ? throw new ShopException($"A successor was announced at {Instant.Format(next.MadeAt)} already: key switch goes over to it, key drop-next takes it back.")
            : Make(session, "next"));
    }

    /// <summary>Takes an announced successor back.</summary>
    /// <exception cref="ShopException">None is announced.</exception>
    public void DropNext()
    {
        if (database.Writing(session => session.Execute("DELETE FROM server_key WHERE state = 'next'")) == 0)
        {
            throw NoneAnnounced();
        }
    }

    /// <summary>Shows the successor from now on, also in a server that is running. The key that was shown until now is destroyed.</summary>
    /// <param name="force">Also when some tills have not heard of it.</param>
    /// <exception cref="ShopException">None is announced, or tills in use have not heard of it.</exception>
    public ServerKey Switch(bool force) => database.Writing(session =>
    {
        var next = Read(session, "next") ?? throw NoneAnnounced();
        if (!force && Unaware(session, next) is { Count: > 0 } unaware)
        {
            throw new ShopException(
                $"Not every till has heard of the successor yet: {string.Join(", ", unaware)}. They hear of it when they next reach the server. "
                + "--force goes over all the same; such a till then has to be told by hand: bookmine-till set --server-key KEY.");
        }
        session.Execute("DELETE FROM server_key WHERE state = 'current'");
        session.Execute("UPDATE server_key SET state = 'current' WHERE state = 'next'");
        return next;
    });

    /// <summary>The names of tills in use that have not been here since the successor was announced.</summary>
    public IReadOnlyList<string> Unaware() => database.Reading(session => Read(session, "next") is { } next ? Unaware(session, next) : []);

    /// <summary>All keys of some records, for <see cref="PutBack"/>.</summary>
    public static IReadOnlyList<(string State, ServerKey Key)> ReadAll(Session session) =>
        [.. new[] { "current", "next" }.Select(state => (state, Read(session, state)!)).Where(found => found.Item2 is not null)];

    /// <summary>Keeps the keys that tills know by now in restored records, in which older ones may be.</summary>
    public static void PutBack(Session session, IReadOnlyList<(string State, ServerKey Key)> keys)
    {
        if (keys.Count > 0)
        {
            session.Execute("DELETE FROM server_key");
        }
        foreach (var (state, key) in keys)
        {
            Write(session, state, key);
        }
    }

    private static ShopException NoneAnnounced() => new("No successor of the server's key is announced. key next makes and announces one.");

    private static List<string> Unaware(Session session, ServerKey next)
    {
        var names = new List<string>();
        using var reader = session.Query(
            "SELECT name FROM till WHERE state IN ('enrolled', 'recalled') AND (seen_at IS NULL OR seen_at <= @since) ORDER BY id", next.MadeAt);
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }
        return names;
    }

    private ServerKey Make(Session session, string state)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new ServerKey(KeyFingerprint.Of(pair.ExportSubjectPublicKeyInfo()), pair.ExportPkcs8PrivateKey(), clock.GetUtcNow().ToUnixTimeMilliseconds());
        Write(session, state, key);
        return key;
    }

    private static void Write(Session session, string state, ServerKey key) => session.Execute(
        "INSERT INTO server_key (fingerprint, state, private_key, made_at) VALUES (@fingerprint, @state, @key, @made)",
        key.Fingerprint, state, key.PrivateKey, key.MadeAt);

    private static ServerKey? Read(Session session, string state)
    {
        using var reader = session.Query("SELECT fingerprint, private_key, made_at FROM server_key WHERE state = @state", state);
        return reader.Read() ? new ServerKey(reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetInt64(2)) : null;
    }
}
