using System.Data.Common;
using System.Text.Json;
using Bookmine.Sync.Data;

namespace Bookmine.Sync.Journal;

/// <summary>An entry as the journal's table has it.</summary>
internal static class EntryRow
{
    public const string Columns = "n, id, kind, format, number, amount, payload, hash, chain, sealed_at, result";

    public static void Insert(Session session, EntryPacking packing, JournalEntry entry) => session.Execute(
        $"INSERT INTO entry ({Columns}) VALUES (@n, @id, @kind, @format, @number, @amount, @payload, @hash, @chain, @sealed_at, @result)",
        entry.N, entry.Id, entry.Kind, entry.Format, entry.Number, entry.Amount, packing.Pack(entry.Payload), entry.Hash, entry.Chain, entry.SealedAt,
        entry.Result is null ? null : JsonSerializer.Serialize(entry.Result, JournalJson.Default.EntryResult));

    /// <exception cref="DamagedValueException">A value is not what was written there.</exception>
    public static JournalEntry Read(DbDataReader reader, EntryPacking packing)
    {
        try
        {
            return new JournalEntry(
                DbValues.ReadInteger(reader, 0), DbValues.ReadGuid(reader, 1), DbValues.ReadText(reader, 2), (int)DbValues.ReadInteger(reader, 3),
                DbValues.ReadIntegerOrNull(reader, 4), DbValues.ReadInteger(reader, 5), packing.Unpack(DbValues.ReadBytes(reader, 6)),
                DbValues.ReadBytes(reader, 7), DbValues.ReadBytes(reader, 8), DbValues.ReadInteger(reader, 9),
                reader.IsDBNull(10) ? null : JsonSerializer.Deserialize(DbValues.ReadText(reader, 10), JournalJson.Default.EntryResult));
        }
        catch (Exception e) when (e is JsonException || DamagedValueException.Is(e))
        {
            throw new DamagedValueException($"an entry cannot be read: {e.Message}");
        }
    }
}
