using Bookmine.Sync.Journal;

namespace Bookmine.TillClient.Selling;

/// <summary>What became of a draft: an entry in the journal, or a refusal and nothing else.</summary>
/// <param name="Warning">What the person must know of an entry that was sealed.</param>
public sealed record Outcome(JournalEntry? Entry, Refusal? Refused, string? Warning = null)
{
    public static Outcome Refuse(string reason, string remedy) => new(null, new Refusal(reason, remedy));
}
