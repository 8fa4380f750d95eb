namespace Bookmine.TillClient;

/// <summary>Why something was not sealed, and what to do about it.</summary>
public sealed record Refusal(string Reason, string Remedy);

/// <summary>Carries a refusal out of the making of an entry; nothing was sealed.</summary>
internal sealed class RefusedException(string reason, string remedy) : Exception(reason)
{
    public Refusal Refusal { get; } = new(reason, remedy);
}
