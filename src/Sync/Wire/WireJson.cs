using System.Text.Json.Serialization;
using Bookmine.Sync.Journal;

namespace Bookmine.Sync.Wire;

/// <summary>The JSON of messages and of stored results, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(HelloRequest))]
[JsonSerializable(typeof(HelloReply))]
[JsonSerializable(typeof(PushReply))]
[JsonSerializable(typeof(PullRequest))]
[JsonSerializable(typeof(NewsRequest))]
[JsonSerializable(typeof(NewsReply))]
[JsonSerializable(typeof(ForkReply))]
[JsonSerializable(typeof(ChunkHead))]
[JsonSerializable(typeof(EntryResult))]
public sealed partial class WireJson : JsonSerializerContext;
