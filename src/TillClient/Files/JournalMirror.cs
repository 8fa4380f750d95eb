using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Files;

/// <summary>
/// A second copy of the journal on another medium, such as a USB stick: each entry is durable there before its docket is printed. It has the
/// form of an exported journal. A medium that fails blocks no sale; what it missed is written when it is back.
/// </summary>
internal sealed class JournalMirror(IFileStore files, ClientJournal journal, long till)
{
    private const int Slice = 500;

    /// <summary>Where the last entry is looked for; when it is not there, all are written again, which does no harm.</summary>
    private const int TailBytes = 4 * 1024 * 1024;

    private (string Path, long Through, long Length, int Blocks)? known;

    /// <summary>Why the medium has not taken all entries; null while it has.</summary>
    public string? Fault { get; private set; }

    /// <summary>Brings the copy up to the journal.</summary>
    /// <param name="folder">The medium's folder; null for no mirror.</param>
    public void Follow(string? folder)
    {
        if (folder is null)
        {
            (known, Fault) = (null, null);
            return;
        }
        var path = Path.Combine(folder, FormattableString.Invariant($"bookmine-till-{till}.journal.jsonl"));
        try
        {
            known = Append(known is { } k && k.Path == path && files.Length(path) == k.Length ? k : Look(path));
            files.Sync(path);
            Fault = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (known, Fault) = (null, $"The mirror {folder} does not take entries: {e.Message} Sales go on; put the medium back.");
        }
    }

    private (string Path, long Through, long Length, int Blocks) Append((string Path, long Through, long Length, int Blocks) so)
    {
        var (path, through, length, told) = so;
        var blocks = journal.Blocks();
        if (blocks.Count != told)
        {
            length = Write(path, length, JournalLines.Head(till, blocks));
        }
        while (journal.After(through, Slice) is { Count: > 0 } entries)
        {
            length = Write(path, length, [.. entries.SelectMany(JournalLines.Of)]);
            through = entries[^1].N;
        }
        return (path, through, length, blocks.Count);
    }

    private long Write(string path, long at, byte[] bytes)
    {
        files.WriteAt(path, at, bytes);
        return at + bytes.Length;
    }

    /// <summary>How far the copy has come; a last line that was cut short is left as it is, and its entry written again.</summary>
    private (string Path, long Through, long Length, int Blocks) Look(string path)
    {
        var through = 0L;
        var (length, hasHead) = (files.Length(path), false);
        if (length == 0)
        {
            return (path, 0, 0, 0);
        }
        using (var stream = files.OpenRead(path))
        {
            stream.Seek(-Math.Min(TailBytes, stream.Length), SeekOrigin.End);
            using var reader = new StreamReader(stream);
            hasHead = length > TailBytes || JournalLines.IsHead(reader.ReadLine(), till);
            while (reader.ReadLine() is { } line)
            {
                through = JournalLines.ReadEntry(0, line).Entry is { } entry && journal.ByN(entry.N)?.Hash.AsSpan().SequenceEqual(entry.Hash) == true ? entry.N : through;
            }
        }
        if (!hasHead)
        {
            // It broke off before its first line was whole: nobody was told of anything in it.
            files.Delete(path);
            return (path, 0, 0, 0);
        }
        return (path, through, Write(path, length, "\n"u8.ToArray()), 0);
    }
}
