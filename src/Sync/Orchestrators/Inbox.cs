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
