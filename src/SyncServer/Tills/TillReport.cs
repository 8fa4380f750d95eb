using System.Text.Json;
using Bookmine.Sync.Wire;

namespace Bookmine.SyncServer.Tills;

/// <summary>What a till last said of itself.</summary>
/// <param name="UnpostedCents">What its unposted transactions came to.</param>
/// <param name="UnpostedSince">When the first of them was sealed, by its clock; Unix milliseconds.</param>
/// <param name="ReplicaAt">When its replica was made, Unix milliseconds; 0 without one.</param>
/// <param name="NumbersLeft">D-numbers that it has left, in hundreds.</param>
/// <param name="Trouble">What a person should see to there; null for nothing.</param>
public sealed record TillReport(long UnpostedCents, long? UnpostedSince, long ReplicaAt, long NumbersLeft, string? Trouble)
{
    private const int MostTrouble = 300;
    private const long Hundred = 100;
    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <returns>Null from a program that tells nothing, or a hello that is not of a journal.</returns>
    public static TillReport? Of(HelloRequest hello) => hello.Report is not { } told ? null : new TillReport(
        told.UnpostedAmount, told.UnpostedSince, hello.ProvisionedAt, hello.NumbersLeft / Hundred * Hundred,
        told.Trouble is { Length: > MostTrouble } lengthy ? lengthy[..MostTrouble] : told.Trouble);

    public string ToText() => JsonSerializer.Serialize(this, Form);

    public static TillReport? Read(string? text) => text is null ? null : JsonSerializer.Deserialize<TillReport>(text, Form);
}
