using System.Text.Json;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <summary>Every entry that clients have sent, whole, with what became of it: the server's copy of the journals.</summary>
internal sealed class Inbox(Session session, long client)
{
    /// <summary>How far this client's journal is held, and its chain there. Locks the client's row until the transaction ends.</summary>
    public (long N, byte[] Chain) LockHead()
    {
        session.Execute("UPDATE sync_client SET acknowledged = acknowledged WHERE client = @client", client);
        return Head();
    }

    public (long N, byte[] Chain) Head()
    {
        using var reader = session.Query("SELECT acknowledged, chain FROM sync_client WHERE client = @client", client);
        return reader.Read() ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : (0, JournalEntry.NoChain);
    }

    public void MoveHead(long n, byte[] chain)
    {
        if (session.Execute("UPDATE sync_client SET acknowledged = @n, chain = @chain WHERE client = @client", n, chain, client) == 0)
        {
            session.Execute("INSERT INTO sync_client (client, acknowledged, chain) VALUES (@client, @n, @chain)", client, n, chain);
        }
    }

    /// <summary>The stored answer to an entry; null when it is not the entry that is held under its number.</summary>
    public EntryResult? StoredAnswer(PushedEntry entry)
    {
        using var reader = session.Query("SELECT hash, result FROM sync_inbox WHERE client = @client AND n = @n", client, entry.N);
        return reader.Read() && reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(entry.Hash)
            ? JsonSerializer.Deserialize(reader.GetString(1), WireJson.Default.EntryResult)
            : null;
    }

    /// <summary>Entries after <paramref name="n"/> with their answers, as the client sealed them.</summary>
    public List<JournalEntry> After(long n, int most)
    {
        using var reader = session.Query(
            $"SELECT n, id, kind, format, payload, hash, chain, sealed_at, result FROM sync_inbox WHERE client = @client AND n > @n ORDER BY n {session.Dialect.Limit("@most")}", client, n, most);
        var entries = new List<JournalEntry>();
        while (reader.Read())
        {
            entries.Add(new JournalEntry(
                reader.GetInt64(0), DbValues.ReadGuid(reader, 1), reader.GetString(2), (int)reader.GetInt64(3), null, 0, reader.GetFieldValue<byte[]>(4),
                reader.GetFieldValue<byte[]>(5), reader.GetFieldValue<byte[]>(6), reader.GetInt64(7),
                JsonSerializer.Deserialize(reader.GetString(8), WireJson.Default.EntryResult)));
        }
        return entries;
    }

    /// <summary>Keeps an entry of a forked journal.</summary>
    /// <returns>False when it is the very one that is held under its number.</returns>
    public bool KeepForked(PushedEntry entry, long now)
    {
        if (session.Scalar("SELECT hash FROM sync_inbox WHERE client = @client AND n = @n", client, entry.N) is byte[] held && held.AsSpan().SequenceEqual(entry.Hash))
        {
            return false;
        }
        session.InsertIfAbsent(
            "sync_fork", "id, client, n, kind, format, sealed_at, hash, payload, received_at",
            entry.Id, client, entry.N, entry.Kind, entry.Format, entry.SealedAt, entry.Hash, entry.Payload, now);
        return true;
    }

    /// <summary>Entries after this one are held with their content; of those before it only what became of them.</summary>
    public long KeptAfter => session.Integer("SELECT after FROM sync_kept WHERE client = @client", client) ?? 0;

    /// <summary>
    /// Forgets the content of posted entries that were received before a moment, some thousands at a time; their hashes and answers stay, so that one
    /// that comes again is known.
    /// </summary>
    /// <returns>How many; 0 when none is left to forget.</returns>
    public long ForgetContent(long before)
    {
        var kept = KeptAfter;
        var young = session.Integer(
            "SELECT min(n) FROM sync_inbox WHERE client = @client AND n > @kept AND n <= @last AND received_at >= @before", client, kept, kept + Slice, before);
        var through = Math.Min(young - 1 ?? (kept + Slice), Head().N - 1);
        if (through <= kept)
        {
            return 0;
        }
        session.Execute(
            "UPDATE sync_inbox SET payload = @none WHERE client = @client AND n > @kept AND n <= @through AND state = 'posted'", Array.Empty<byte>(), client, kept, through);
        if (session.Execute("UPDATE sync_kept SET after = @through WHERE client = @client", through, client) == 0)
        {
            session.Execute("INSERT INTO sync_kept (client, after) VALUES (@client, @through)", client, through);
        }
        return through - kept;
    }

    private const int Slice = 2_000;

    public byte[]? ChainAt(long n) => n == 0
        ? JournalEntry.NoChain
        : session.Scalar("SELECT chain FROM sync_inbox WHERE client = @client AND n = @n", client, n) as byte[];

    public void Keep(PushedEntry entry, byte[] chain, Guid synchronisation, EntryResult result) => session.Execute(
        """
        INSERT INTO sync_inbox (client, n, id, kind, format, sealed_at, hash, chain, payload, synchronisation, received_at, state, result)
        VALUES (@client, @n, @id, @kind, @format, @sealed_at, @hash, @chain, @payload, @synchronisation, @received_at, @state, @result)
        """,
        client, entry.N, entry.Id, entry.Kind, entry.Format, entry.SealedAt, entry.Hash, chain, entry.Payload, synchronisation,
        result.PostedAt, result.State == EntryState.Posted ? "posted" : "quarantined",
        JsonSerializer.Serialize(result, WireJson.Default.EntryResult));
}
