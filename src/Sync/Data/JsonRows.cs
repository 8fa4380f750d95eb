using System.Globalization;
using System.Text;
using System.Text.Json;
using Bookmine.Sync.Rows;

namespace Bookmine.Sync.Data;

/// <summary>A set of rows as one JSON text, an array of arrays, for engines that read tables from JSON. A GUID and bytes are their hexadecimal digits.</summary>
internal static class JsonRows
{
    public static string Write(RowSet set)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var row in set.Rows)
            {
                json.WriteStartArray();
                foreach (var value in row)
                {
                    Write(json, value);
                }
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case Guid guid: json.WriteStringValue(Convert.ToHexString(guid.ToByteArray(bigEndian: true))); break;
            case byte[] bytes: json.WriteStringValue(Convert.ToHexString(bytes)); break;
            case UInt128 hash: json.WriteStringValue(Convert.ToHexString(Digest.ToBytes(hash))); break;
            default: json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
