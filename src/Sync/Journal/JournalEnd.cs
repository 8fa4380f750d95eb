using Bookmine.Sync.Data;
using Bookmine.Sync.Files;

namespace Bookmine.Sync.Journal;

/// <summary>Where the journal's file ends, and whether that is where it should: a small file beside it remembers.</summary>
internal sealed class JournalEnd(Session session, IFileStore files, string folder)
{
    private readonly JournalHeadFile file = new(files, Path.Combine(folder, JournalHeadFile.Name));

    /// <summary>Why the journal's file cannot be all that was sealed; null when nothing speaks against it.</summary>
    public string? Suspicion { get; private set; }

    /// <summary>The last entry in the file, and the chain there.</summary>
    public (long N, byte[] Chain) Last()
    {
        using var reader = session.Query("SELECT n, chain FROM entry ORDER BY n DESC LIMIT 1");
        return reader.Read() ? (DbValues.ReadInteger(reader, 0), DbValues.ReadBytes(reader, 1)) : (0, JournalEntry.NoChain);
    }

    /// <summary>Compares the journal's file with what is remembered of it, at the start.</summary>
    /// <param name="byN">An entry of the journal.</param>
    public void Compare(string path, Func<long, JournalEntry?> byN)
    {
        var remembered = file.Read();
        if (remembered is { N: > 0 } && byN(remembered.N)?.Chain.AsSpan().SequenceEqual(remembered.Chain) != true)
        {
            Suspicion = $"{path} does not hold entry {remembered.N}, which this till sealed: the file has lost its end or was put back from a copy. "
                + "Nothing is sold on it before the server was reached, which holds what was posted: start in normal mode with the server at hand.";
            // What it alone remembers must outlast a power cut.
            file.Sync();
        }
        else if (remembered?.N != Last().N)
        {
            // A power cut may have left the small file behind.
            Remember();
            file.Sync();
        }
    }

    /// <summary>Writes down where the file ends now.</summary>
    public void Remember()
    {
        var (n, chain) = Last();
        file.Write(new JournalHeadFile.Head(n, NumberBlocks.Highest(session), chain));
    }

    /// <summary>Takes what is here for what there is. Numbers that lost entries may carry are used no more.</summary>
    public void Settle()
    {
        if (Suspicion is not null)
        {
            NumberBlocks.UseUp(session);
            Remember();
            Suspicion = null;
        }
    }
}
