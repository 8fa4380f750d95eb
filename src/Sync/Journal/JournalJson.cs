using System.Text.Json.Serialization;

namespace Bookmine.Sync.Journal;

/// <summary>The JSON of stored answers and of exported journals, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ExportHead))]
[JsonSerializable(typeof(ExportedEntry))]
[JsonSerializable(typeof(EntryResult))]
public sealed partial class JournalJson : JsonSerializerContext;
