using System.Data.Common;
using System.Text.Json;
using Bookmine.Sync.Data;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Journal;

/// <summary>An entry as the journal's table has it.</summary>
internal static class EntryRow
{
    public const string Columns = "n, id, kind, format, number, amount, payload, hash, chain, sealed_at, result";

    /// <exception cref="DamagedValueException">A value is not what was written there.</exception>
    public static JournalEntry Read(DbDataReader reader)
    {
        try
        {
            return new JournalEntry(
                reader.GetInt64(0), DbValues.ReadGuid(reader, 1), reader.GetString(2), reader.GetInt32(3),
                DbValues.ReadIntegerOrNull(reader, 4), reader.GetInt64(5), reader.GetFieldValue<byte[]>(6),
                reader.GetFieldValue<byte[]>(7), reader.GetFieldValue<byte[]>(8), reader.GetInt64(9),
                reader.IsDBNull(10) ? null : JsonSerializer.Deserialize(reader.GetString(10), WireJson.Default.EntryResult));
        }
        catch (Exception e) when (e is JsonException || DamagedValueException.Is(e))
        {
            throw new DamagedValueException($"an entry cannot be read: {e.Message}");
        }
    }
}
