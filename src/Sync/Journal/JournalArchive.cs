using Bookmine.Sync.Data;
using Bookmine.Sync.Files;

namespace Bookmine.Sync.Journal;

/// <summary>How long a journal keeps answered entries in its own file.</summary>
/// <param name="Age">Since they were posted.</param>
/// <param name="Segment">How many entries go into one archive file.</param>
public sealed record JournalKeeping(TimeSpan Age, int Segment)
{
    public static readonly JournalKeeping Standard = new(TimeSpan.FromDays(90), 500);
}

/// <summary>
/// The older part of a journal: answered entries, a file for each few hundred of them, in the form of an exported journal. A file is durable
/// and read back before its entries leave <c>journal.db</c>, and is never changed after.
/// </summary>
internal sealed class JournalArchive(IFileStore files, Session session, string folder, long client)
{
    /// <summary>The files of a folder's archives, whichever client's, in order.</summary>
    public static IEnumerable<string> FilesIn(IFileStore files, string folder) =>
        files.List(folder, "journal-").Where(f => f.EndsWith(".jsonl", StringComparison.Ordinal));

    /// <summary>The last entry that was archived, and the chain there.</summary>
    public (long N, byte[] Chain) End()
    {
        using var reader = session.Query("SELECT last, chain FROM archive ORDER BY last DESC LIMIT 1");
        return reader.Read() ? (DbValues.ReadInteger(reader, 0), DbValues.ReadBytes(reader, 1)) : (0, JournalEntry.NoChain);
    }

    /// <summary>Archived entries after <paramref name="n"/>; their number and control amount are not kept apart from their content.</summary>
    /// <exception cref="DamagedValueException">A file is missing or damaged.</exception>
    public IEnumerable<JournalEntry> After(long n)
    {
        var parts = new List<(long First, long Last, byte[] Chain)>();
        using (var reader = session.Query("SELECT first, last, chain FROM archive WHERE last > @n ORDER BY first", n))
        {
            while (reader.Read())
            {
                parts.Add((DbValues.ReadInteger(reader, 0), DbValues.ReadInteger(reader, 1), DbValues.ReadBytes(reader, 2)));
            }
        }
        return parts.SelectMany(p => Read(PathOf(p.First, p.Last), p.First, ChainBefore(p.First), p.Chain)).Where(e => e.N > n);
    }

    /// <summary>Writes a file of entries that follow what is archived, and reads it back.</summary>
    /// <param name="chain">The chain before the first of them. The session is not asked: this runs beside whoever uses it.</param>
    /// <returns>Whether it holds them as they were sealed, so that they may leave the journal; one that the disk has changed stays where it is.</returns>
    public bool Write(IReadOnlyList<JournalEntry> entries, byte[] chain)
    {
        var path = PathOf(entries[0].N, entries[^1].N);
        var part = path + ".part";
        files.Delete(part);
        files.WriteAt(part, 0, [.. JournalLines.Head(client), .. entries.SelectMany(JournalLines.Of)]);
        files.Sync(part);
        if (!Holds(part, entries, chain))
        {
            files.Delete(part);
            return false;
        }
        files.Move(part, path);
        return true;
    }

    private bool Holds(string part, IReadOnlyList<JournalEntry> entries, byte[] chain)
    {
        try
        {
            return Read(part, entries[0].N, chain, entries[^1].Chain).Count == entries.Count;
        }
        catch (DamagedValueException)
        {
            return false;
        }
    }

    /// <summary>Takes the entries of a written file out of the journal; in a transaction of the caller's.</summary>
    public int Release(IReadOnlyList<JournalEntry> entries)
    {
        var added = session.Execute(
            "INSERT INTO archive (first, last, chain, number) VALUES (@first, @last, @chain, @number) ON CONFLICT DO NOTHING",
            entries[0].N, entries[^1].N, entries[^1].Chain, entries.Max(e => e.Number) ?? 0);
        return added == 0 ? 0 : session.Execute("DELETE FROM entry WHERE n <= @last", entries[^1].N);
    }

    private string PathOf(long first, long last) => Path.Combine(folder, FormattableString.Invariant($"journal-{client}-{first:d8}-{last:d8}.jsonl"));

    private byte[] ChainBefore(long first) => session.Scalar("SELECT chain FROM archive WHERE last = @last", first - 1) as byte[] ?? JournalEntry.NoChain;

    private List<JournalEntry> Read(string path, long first, byte[] chain, byte[] end)
    {
        if (!files.Exists(path))
        {
            throw new DamagedValueException($"{path} is missing, which holds entries from {first} on");
        }
        using var reader = new StreamReader(files.OpenRead(path));
        reader.ReadLine();
        var entries = new List<JournalEntry>();
        while (reader.ReadLine() is { } line)
        {
            var n = first + entries.Count;
            if (JournalLines.ReadEntry(0, line).Entry is not { } entry || entry.N != n
                || !JournalEntry.HashOf(n, entry.Id, entry.Kind, entry.Format, entry.SealedAt, entry.Payload).AsSpan().SequenceEqual(entry.Hash))
            {
                throw new DamagedValueException($"{path} does not hold entry {n} as it was sealed");
            }
            chain = JournalEntry.ChainOf(chain, entry.Hash);
            entries.Add(new JournalEntry(n, entry.Id, entry.Kind, entry.Format, null, 0, entry.Payload, entry.Hash, chain, entry.SealedAt, entry.Answer));
        }
        return chain.AsSpan().SequenceEqual(end) ? entries : throw new DamagedValueException($"{path} does not end as the journal goes on");
    }
}
