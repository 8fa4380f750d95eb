namespace Bookmine.Sync.Journal;

/// <summary>Recomputes every hash and the whole chain of a journal.</summary>
public static class JournalVerification
{
    private const int Slice = 500;

    /// <returns>The number of sound entries, and what is wrong with the first that is not.</returns>
    public static (long Sound, string? Fault) Verify(ClientJournal journal)
    {
        var (n, chain) = (0L, JournalEntry.NoChain);
        while (true)
        {
            var entries = journal.After(n, Slice);
            if (entries.Count == 0)
            {
                return (n, journal.IsSuspect ? $"entry {n + 1} is missing: the journal has lost its end, or was put back from a copy" : null);
            }
            foreach (var entry in entries)
            {
                if (Fault(entry, n, chain) is { } fault)
                {
                    return (n, fault);
                }
                (n, chain) = (entry.N, entry.Chain);
            }
        }
    }

    private static string? Fault(JournalEntry entry, long before, byte[] chain)
    {
        var hash = JournalEntry.HashOf(entry.N, entry.Id, entry.Kind, entry.Format, entry.SealedAt, entry.Payload);
        return entry.N != before + 1 ? $"entry {before + 1} is missing"
            : !hash.AsSpan().SequenceEqual(entry.Hash) ? $"entry {entry.N} was changed after it was sealed"
            : !JournalEntry.ChainOf(chain, hash).AsSpan().SequenceEqual(entry.Chain) ? $"entry {entry.N} does not follow entry {before}"
            : null;
    }
}
