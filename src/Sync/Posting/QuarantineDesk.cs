using System.Security.Cryptography;
using System.Text.Json;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Posting;

/// <summary>Where an entry in quarantine stands.</summary>
public enum QuarantineState
{
    /// <summary>Waiting for a person.</summary>
    Waiting,

    /// <summary>Posted by a person, as it was or mended.</summary>
    Posted,

    /// <summary>Given up by a person, with a reason; its content is kept.</summary>
    WrittenOff,
}

/// <summary>An entry that was not posted by itself.</summary>
/// <param name="Reason">Why, or with which reason it was written off.</param>
/// <param name="IsForked">Whether it is of a journal that went another way than the one posted here, or lies behind a hole in one.</param>
/// <param name="Payload">As it was sealed.</param>
/// <param name="Mended">As a person has mended it; null when nobody has.</param>
public sealed record QuarantinedItem(
    Guid Id, long Client, long N, string Kind, int Format, long SealedAt, long ReceivedAt, QuarantineState State, string Reason, bool IsForked, byte[] Payload, byte[]? Mended);

/// <summary>Something that was done with an entry in quarantine.</summary>
public sealed record QuarantineStep(long At, string Deed, string? Why, string? Hash, long? Number);

/// <summary>
/// The desk at which a person deals with entries in quarantine: looks, mends, posts, writes off. What was sealed is never changed; a
/// mended content is kept beside it, with its own hash.
/// </summary>
public sealed class QuarantineDesk(SyncSetup setup, IServerDatabase database, IPostingHost host, TimeProvider clock, EntityIds ids)
{
    /// <summary>The state of an entry that a person has posted.</summary>
    public const string ByHand = "posted by hand";

    /// <summary>The state of an entry that a person has given up.</summary>
    public const string WrittenOff = "written off";

    // An entry of a forked journal that was posted in the ordinary way since, because the missing ones before it arrived, is no longer one.
    private const string Items = """
        SELECT i.id, i.client, i.n, i.kind, i.format, i.sealed_at, i.received_at, i.state, i.result, CAST(0 AS bigint) AS forked, CAST(1 AS bigint) AS held, i.payload, i.hash
        FROM sync_inbox i WHERE i.state <> 'posted'
        UNION ALL
        SELECT f.id, f.client, f.n, f.kind, f.format, f.sealed_at, f.received_at, f.state, NULL, CAST(1 AS bigint), CAST(CASE WHEN h.n IS NULL THEN 0 ELSE 1 END AS bigint), f.payload, f.hash
        FROM sync_fork f LEFT JOIN sync_inbox h ON h.client = f.client AND h.n = f.n
        WHERE h.hash IS NULL OR h.hash <> f.hash
        """;

    /// <param name="all">Also what was dealt with.</param>
    public IReadOnlyList<QuarantinedItem> List(bool all) => database.Reading(session =>
        Read(session, $"SELECT * FROM ({Items}) q {(all ? "" : "WHERE state = 'quarantined'")} ORDER BY client, n"));

    /// <summary>The entries of a client that continue its journal and wait for one and the same reason, in their order.</summary>
    public List<Guid> Waiting(long client, string reason) => database.Reading(session =>
    {
        var waiting = new List<Guid>();
        using var reader = session.Query("SELECT id, result FROM sync_inbox WHERE client = @client AND state <> 'posted' AND state = 'quarantined' ORDER BY n",
            client);
        while (reader.Read())
        {
            if (ReasonOf(reader.GetString(1)) == reason)
            {
                waiting.Add(DbValues.ReadGuid(reader, 0));
            }
        }
        return waiting;
    });

    public QuarantinedItem? Find(Guid id) => database.Reading(session => Find(session, id));

    /// <summary>What was done with an entry, in order.</summary>
    public IReadOnlyList<QuarantineStep> Deeds(Guid id) => database.Reading(session =>
    {
        using var reader = session.Query("SELECT at, deed, why, hash, number FROM sync_desk WHERE entry = @id ORDER BY id", id);
        var deeds = new List<QuarantineStep>();
        while (reader.Read())
        {
            deeds.Add(new QuarantineStep(
                reader.GetInt64(0), reader.GetString(1), DbValues.ReadTextOrNull(reader, 2),
                reader.IsDBNull(3) ? null : Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(3)), DbValues.ReadIntegerOrNull(reader, 4)));
        }
        return deeds;
    });

    /// <summary>Lays a mended content beside the sealed one; posting takes it.</summary>
    /// <exception cref="MalformedEntryException">It is no content of an entry.</exception>
    /// <exception cref="QuarantineException">There is no such entry waiting.</exception>
    public void Edit(Guid id, byte[] payload)
    {
        ChangeGroupJson.Read(setup, id, ChangeGroupJson.Format, payload);
        database.Writing(session =>
        {
            Require(session, id);
            return Note(session, id, "edited", null, payload, null);
        });
    }

    /// <summary>Posts an entry, as it is or as it was mended, at this moment.</summary>
    /// <exception cref="MalformedEntryException">It still cannot be posted; nothing was changed.</exception>
    /// <exception cref="QuarantineException">There is no such entry waiting.</exception>
    public EntryResult Post(Guid id)
    {
        ChangeGroup? group = null;
        try
        {
            return database.Writing(session =>
            {
                var (item, ledger) = Lock(session, id);
                group = ChangeGroupJson.Read(setup, id, item.Mended is null ? item.Format : ChangeGroupJson.Format, item.Mended ?? item.Payload);
                var result = Enter(session, ledger, new UnitEntry(item.N, id, group, null));
                if (result.State != EntryState.Posted)
                {
                    throw new MalformedEntryException(result.Reason ?? "");
                }
                Settle(session, item, result, ByHand);
                host.Released(session, id, isPosted: true);
                Note(session, id, ByHand, null, null, result.Number);
                return result;
            });
        }
        catch (RowConflictException e)
        {
            throw new MalformedEntryException(database.Reading(session => Conflicts.Describe(session, group!, e)));
        }
    }

    /// <summary>Gives an entry up; its content is kept.</summary>
    /// <exception cref="QuarantineException">There is no such entry waiting.</exception>
    public void WriteOff(Guid id, string why) => database.Writing(session =>
    {
        var (item, ledger) = Lock(session, id);
        if (item.IsForked)
        {
            Settle(session, item, null, WrittenOff);
        }
        else
        {
            Settle(session, item, Enter(session, ledger, new UnitEntry(item.N, id, null, $"written off: {why}")), WrittenOff);
        }
        host.Released(session, id, isPosted: false);
        return Note(session, id, WrittenOff, why, null, null);
    });

    /// <summary>Whoever else deals with an entry of the same client is waited for before anybody looks where it stands.</summary>
    private (QuarantinedItem Item, ILedger Ledger) Lock(Session session, Guid id)
    {
        var ledger = host.Open(session, Require(session, id).Client, byPerson: true);
        var item = Require(session, id);
        new Inbox(session, item.Client).LockHead();
        return (item, ledger);
    }

    private EntryResult Enter(Session session, ILedger ledger, UnitEntry entry) => new PostingUnit(session, ledger).Enter(ids.Next(), [entry])[0];

    private static void Settle(Session session, QuarantinedItem item, EntryResult? result, string state)
    {
        if (item.IsForked)
        {
            session.Execute("UPDATE sync_fork SET state = @state WHERE id = @id", state, item.Id);
            return;
        }
        var hash = (byte[])session.Scalar("SELECT hash FROM sync_inbox WHERE client = @client AND n = @n", item.Client, item.N)!;
        var signed = FeedState.ProofOf(session).Sign(item.Client, hash, result!);
        session.Execute(
            "UPDATE sync_inbox SET state = @state, result = @result WHERE client = @client AND n = @n",
            state, JsonSerializer.Serialize(signed, WireJson.Default.EntryResult), item.Client, item.N);
    }

    private int Note(Session session, Guid id, string deed, string? why, byte[]? payload, long? number) => session.Execute(
        "INSERT INTO sync_desk (entry, at, deed, why, payload, hash, number) VALUES (@entry, @at, @deed, @why, @payload, @hash, @number)",
        id, clock.GetUtcNow().ToUnixTimeMilliseconds(), deed, why, payload, payload is null ? null : SHA256.HashData(payload), number);

    private static QuarantinedItem Require(Session session, Guid id) => Find(session, id) switch
    {
        null => throw new QuarantineException($"There is no entry {id} in quarantine."),
        { State: QuarantineState.Waiting } item => item,
        { State: var state } => throw new QuarantineException($"Entry {id} was {(state == QuarantineState.Posted ? "posted" : "written off")} already."),
    };

    private static QuarantinedItem? Find(Session session, Guid id) => Read(session, $"SELECT * FROM ({Items}) q WHERE id = @id", id) is [var item, ..] ? item : null;

    private static List<QuarantinedItem> Read(Session session, string sql, params object?[] values)
    {
        var items = new List<QuarantinedItem>();
        using (var reader = session.Query(sql, values))
        {
            while (reader.Read())
            {
                var forked = reader.GetInt64(9) == 1;
                items.Add(new QuarantinedItem(
                    DbValues.ReadGuid(reader, 0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3), (int)reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6),
                    StateOf(reader.GetString(7)), forked ? ReasonOfFork(reader.GetInt64(10) == 1) : ReasonOf(reader.GetString(8)), forked, PackedContent.Unpack(reader.GetFieldValue<byte[]>(11)), null));
            }
        }
        var mended = ReadMended(session, items);
        return [.. items.Select(i => i with { Mended = mended.GetValueOrDefault(i.Id) })];
    }

    /// <summary>What each was mended to last.</summary>
    private static Dictionary<Guid, byte[]> ReadMended(Session session, List<QuarantinedItem> items)
    {
        var mended = new Dictionary<Guid, byte[]>();
        if (items.Count == 0)
        {
            return mended;
        }
        using var reader = session.Query(
            "SELECT d.entry, d.payload FROM @set k JOIN sync_desk d ON d.entry = k.id WHERE d.payload IS NOT NULL ORDER BY d.id", RowSet.Of("id", items.Select(i => i.Id).Distinct()));
        while (reader.Read())
        {
            mended[DbValues.ReadGuid(reader, 0)] = reader.GetFieldValue<byte[]>(1);
        }
        return mended;
    }

    private static QuarantineState StateOf(string state) => state switch
    {
        ByHand => QuarantineState.Posted,
        WrittenOff => QuarantineState.WrittenOff,
        _ => QuarantineState.Waiting,
    };

    private static string ReasonOf(string result) => JsonSerializer.Deserialize(result, WireJson.Default.EntryResult)?.Reason ?? "";

    private static string ReasonOfFork(bool isHeldOtherwise) => isHeldOtherwise
        ? "another entry is held under its number: its journal went another way"
        : "entries before it in its journal have not arrived";
}

/// <summary>An entry is not in quarantine, or no longer; the message says which.</summary>
public sealed class QuarantineException(string message) : Exception(message);
