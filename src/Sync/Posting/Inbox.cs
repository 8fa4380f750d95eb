using System.Text.Json;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Posting;

/// <summary>Every entry that clients have sent, whole, with what became of it: the server's copy of the journals.</summary>
internal sealed class Inbox(Session session, long client)
{
    /// <summary>How far this client's journal is held, and its chain there. Locks the client's row until the transaction ends.</summary>
    public (long N, byte[] Chain) LockHead() => ReadHead($"sync_client{session.Dialect.LockHint} WHERE client = @client{session.Dialect.LockEnd}");

    public (long N, byte[] Chain) Head() => ReadHead("sync_client WHERE client = @client");

    private (long N, byte[] Chain) ReadHead(string from)
    {
        using var reader = session.Query($"SELECT acknowledged, chain FROM {from}", client);
        return reader.Read() ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : (0, JournalEntry.NoChain);
    }

    /// <summary>
    /// Parts what a client sent into what is held already, with its stored answers, and what continues the journal; what lies behind a hole or
    /// behind an entry that is not the one held under its number is left.
    /// </summary>
    public (List<EntryResult> Answered, List<Understood> Fresh, bool Forked) Sort(IReadOnlyList<Understood> entries, long held)
    {
        var (answered, fresh) = (new List<EntryResult>(), new List<Understood>());
        var stored = Stored(entries.Where(e => e.Entry.N <= held).Select(e => e.Entry.N));
        foreach (var understood in entries)
        {
            var entry = understood.Entry;
            if (entry.N <= held)
            {
                if (!stored.TryGetValue(entry.N, out var known) || !known.Hash.AsSpan().SequenceEqual(entry.Hash))
                {
                    return (answered, fresh, true);
                }
                answered.Add(known.Answer);
                continue;
            }
            if (entry.N != held + fresh.Count + 1)
            {
                break;
            }
            fresh.Add(understood);
        }
        return (answered, fresh, false);
    }

    private Dictionary<long, (byte[] Hash, EntryResult Answer)> Stored(IEnumerable<long> wanted)
    {
        var stored = new Dictionary<long, (byte[], EntryResult)>();
        var set = new RowSet(new SetColumn("client", SetType.Integer), new SetColumn("n", SetType.Integer));
        foreach (var n in wanted.Distinct())
        {
            set.Add(client, n);
        }
        session.Match("t.n, t.hash, t.result", "sync_inbox", set, reader => stored.Add(
            reader.GetInt64(0), (reader.GetFieldValue<byte[]>(1), JsonSerializer.Deserialize(reader.GetString(2), WireJson.Default.EntryResult)!)));
        return stored;
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
                reader.GetInt64(0), DbValues.ReadGuid(reader, 1), reader.GetString(2), (int)reader.GetInt64(3), null, 0, PackedContent.Unpack(reader.GetFieldValue<byte[]>(4)),
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
            entry.Id, client, entry.N, Kept(entry.Kind), entry.Format, entry.SealedAt, entry.Hash, entry.Payload, now);
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

    private static readonly SetColumn[] Columns =
    [
        new("client", SetType.Integer), new("n", SetType.Integer), new("id", SetType.Guid), new("kind", SetType.Text), new("format", SetType.Integer),
        new("sealed_at", SetType.Integer), new("hash", SetType.Bytes), new("chain", SetType.Bytes), new("payload", SetType.Bytes),
        new("synchronisation", SetType.Guid), new("received_at", SetType.Integer), new("state", SetType.Text), new("result", SetType.Text),
    ];

    /// <summary>Keeps entries that continue the journal with their answers, and moves its head behind them.</summary>
    /// <param name="head">As it was locked, before the first of them.</param>
    public void Keep(Guid synchronisation, (long N, byte[] Chain) head, IReadOnlyList<Understood> entries, IReadOnlyList<EntryResult> answers)
    {
        var chain = head.Chain;
        var rows = new RowSet(Columns);
        foreach (var (entry, packed, answer) in entries.Zip(answers, (e, answer) => (e.Entry, e.Packed, answer)))
        {
            chain = JournalEntry.ChainOf(chain, entry.Hash);
            rows.Add(
                client, entry.N, entry.Id, Kept(entry.Kind), (long)entry.Format, entry.SealedAt, entry.Hash, chain, packed, synchronisation,
                answer.PostedAt, answer.State == EntryState.Posted ? "posted" : "quarantined", JsonSerializer.Serialize(answer, WireJson.Default.EntryResult));
        }
        if (session.InsertAll("sync_inbox", rows) != rows.Count)
        {
            throw new ChangedMeanwhileException("sync_inbox");
        }
        session.ExecuteSoon(
            head.N == 0 ? "INSERT INTO sync_client (acknowledged, chain, client) VALUES (@n, @chain, @client)"
                : "UPDATE sync_client SET acknowledged = @n, chain = @chain WHERE client = @client",
            entries[^1].Entry.N, chain, client);
    }

    /// <summary>Not every database can hold U+0000, and an entry that says it is of such a kind is kept all the same.</summary>
    private static string Kept(string kind) => kind.Replace('\0', '\uFFFD');
}
