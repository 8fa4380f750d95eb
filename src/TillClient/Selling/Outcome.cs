using Bookmine.Sync.Journal;

namespace Bookmine.TillClient.Selling;

/// <summary>Why something was not sealed, and what to do about it.</summary>
public sealed record Refusal(string Reason, string Remedy);

/// <summary>What became of a draft: an entry in the journal, or a refusal and nothing else.</summary>
/// <param name="Warning">What the person must know of an entry that was sealed.</param>
public sealed record Outcome(JournalEntry? Entry, Refusal? Refused, string? Warning = null)
{
    public static Outcome Refuse(string reason, string remedy) => new(null, new Refusal(reason, remedy));
}

/// <summary>Carries a refusal out of the making of an entry; nothing was sealed.</summary>
internal sealed class RefusedException(string reason, string remedy) : Exception(reason)
{
    public Refusal Refusal { get; } = new(reason, remedy);
}
