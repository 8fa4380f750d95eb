using System.Security.Cryptography;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Imports;
using Bookmine.SyncServer.Posting;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>
/// Files of stock, contacts, receipts and counts: what they would do, doing it, and taking it back. Each is a batch on record, done in slices
/// that are each consistent.
/// </summary>
public sealed class ShopImports(IServerDatabase database, TimeProvider clock)
{
    private const int MostListed = 100;

    private const string Columns =
        "b.id, b.kind, b.branch, b.name, b.made_by, b.begun_at, b.beat_at, b.ended_at, b.state, b.done, b.made, b.changed, b.same, b.rejected, b.told, b.undone_at, "
        + "b.undone_by, CASE WHEN EXISTS (SELECT 1 FROM import_part p WHERE p.batch = b.id AND p.part = -1) THEN 1 ELSE 0 END";

    /// <summary>What a file would do. Nothing is written.</summary>
    /// <param name="open">Opens the file, which can be sought in.</param>
    /// <exception cref="ShopException">It is not understood, or doubtful.</exception>
    public ImportOutcome Preview(Actor actor, ImportRequest request, string name, Func<Stream> open, Action<long> progress)
    {
        var branch = database.Asking(actor, (session, rights) => BranchOf(session, rights, request));
        using var file = Open(request, name, open(), rejectedFile: null);
        var import = ImportOf(request, branch);
        var rows = new List<PreviewRow>();
        var tally = ImportSlices.Preview(database, file, import, (row, verdict) =>
        {
            if (rows.Count < PreviewRow.Most)
            {
                rows.Add(new PreviewRow(rows.Count + 1, Word(verdict), import.Describe(row)));
            }
        }, progress);
        return Outcome(tally, file, import, null, rows);
    }

    /// <summary>Imports a file.</summary>
    /// <param name="rejectedFile">Where rows go that cannot be taken; null for nowhere.</param>
    public ImportOutcome Run(Actor actor, ImportRequest request, string name, Func<Stream> open, string? rejectedFile, Action<long> progress)
    {
        Understand(request, name, open());
        return Run(Begin(actor, request, name, HashOf(open), ImportStates.Running), request, open, rejectedFile, progress);
    }

    /// <summary>Does, or goes on with, a batch that is on record as running.</summary>
    internal ImportOutcome Run(long batch, ImportRequest request, Func<Stream> open, string? rejectedFile, Action<long> progress)
    {
        try
        {
            var (name, tally, branch) = database.Reading(session => (Find(session, batch)!.Name, TallyOf(session, batch), BranchOf(session, null, request)));
            using var file = Open(request, name, open(), rejectedFile);
            var import = ImportOf(request, branch);
            var book = new ImportBook(batch) { Next = database.Reading(
                s => (s.Integer("SELECT max(n) FROM import_change WHERE batch = @batch", batch) ?? -1) + 1) };
            tally = ImportSlices.Write(
                database, file, import, book, tally, request.IsLocked, (session, before, after) =>
                    Beat(session, batch, before, after, file.Rejected), progress);
            Finish(batch, ImportStates.Done, file.Rejected, null);
            return Outcome(tally, file, import, batch, []);
        }
        catch (Exception e) when (IsOfFile(e))
        {
            var told = e is ShopException or IOException ? e.Message : $"The file cannot be read: {e.Message.TrimEnd('.')}.";
            var done = database.Reading(session => TallyOf(session, batch)).Done;
            told += request.Adds && done > 0 ? $" {done} rows of it have come in: take import {batch} back before you import the mended file." : "";
            Finish(batch, ImportStates.Failed, null, told);
            throw new ShopException(told);
        }
    }

    /// <summary>It comes to nothing more.</summary>
    internal void Fail(long batch, string told) => Finish(batch, ImportStates.Failed, null, told);

    /// <summary>Takes back what an import did: what it made is withdrawn, fields that still have its values get those before, its copies go out
    /// again.</summary>
    /// <returns>What was done.</returns>
    /// <exception cref="ShopException">There is none, or it is running, or taken back already.</exception>
    public string Undo(Actor actor, long batch, Action<long> progress)
    {
        BeginUndo(actor, batch);
        return GoOnUndoing(batch, progress);
    }

    /// <summary>Goes on with taking back what is on record as being taken back.</summary>
    internal string GoOnUndoing(long batch, Action<long> progress) => new ImportUndo(database, clock, batch).Run(progress);

    /// <summary>Nothing is put on record of a file that is not understood.</summary>
    /// <param name="file">Closed.</param>
    internal static void Understand(ImportRequest request, string name, Stream file) => Open(request, name, file, rejectedFile: null).Dispose();

    /// <summary>Puts on record that an import is to be taken back.</summary>
    internal void BeginUndo(Actor actor, long batch) =>
        database.Doing(clock, actor, "import undo", (session, rights) =>
        {
            var found = Require(session, rights, batch);
            if (found.State == ImportStates.Undone)
            {
                throw new ShopException($"Import {batch} is taken back already.");
            }
            if (found.State is ImportStates.Running or ImportStates.Waiting or ImportStates.Uploading or ImportStates.Undoing
                && found.Standing(clock.GetUtcNow().ToUnixTimeMilliseconds()) != "stopped")
            {
                throw new ShopException($"Import {batch} is being done. Wait until it is, and take it back then.");
            }
            session.Execute(
                "UPDATE import_batch SET state = @state, undone_by = @by, beat_at = 0 WHERE id = @batch", ImportStates.Undoing, actor.Name, batch);
            return new Done<bool>(true, $"import {batch}", found.Name);
        });

    /// <summary>The latest of some branches.</summary>
    public static List<ImportBatch> List(Session session, IReadOnlyList<long>? branches) => Read(
        session, $"SELECT {Columns} FROM import_batch b WHERE (b.branch IS NULL OR {BranchFilter.In("b.branch", branches)}) ORDER BY b.id DESC {session.Dialect.Limit("@most")}", MostListed);

    public static ImportBatch? Find(Session session, long batch) => Read(
        session, $"SELECT {Columns} FROM import_batch b WHERE b.id = @batch", batch) is [var one] ? one : null;

    /// <exception cref="ShopException">There is none, or it is not theirs.</exception>
    public static ImportBatch Require(Session session, Rights rights, long batch)
    {
        var found = Find(session, batch) ?? throw new ShopException($"There is no import {batch}. bookmine-server import list shows those there are.");
        if (found.Branch is { } branch)
        {
            rights.Demand(branch);
        }
        return found;
    }

    /// <summary>The same on other terms of the same records.</summary>
    internal ShopImports With(IServerDatabase other) => new(other, clock);

    /// <summary>Puts on record that a file is on its way.</summary>
    internal long Announce(Actor actor, ImportRequest request, string name, TemporaryFile file)
    {
        Understand(request, name, file.Open());
        return Begin(actor, request, name, HashOf(file.Open), ImportStates.Uploading);
    }

    /// <summary>Puts a batch on record.</summary>
    internal long Begin(Actor actor, ImportRequest request, string name, string hash, string state, Action<Session, long>? with = null) =>
        database.Doing(clock, actor, $"import {request.Kind}", (session, rights) =>
        {
            // Numbers are drawn one after another.
            Counter.NotBefore(session, 0);
            var branch = BranchOf(session, rights, request);
            if (request.Adds && !request.Anyway && Twin(session, request, hash) is { } twin)
            {
                throw new DoubtfulFileException(
                    $"The same file came in already, as import {twin}. If as many copies came in once more, say so (--anyway). Nothing was imported.");
            }
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            // A count of now is of this moment, also where another host goes on with it.
            var kept = request is { Kind: ImportKinds.Count, CountedAt: null or "" } ? request with { CountedAt = Instant.Format(now) } : request;
            var batch = (session.Integer("SELECT max(id) FROM import_batch") ?? 0) + 1;
            session.Execute(
                """
                INSERT INTO import_batch (id, kind, branch, name, hash, options, made_by, begun_at, beat_at, state, done, made, changed, same, rejected)
                VALUES (@id, @kind, @branch, @name, @hash, @options, @by, @now, @now, @state, 0, 0, 0, 0, 0)
                """,
                batch, request.Kind, request.Branch, name, hash, kept.Write(), actor.Name, now, state);
            with?.Invoke(session, batch);
            return new Done<long>(batch, $"import {batch}", $"{name}{(branch is null ? "" : $", {branch.Name}")}");
        });

    internal static ImportRequest RequestOf(Session session, long batch) =>
        ImportRequest.Read((string)session.Scalar("SELECT options FROM import_batch WHERE id = @batch", batch)!);

    /// <summary>SHA-256, in hexadecimal digits.</summary>
    internal static string HashOf(Func<Stream> open)
    {
        using var file = open();
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Whether a failure comes from the file, and would come again with it; one of the database is tried again.</summary>
    private bool IsOfFile(Exception e) => e is ShopException and not ImportElsewhereException
        or IOException or InvalidDataException or InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException or System.Xml.XmlException
        || database.ComesFromData(e);

    private static string Word(Verdict verdict) => verdict switch { Verdict.Made => "new", Verdict.Changed => "changed", _ => "same" };

    private static Tally TallyOf(Session session, long batch)
    {
        using var reader = session.Query("SELECT done, made, changed, same FROM import_batch WHERE id = @batch", batch);
        reader.Read();
        return new Tally { Done = reader.GetInt64(0), Made = reader.GetInt64(1), Changed = reader.GetInt64(2), Same = reader.GetInt64(3) };
    }

    private static long? Twin(Session session, ImportRequest request, string hash) => session.Integer(
        "SELECT max(id) FROM import_batch WHERE hash = @hash AND kind = @kind AND branch = @branch AND state <> @undone AND (state <> @failed OR done > 0)",
            hash, request.Kind,
        request.Branch, ImportStates.Undone, ImportStates.Failed);

    private static Branch? BranchOf(Session session, Rights? rights, ImportRequest request)
    {
        if (request.Kind == ImportKinds.Contacts)
        {
            return null;
        }
        var branch = Branches.Require(session, request.Branch ?? throw new ShopException("Say whose stock it is: a branch. Nothing was imported."));
        rights?.Demand(branch.Id);
        return branch;
    }

    private static ImportFile Open(ImportRequest request, string name, Stream stream, string? rejectedFile)
    {
        var file = ImportFile.Open(stream, name, rejectedFile, request.Set, request.Maps);
        if (!request.Anyway && request.Kind == ImportKinds.Stock && ImportDoubts.Look(file) is { } doubt)
        {
            file.Dispose();
            throw new DoubtfulFileException($"{name}: {doubt}. If it is right as it is, say so (--anyway). {file.Understood.Shown()} Nothing was imported.");
        }
        return file;
    }

    private static List<ImportBatch> Read(Session session, string sql, params ReadOnlySpan<object?> values)
    {
        using var reader = session.Query(sql, values);
        var list = new List<ImportBatch>();
        while (reader.Read())
        {
            list.Add(new ImportBatch(
                reader.GetInt64(0), reader.GetString(1), DbValues.ReadIntegerOrNull(reader, 2), reader.GetString(3), reader.GetString(4),
                    reader.GetInt64(5), reader.GetInt64(6),
                DbValues.ReadIntegerOrNull(reader, 7), reader.GetString(8), reader.GetInt64(9), reader.GetInt64(10), reader.GetInt64(11),
                    reader.GetInt64(12), reader.GetInt64(13),
                DbValues.ReadTextOrNull(reader, 14), DbValues.ReadIntegerOrNull(reader, 15), DbValues.ReadTextOrNull(reader, 16),
                    Convert.ToInt64(reader.GetValue(17), null) == 1));
        }
        return list;
    }

    private static ImportOutcome Outcome(Tally tally, ImportFile file, IImport import, long? batch, IReadOnlyList<PreviewRow> rows) => new(
        tally.Done, tally.Made, tally.Changed, tally.Same, file.Rejected, file.RejectedFile, batch, file.Understood.Columns, rows, file.FirstRejected,
        import is CopiesImport copies ? copies.Variances : [], import is StockImport stock ? stock.LeftCounts : 0);

    private IImport ImportOf(ImportRequest request, Branch? branch) => request.Kind switch
    {
        ImportKinds.Contacts => new ContactImport(clock),
        ImportKinds.Stock => new StockImport(branch!.Id, branch.Name, request.Meaning, clock),
        _ => new CopiesImport(
            branch!.Id, branch.Name, request.Kind == ImportKinds.Count ? CountedAt(request, branch) : null, request.Full,
                TimeZones.Find(branch.TimeZone), clock, database.Reading),
    };

    private long CountedAt(ImportRequest request, Branch branch)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (string.IsNullOrEmpty(request.CountedAt))
        {
            return now;
        }
        return !LocalMoment.TryParse(request.CountedAt, TimeZones.Find(branch.TimeZone), out var at)
            ? throw new ShopException($"“{request.CountedAt}” is no moment. Write it as 2026-11-23 18:00, by the branch's clock. Nothing was imported.")
            : at > now ? throw new ShopException($"{request.CountedAt} is yet to come: nothing can have been counted then. Nothing was imported.")
            : at;
    }

    /// <summary>In each slice's transaction: how far it is, unless another host goes on with it.</summary>
    private void Beat(Session session, long batch, Tally before, Tally after, long rejected)
    {
        if (session.Execute(
            """
            UPDATE import_batch SET done = @done, made = @made, changed = @changed, same = @same, rejected = @rejected, beat_at = @now
            WHERE id = @batch AND state = @running AND done = @before
            """,
            after.Done, after.Made, after.Changed, after.Same, rejected, clock.GetUtcNow().ToUnixTimeMilliseconds(), batch, ImportStates.Running,
                before.Done) == 0)
        {
            throw new ImportElsewhereException(batch);
        }
    }

    private void Finish(long batch, string state, long? rejected, string? told) => database.Writing(session => session.Execute(
        """
        UPDATE import_batch SET state = @state, ended_at = @now, beat_at = @now, told = @told, rejected = coalesce(@rejected, rejected)
        WHERE id = @batch AND state = @running
        """,
        state, clock.GetUtcNow().ToUnixTimeMilliseconds(), told, rejected, batch, ImportStates.Running));
}
