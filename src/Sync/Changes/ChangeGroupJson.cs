using System.Text.Json;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Changes;

/// <summary>
/// The payload of a journal entry, format 1: JSON with <c>kind</c>, <c>by</c>, <c>at</c> and <c>rows</c>, each with <c>table</c>,
/// <c>op</c>, <c>values</c> and, for changes, <c>old</c>; columns by name. A format once released is read for ever.
/// </summary>
public static class ChangeGroupJson
{
    public const int Format = 1;
    private const int MostRows = 5_000;
    private static readonly string[] Ops = ["insert", "amend", "update", "remove"];

    public static byte[] Write(ChangeGroup group)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("kind", group.Kind);
            json.WriteString("by", group.Author);
            json.WriteNumber("at", group.MadeAt);
            json.WriteStartArray("rows");
            foreach (var change in group.Changes)
            {
                json.WriteStartObject();
                json.WriteString("table", change.Table.Name);
                json.WriteString("op", Ops[(int)change.Op]);
                WriteRow(json, "values", change.Values);
                if (change.Old is not null)
                {
                    WriteRow(json, "old", change.Old);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <exception cref="MalformedEntryException">The payload is not a group of changes to the setup's tables.</exception>
    public static ChangeGroup Read(SyncSetup setup, Guid id, int format, ReadOnlyMemory<byte> payload)
    {
        if (format != Format)
        {
            throw new MalformedEntryException($"format {format} is not known to this program, which reads format {Format}");
        }
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            var rows = root.GetProperty("rows");
            if (rows.GetArrayLength() > MostRows)
            {
                throw new MalformedEntryException($"it has {rows.GetArrayLength()} rows, and {MostRows} are the most");
            }
            var pool = new ValuePool();
            return new ChangeGroup(
                id, WithoutNul(root.GetProperty("kind").GetString() ?? "", "its", "kind"), root.GetProperty("by").GetString() is { } by ? WithoutNul(by, "its", "author") : null,
                root.GetProperty("at").GetInt64(), [.. rows.EnumerateArray().Select(r => ReadChange(setup, r, pool))]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or MalformedRowException)
        {
            throw new MalformedEntryException($"it cannot be read: {e.Message}");
        }
    }

    private static void WriteRow(Utf8JsonWriter json, string name, Row row)
    {
        json.WriteStartObject(name);
        for (var i = 0; i < row.Table.Columns.Count; i++)
        {
            if (!row.Has(i))
            {
                continue;
            }
            var column = row.Table.Columns[i];
            switch (row[i])
            {
                case null: json.WriteNull(column.Name); break;
                case long integer: json.WriteNumber(column.Name, integer); break;
                case Guid guid: json.WriteString(column.Name, guid); break;
                case var text: json.WriteString(column.Name, (string)text); break;
            }
        }
        json.WriteEndObject();
    }

    private static RowChange ReadChange(SyncSetup setup, JsonElement element, ValuePool pool)
    {
        var name = element.GetProperty("table").GetString() ?? "";
        var table = setup.Find(name) ?? throw new MalformedEntryException($"there is no table {name}");
        var op = Array.IndexOf(Ops, element.GetProperty("op").GetString());
        if (op < 0)
        {
            throw new MalformedEntryException($"{element.GetProperty("op").GetRawText()} is no operation");
        }
        var values = ReadRow(table, element.GetProperty("values"), pool);
        if (table.KeyColumns.FirstOrDefault(k => values[k] is null) is { } keyless)
        {
            throw new MalformedEntryException($"a row of {name} has no {keyless}, which is its key");
        }
        return new RowChange((ChangeOp)op, values, element.TryGetProperty("old", out var old) ? ReadRow(table, old, pool) : null);
    }

    private static Row ReadRow(SyncTable table, JsonElement element, ValuePool pool)
    {
        var row = new Row(table);
        var ordinal = -1;
        foreach (var property in element.EnumerateObject())
        {
            // Programs write the columns in their order, some of them left out.
            while (++ordinal < table.Columns.Count && !property.NameEquals(table.Columns[ordinal].Name))
            {
            }
            ordinal = ordinal < table.Columns.Count ? ordinal : table.Ordinal(property.Name);
            if (ordinal < 0)
            {
                throw new MalformedEntryException($"table {table.Name} has no column {property.Name}");
            }
            row[ordinal] = ReadValue(table, table.Columns[ordinal], property.Value, pool);
        }
        return row;
    }

    private static object? ReadValue(SyncTable table, Column column, JsonElement value, ValuePool pool) => (column.Type, value.ValueKind) switch
    {
        (_, JsonValueKind.Null) => null,
        (ColumnType.Integer, JsonValueKind.Number) when value.TryGetInt64(out var integer) => ValuePool.Of(integer),
        (ColumnType.Guid, JsonValueKind.String) when value.TryGetGuid(out var guid) => pool.Of(guid),
        (ColumnType.Text, JsonValueKind.String) => pool.Of(WithoutNul(value.GetString()!, table.Name, column.Name)),
        _ => throw new MalformedEntryException($"{table.Name}.{column.Name} is {value.ValueKind}, not {column.Type}"),
    };

    /// <summary>Not every database can hold U+0000 in a text.</summary>
    private static string WithoutNul(string text, string holder, string name) => text.Contains('\0')
        ? throw new MalformedEntryException($"{holder} {name} holds the character U+0000")
        : text;
}

/// <summary>A journal entry's payload cannot be understood; the message continues "entry N of client M: …".</summary>
public sealed class MalformedEntryException(string message) : Exception(message);
