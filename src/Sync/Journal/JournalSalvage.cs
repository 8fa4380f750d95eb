using System.Data.Common;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;

namespace Bookmine.Sync.Journal;

/// <summary>Reads what can be read of a journal, sound or damaged, entry by entry; changes nothing in it.</summary>
public static class JournalSalvage
{
    /// <summary>How far to look in a journal that does not even say how long it is.</summary>
    private const long FarthestGuess = 1_000_000;

    private const int MostMissesInARow = 10_000;

    /// <summary>Every entry of the client's that is there and can be read, in order: first those in archive files.</summary>
    public static IEnumerable<JournalEntry> Read(IFileStore files, string folder, long client, EntryPacking packing) =>
        Archived(files, folder, client).Concat(InFile(files, folder, packing)).DistinctBy(e => (e.N, Convert.ToHexString(e.Hash)));

    /// <summary>The blocks of numbers it was leased, as far as they can be read.</summary>
    public static IReadOnlyList<NumberBlock> Blocks(IFileStore files, string folder)
    {
        if (!files.Exists(ClientJournal.FileIn(folder)))
        {
            return [];
        }
        using var session = Tried(files, () => new Session(files.OpenDatabase(ClientJournal.FileIn(folder))));
        return session is null ? [] : Tried(files, () => NumberBlocks.All(session)) ?? [];
    }

    private static IEnumerable<JournalEntry> Archived(IFileStore files, string folder, long client)
    {
        foreach (var path in JournalArchive.FilesIn(files, folder))
        {
            using var reader = new StreamReader(files.OpenRead(path));
            if (!JournalLines.IsHead(reader.ReadLine(), client))
            {
                continue;
            }
            while (reader.ReadLine() is { } line)
            {
                if (JournalLines.ReadEntry(0, line).Entry is { } e)
                {
                    yield return new JournalEntry(e.N, e.Id, e.Kind, e.Format, null, 0, e.Payload, e.Hash, JournalEntry.NoChain, e.SealedAt, e.Answer);
                }
            }
        }
    }

    private static IEnumerable<JournalEntry> InFile(IFileStore files, string folder, EntryPacking packing)
    {
        if (!files.Exists(ClientJournal.FileIn(folder)))
        {
            yield break;
        }
        using var session = Tried(files, () => new Session(files.OpenDatabase(ClientJournal.FileIn(folder))));
        if (session is null)
        {
            yield break;
        }
        var last = Tried(files, () => session.Integer("SELECT max(n) FROM entry")) is { } known
            ? Math.Max(known, new JournalHeadFile(files, Path.Combine(folder, JournalHeadFile.Name)).Read()?.N ?? 0)
            : FarthestGuess;
        var misses = 0;
        for (var n = 1L; n <= last && misses < MostMissesInARow; n++)
        {
            if (Tried(files, () => One(session, n, packing)) is { } entry)
            {
                misses = 0;
                yield return entry;
            }
            else
            {
                misses++;
            }
        }
    }

    private static JournalEntry? One(Session session, long n, EntryPacking packing)
    {
        using var reader = session.Query($"SELECT {EntryRow.Columns} FROM entry WHERE n = @n", n);
        return reader.Read() ? EntryRow.Read(reader, packing) : null;
    }

    /// <summary>What damage has made of a row is no reason to give up the next.</summary>
    private static T? Tried<T>(IFileStore files, Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when ((e is DbException failure && files.IsDamage(failure)) || e is DamagedValueException)
        {
            return default;
        }
    }
}
