namespace Bookmine.Sync.Journal;

/// <summary>The journal cannot be used as it is; the message says what, where and the remedy.</summary>
public sealed class JournalException(string message, bool isDamaged = false) : Exception(message)
{
    /// <summary>Whether the file itself can no longer be read as a journal.</summary>
    public bool IsDamaged { get; } = isDamaged;
}

/// <summary>
/// The disk failed at the commit of an entry. Whether the entry is in the file shows when the file is opened anew, unless another is sealed
/// first, which takes its place.
/// </summary>
public sealed class SealFailedException(Exception cause) : IOException(
    $"The disk failed while this was being sealed ({cause.Message}), and whether it is in the journal is not known yet. Start the program again and look for it before it is made again.", cause);
