using System.Data.Common;
using System.Text.Json;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Rows;

namespace Bookmine.Sync.Journal;

/// <summary>
/// The append-only truth of what was done on this client: <c>journal.db</c>. An entry is durable when <see cref="Seal"/> returns, in one
/// transaction of this file alone, and is never rewritten; only the server's answer is noted beside it. Safe for several threads and
/// several processes.
/// </summary>
public sealed class ClientJournal : IDisposable
{
    private readonly Session session;
    private readonly Lock gate = new();
    private readonly EntityIds ids;
    private readonly TimeProvider clock;
    private readonly JournalEnd end;
    private readonly IFileStore files;
    private readonly string path;
    private readonly JournalArchive archive;
    private readonly EntryPacking packing;

    private long durableThrough;

    // What the making of an entry's content failed with: it reads other files, and says nothing of this one.
    private Exception? composing;

    // Asked for with every picture of the screen: counted once, and from then on what came since.
    private Counted unposted = new(0, 0, 0, 0);

    private sealed record Counted(long After, long Through, long Count, long Amount);

    private ClientJournal(IFileStore files, Session session, string folder, long client, TimeProvider clock, EntityIds ids, EntryPacking packing)
    {
        this.packing = packing;
        archive = new JournalArchive(files, session, folder, client);
        this.session = session;
        this.clock = clock;
        this.ids = ids;
        this.files = files;
        path = FileIn(folder);
        end = new JournalEnd(session, files, folder);
    }

    /// <summary>Opens the journal of <paramref name="folder"/>, making it when there is none.</summary>
    /// <param name="client">Whose journal it must be; the first opening writes it down.</param>
    /// <exception cref="JournalException">It is another client's.</exception>
    /// <param name="packing">How content is kept in the file; what another program kept as it was sealed is read all the same.</param>
    public static ClientJournal Open(IFileStore files, string folder, long client, TimeProvider clock, EntityIds ids, EntryPacking? packing = null)
    {
        var path = FileIn(folder);
        Session? session = null;
        try
        {
            session = new Session(files.OpenDatabase(path));
            session.Script(JournalSchema.Settings);
            session.Script(JournalSchema.Tables);
            if (JournalMarks.Claim(session, client) is var owner && owner != client)
            {
                throw new JournalException(
                    $"{path} is the journal of till {owner}, and this machine is enrolled as till {client}. "
                    + "Put the right journal back; nothing was changed.");
            }
            if (JournalMarks.IsOfLaterProgram(session))
            {
                throw new JournalException(
                    $"{path} was written by a later version of this program, which keeps entries in a form that this one does not know. "
                    + "Start that one; nothing was changed.");
            }
            var journal = new ClientJournal(files, session, folder, client, clock, ids, packing ?? EntryPacking.None);
            journal.end.Compare(path, journal.ByN);
            return journal;
        }
        catch (Exception e) when (IsDamage(files, e))
        {
            session?.Dispose();
            throw Damaged(path, e.Message);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Where a folder's journal is.</summary>
    public static string FileIn(string folder) => Path.Combine(folder, "journal.db");

    public long LastN => Locked(() => session.Integer("SELECT max(n) FROM entry") ?? 0);

    /// <summary>The last entry the server has answered.</summary>
    public long Acknowledged => Locked(() => JournalMarks.Acknowledged(session));

    /// <summary>
    /// The last entry of a kind that is in the journal's own file; where there is none, what lies before that file's first.
    /// </summary>
    public long LastOf(string kind) => Locked(() =>
        session.Integer("SELECT max(n) FROM entry WHERE kind = @kind", kind) ?? session.Integer("SELECT min(n) - 1 FROM entry") ?? LastN);

    /// <summary>How many printed numbers are left in the leased blocks.</summary>
    public long NumbersLeft => Locked(() => NumberBlocks.Left(session));

    /// <summary>
    /// How many entries came back from the server with a number that another entry here has: somebody else has sealed under this client's
    /// name.
    /// </summary>
    public long NumberedTwice => Locked(() => JournalMarks.NumberedTwice(session));

    /// <summary>Whether the file has lost its end, so that nothing may be sealed before the server was asked.</summary>
    public bool IsSuspect => end.Suspicion is not null;

    /// <summary>
    /// The entry to which the server has given the highest number, with its answer, which proves that number; null for none.
    /// </summary>
    public JournalEntry? HighestNumbered => Locked(() => JournalMarks.HighestNumbered(session)) is { } n ? ByN(n) : null;

    /// <summary>The leased blocks of printed numbers.</summary>
    public IReadOnlyList<NumberBlock> Blocks() => Locked(() => NumberBlocks.All(session));

    /// <summary>Entries with a printed number that are not yet answered, and the sum of their control amounts.</summary>
    public (long Count, long Amount) Unposted() => Locked(() =>
    {
        var acknowledged = JournalMarks.Acknowledged(session);
        if (acknowledged != unposted.After)
        {
            unposted = new Counted(acknowledged, acknowledged, 0, 0);
        }
        using var reader = session.Query(
            "SELECT count(number), coalesce(sum(CASE WHEN number IS NULL THEN 0 ELSE amount END), 0), coalesce(max(n), @through) FROM entry WHERE n > @through", unposted.Through);
        reader.Read();
        unposted = new Counted(acknowledged, DbValues.ReadInteger(reader, 2), unposted.Count + DbValues.ReadInteger(reader, 0), unposted.Amount + DbValues.ReadInteger(reader, 1));
        return (unposted.Count, unposted.Amount);
    });

    /// <summary>When the first entry with a printed number that is not answered was sealed, Unix milliseconds; null for none.</summary>
    public long? UnpostedSince => Locked(() => session.Integer(
        "SELECT sealed_at FROM entry WHERE n > @acknowledged AND number IS NOT NULL ORDER BY n LIMIT 1", JournalMarks.Acknowledged(session)));

    /// <summary>Adds a block of numbers; one that is there already changes nothing.</summary>
    public void AddBlock(NumberBlock block)
    {
        if (block.First <= 0 || block.Last < block.First)
        {
            throw new WireFormatException($"The server leased the numbers {block.First} to {block.Last}, which is no block.");
        }
        Locked(() => session.InTransaction(() => NumberBlocks.Add(session, block)));
    }

    /// <summary>
    /// Takes back entries that the server holds and this file has lost, and answers that it has lost. The numbers they carry, and all that
    /// were leased, are used no more:
    /// what else was lost may have carried them.
    /// </summary>
    /// <param name="control">Reads an entry's printed number and control amount from its content.</param>
    /// <exception cref="WireFormatException">They do not continue this journal.</exception>
    public void Refill(IReadOnlyList<PushedEntry> entries, Func<PushedEntry, (long? Number, long Amount)> control) => Locked(() => session.InTransaction(() =>
    {
        var (last, chain) = end.Last();
        foreach (var entry in entries)
        {
            if (entry.Answer is { } known && entry.N <= last && ByN(entry.N)?.Hash.AsSpan().SequenceEqual(entry.Hash) == true)
            {
                session.Execute("UPDATE entry SET result = @result WHERE n = @n AND result IS NULL", JsonSerializer.Serialize(known, JournalJson.Default.EntryResult), entry.N);
                JournalMarks.NoteAnswered(session, entry.N, known);
                continue;
            }
            // One whose content was damaged before it was sent is held in quarantine as it came, under the hash with which it was sealed.
            var isWhole = entry.Answer is { State: EntryState.Quarantined }
                || JournalEntry.HashOf(entry.N, entry.Id, entry.Kind, entry.Format, entry.SealedAt, entry.Payload).AsSpan().SequenceEqual(entry.Hash);
            if (entry.N != last + 1 || !isWhole || entry.Answer is null)
            {
                throw new WireFormatException($"The server gave back entry {entry.N}, which does not continue this journal after {last}.");
            }
            (last, chain) = (entry.N, JournalEntry.ChainOf(chain, entry.Hash));
            var (number, amount) = control(entry);
            if (number is not null && session.Scalar("SELECT 1 FROM entry WHERE number = @number", number) is not null)
            {
                // Somebody else has sealed under this client's name. The entry is kept; the number is the first one's.
                number = null;
                JournalMarks.NoteTwice(session);
            }
            EntryRow.Insert(session, packing, new JournalEntry(
                entry.N, entry.Id, entry.Kind, entry.Format, number, amount, entry.Payload, entry.Hash, chain, entry.SealedAt, entry.Answer));
            JournalMarks.NoteAnswered(session, entry.N, entry.Answer);
        }
        NumberBlocks.UseUp(session);
        return last;
    }));

    /// <summary>
    /// The server was asked and has given back what it held: what is here now is what there is. Numbers that may have been used by lost
    /// entries
    /// are used no more.
    /// </summary>
    public void Settle() => Locked(() =>
    {
        end.Settle();
        return true;
    });

    /// <summary>
    /// The server, restored from a backup, holds less than it has answered: what comes after is sent again, with the answers it had.
    /// </summary>
    public void Reopen(long through) => Locked(() => JournalMarks.Reopen(session, through));

    /// <summary>Seals one entry; when this returns it survives a power cut.</summary>
    /// <param name="compose">Makes the content inside the sealing transaction; when it throws, nothing was done.</param>
    public JournalEntry Seal(Func<SealScope, SealContent> compose) => Locked(() =>
    {
        JournalEntry? composed = null;
        JournalEntry entry;
        try
        {
            entry = session.InTransaction(() => composed = SealWithin(compose));
        }
        catch (DbException e) when (composed is not null && !IsDamage(files, e))
        {
            throw new SealFailedException(e);
        }
        durableThrough = entry.N;
        end.Remember();
        return entry;
    });

    /// <summary>
    /// Makes sure that what can be read here also survives a power cut, before it is told to anybody: another program may have been killed
    /// between writing an entry and syncing it.
    /// </summary>
    public void MakeDurable() => Locked(() =>
    {
        var last = session.Integer("SELECT max(n) FROM entry") ?? 0;
        if (last > durableThrough)
        {
            session.Script("PRAGMA wal_checkpoint(PASSIVE)");
            durableThrough = last;
        }
        return last;
    });

    /// <summary>Entries after <paramref name="n"/>, in order.</summary>
    /// <exception cref="JournalException">
    /// The file's order is damaged: who goes on from the last entry would never come to the end.
    /// </exception>
    public IReadOnlyList<JournalEntry> After(long n, int most) => Locked<IReadOnlyList<JournalEntry>>(() =>
    {
        var here = InFile(n, most);
        if ((here.Count > 0 && here[0].N == n + 1) || archive.End().N <= n)
        {
            return here;
        }
        var archived = archive.After(n).Take(most).ToList();
        return [.. archived, .. here.Take(most - archived.Count)];
    });

    private List<JournalEntry> InFile(long n, int most)
    {
        using var reader = session.Query($"SELECT {EntryRow.Columns} FROM entry WHERE n > @n ORDER BY n LIMIT @most", n, most);
        var entries = new List<JournalEntry>();
        while (reader.Read())
        {
            var entry = EntryRow.Read(reader, packing);
            entries.Add(entry.N > (entries.Count > 0 ? entries[^1].N : n) ? entry : throw new DamagedValueException($"entry {entry.N} lies where a later one should"));
        }
        return entries;
    }

    /// <summary>
    /// Moves a file's worth of entries that were answered long ago, and reported, to the archive. The last answered entry always stays: it
    /// is
    /// the proof of how far the server has come.
    /// </summary>
    /// <returns>How many were moved; 0 when there is not yet a file's worth.</returns>
    public int ArchiveSome(JournalKeeping keeping)
    {
        var before = clock.GetUtcNow().Subtract(keeping.Age).ToUnixTimeMilliseconds();
        var (archived, chain) = Locked(archive.End);
        var entries = After(archived, keeping.Segment);
        var limit = Math.Min(Acknowledged - 1, ReportedThrough);
        if (entries.Count < keeping.Segment || entries[^1].N != archived + keeping.Segment || entries[^1].N > limit
            || entries.Any(e => e.Result is null || e.Result.PostedAt >= before))
        {
            return 0;
        }
        using var alone = files.TryLock(Path.Combine(Path.GetDirectoryName(path)!, "archive.lock"), shared: false);
        if (alone is null)
        {
            return 0;
        }
        // Outside the gate: sealed and answered entries do not change, and sealing need not wait for this.
        return archive.Write(entries, chain) ? Locked(() => session.InTransaction(() => archive.Release(entries))) : 0;
    }

    public JournalEntry? ByN(long n) => After(n - 1, 1) is [var entry] && entry.N == n ? entry : null;

    /// <summary>The entry that carries this printed number.</summary>
    public JournalEntry? ByNumber(long number) => Locked(() =>
    {
        using var reader = session.Query($"SELECT {EntryRow.Columns} FROM entry WHERE number = @number", number);
        return reader.Read() ? EntryRow.Read(reader, packing) : null;
    });

    /// <summary>The entry after <paramref name="n"/> that the server has given this number; null for none.</summary>
    public long? Numbered(long number, long n) => Locked(() =>
        session.Integer("SELECT max(n) FROM entry WHERE n > @n AND result LIKE @answer", n, FormattableString.Invariant($"%\"number\":{number},%")));

    /// <summary>The chain at entry <paramref name="n"/>; that before the first when n is 0.</summary>
    public byte[] ChainAt(long n) => n == 0 ? JournalEntry.NoChain : ByN(n)?.Chain
        ?? throw Damaged(path, $"entry {n} is missing");

    /// <summary>Entries after <paramref name="n"/> to be sent, which must follow it.</summary>
    /// <exception cref="JournalException">One is missing.</exception>
    public IReadOnlyList<JournalEntry> Following(long n, int most)
    {
        var entries = After(n, most);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].N != n + 1 + i)
            {
                throw Damaged(path, $"entry {n + 1 + i} is missing");
            }
        }
        return entries;
    }

    /// <summary>Notes the server's answers and how far it has answered.</summary>
    public void Acknowledge(IReadOnlyList<EntryResult> results, long through) => Locked(() => session.InTransaction(() =>
    {
        foreach (var result in results)
        {
            var json = JsonSerializer.Serialize(result, JournalJson.Default.EntryResult);
            session.Execute("UPDATE entry SET result = @result WHERE n = @n AND result IS NULL", json, result.N);
        }
        return JournalMarks.NoteAnswered(session, through, results.MaxBy(r => r.Number));
    }));

    /// <summary>Up to which entry a person has been told the server's answers.</summary>
    public long ReportedThrough
    {
        get => Locked(() => JournalMarks.Reported(session));
        set => Locked(() => JournalMarks.NoteReported(session, value));
    }

    public void Dispose() => session.Dispose();

    private JournalEntry SealWithin(Func<SealScope, SealContent> compose)
    {
        if (end.Suspicion is { } suspicion)
        {
            throw new JournalException(suspicion);
        }
        var (last, chain) = end.Last();
        var scope = new SealScope(session, last + 1, ids.Next(), clock.GetUtcNow().ToUnixTimeMilliseconds(), JournalMarks.Acknowledged(session));
        SealContent content;
        try
        {
            content = compose(scope);
        }
        catch (Exception e)
        {
            composing = e;
            throw;
        }
        if (content.Payload.Length > JournalEntry.MostPayloadBytes)
        {
            throw new JournalException(
                $"The {content.Kind} is {content.Payload.Length:N0} bytes, and {JournalEntry.MostPayloadBytes:N0} are the most. Split it in two.");
        }
        var hash = JournalEntry.HashOf(scope.N, scope.Id, content.Kind, content.Format, scope.SealedAt, content.Payload);
        var entry = new JournalEntry(
            scope.N, scope.Id, content.Kind, content.Format, content.Number, content.Amount,
            content.Payload, hash, JournalEntry.ChainOf(chain, hash), scope.SealedAt);
        EntryRow.Insert(session, packing, entry);
        return entry;
    }

    /// <summary>What to throw when something in this journal is not as it was sealed.</summary>
    public JournalException Damaged(string cause) => Damaged(path, cause);

    private static bool IsDamage(IFileStore files, Exception e) => e is DamagedValueException || (e is DbException failure && files.IsDamage(failure));

    private static JournalException Damaged(string path, string cause) => new(
        $"{path} is damaged ({cause}). Nothing is sold on it. Where the disk has become read-only, mend that and start again. Else save what can be read of it with journal export, have that imported on the server with "
        + "journal import, move the folder away without deleting it, and enrol this machine anew.", isDamaged: true);

    private T Locked<T>(Func<T> work)
    {
        lock (gate)
        {
            try
            {
                return work();
            }
            catch (Exception e) when (e != composing && IsDamage(files, e))
            {
                throw Damaged(path, e.Message);
            }
        }
    }
}
