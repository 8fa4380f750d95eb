using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Foreign;

/// <summary>An entry of a foreign client that was not posted by itself.</summary>
/// <param name="Rows">As they came; null where they are kept no more, or cannot be read.</param>
internal sealed record KeptEntry(Guid Id, bool IsWaiting, IReadOnlyDictionary<(SyncTable Table, RowKey Key), Row>? Rows)
{
    /// <summary>Whether this very row was in it.</summary>
    public bool Has(Row row) => Rows is null || (Rows.TryGetValue((row.Table, row.Key), out var kept) && ForeignGroups.IsSame(row, kept));
}

/// <summary>
/// What of a foreign client went into quarantine, by the records it was of: such a client sends a sale as parts where its engine read in the middle of it,
/// and sends all of it again for as long as it is not posted.
/// </summary>
internal sealed class KeptEntries(Session session, long client)
{
    /// <summary>Parts that one record may come in before a person is waited for.</summary>
    private const int MostAttempts = 100;

    /// <summary>The id of a record's entry, the first or one with more of it than the last. Another till has another for it, whatever it sends.</summary>
    public static Guid IdOf(long till, Guid owner, int attempt) => ForeignEntry.Derive("entry", till, owner, attempt);

    /// <summary>The entries of each of these records, in the order they came.</summary>
    public Dictionary<Guid, List<KeptEntry>> Of(IReadOnlyCollection<Guid> owners)
    {
        var found = new Dictionary<Guid, List<KeptEntry>>();
        var asked = owners;
        for (var attempt = 0; asked.Count > 0 && attempt < MostAttempts; attempt++)
        {
            var ids = asked.ToDictionary(owner => IdOf(client, owner, attempt));
            asked = [];
            foreach (var entry in ByIds(ids.Keys))
            {
                var owner = ids[entry.Id];
                (found.TryGetValue(owner, out var list) ? list : found[owner] = []).Add(entry);
                asked = [.. asked, owner];
            }
        }
        return found;
    }

    public List<KeptEntry> ByIds(IEnumerable<Guid> ids)
    {
        var entries = new List<KeptEntry>();
        using var reader = session.Query(
            "SELECT i.id, i.state, i.format, i.payload FROM @set k JOIN sync_inbox i ON i.id = k.id WHERE i.client = @client AND i.state <> 'posted'",
            RowSet.Of("id", ids), client);
        while (reader.Read())
        {
            var id = DbValues.ReadGuid(reader, 0);
            entries.Add(new KeptEntry(
                id, reader.GetString(1) == "quarantined", RowsOf(id, (int)reader.GetInt64(2), PackedContent.Unpack(reader.GetFieldValue<byte[]>(3)))));
        }
        return entries;
    }

    /// <summary>The ids of the entries that came in an exchange.</summary>
    public HashSet<Guid> Of(Guid synchronisation)
    {
        var ids = new HashSet<Guid>();
        using var reader = session.Query("SELECT id FROM sync_inbox WHERE client = @client AND synchronisation = @synchronisation", client, synchronisation);
        while (reader.Read())
        {
            ids.Add(DbValues.ReadGuid(reader, 0));
        }
        return ids;
    }

    private static Dictionary<(SyncTable, RowKey), Row>? RowsOf(Guid id, int format, byte[] payload)
    {
        try
        {
            return payload.Length == 0 ? null
                : ChangeGroupJson.Read(BookmineSetup.Instance, id, format, payload).Changes
                    .GroupBy(c => (c.Table, c.Key)).ToDictionary(g => g.Key, g => g.Last().Values);
        }
        catch (MalformedEntryException)
        {
            return null;
        }
    }
}
