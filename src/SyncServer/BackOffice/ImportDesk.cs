using System.Security.Cryptography;
using System.Threading.Channels;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>
/// Files that come over the network: kept in the shop's database until they are imported, so that whichever host is there imports them, and goes on
/// where one stopped.
/// </summary>
/// <param name="isAlone">Whether no other host can have begun what is on record as running: then it is gone on with at once.</param>
public sealed class ImportDesk(IServerDatabase database, TimeProvider clock, ShopImports imports, bool isAlone)
{
    /// <summary>The largest file that is taken.</summary>
    public const long MostBytes = 512L * 1024 * 1024;

    /// <summary>Rows that were not taken are a part of their own.</summary>
    private const int RejectedPart = -1;

    private const int PartBytes = 1024 * 1024;
    private const long MostRejectedBytes = 64L * 1024 * 1024;
    private readonly Channel<bool> somebody = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Keeps a file and has it imported.</summary>
    /// <returns>The import's number.</returns>
    /// <exception cref="ShopException">It is too large, not understood, or not theirs to import; nothing is kept.</exception>
    public async Task<long> TakeAsync(Actor actor, ImportRequest request, string name, Stream content, CancellationToken cancel)
    {
        using var file = await TemporaryFile.OfAsync(content, cancel);
        return await Task.Run(() => Take(actor, request, name, file), cancel);
    }

    /// <summary>The same of a file that lies on this machine.</summary>
    internal long Take(Actor actor, ImportRequest request, string name, TemporaryFile file)
    {
        var batch = imports.Announce(actor, request, name, file);
        Bring(batch, file);
        return batch;
    }

    /// <summary>Keeps the file of an import that is on record, and has it imported; harmless where it was brought before.</summary>
    internal void Bring(long batch, TemporaryFile file)
    {
        if (database.Reading(s => ShopImports.Find(s, batch))?.State is not ImportStates.Uploading)
        {
            return;
        }
        Keep(batch, file.Open(), 0, long.MaxValue);
        database.Writing(session => session.Execute(
            "UPDATE import_batch SET state = @state, beat_at = @now WHERE id = @batch AND state = @uploading", ImportStates.Waiting,
            clock.GetUtcNow().ToUnixTimeMilliseconds(), batch, ImportStates.Uploading));
        somebody.Writer.TryWrite(true);
    }

    /// <summary>Has an import taken back.</summary>
    public void TakeBack(Actor actor, long batch)
    {
        imports.BeginUndo(actor, batch);
        somebody.Writer.TryWrite(true);
    }

    /// <summary>The rows that were not taken, as the file they were written to; null for none.</summary>
    public static byte[]? Rejected(Session session, long batch) => session.Scalar(
        "SELECT bytes FROM import_part WHERE batch = @batch AND part = @part", batch, RejectedPart) as byte[];

    /// <summary>Waits until there may be something to do.</summary>
    internal async Task WaitAsync(TimeSpan most, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(most);
        try
        {
            await somebody.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // It is time to look whether another host has left something.
        }
    }

    /// <summary>Does what waits, and what another host has begun and stopped at.</summary>
    internal void DoWhatWaits()
    {
        while (Claim() is { } claimed)
        {
            var (batch, state) = claimed;
            try
            {
                if (state == ImportStates.Undoing)
                {
                    imports.GoOnUndoing(batch, _ => { });
                }
                else
                {
                    Import(batch);
                }
            }
            catch (ImportElsewhereException)
            {
                // Another host took this one for dead, and goes on with it.
            }
            catch (ShopException)
            {
                // It is on record why it failed.
            }
        }
    }

    private void Import(long batch)
    {
        using var file = new TemporaryFile();
        using (var writer = file.Write())
        {
            for (var part = 0; database.Reading(s => s.Scalar("SELECT bytes FROM import_part WHERE batch = @batch AND part = @part", batch,
                part)) is byte[] bytes; part++)
            {
                writer.Write(bytes);
            }
        }
        var rejected = file.Path + ".rejected.csv";
        try
        {
            var request = database.Reading(s => ShopImports.RequestOf(s, batch));
            if (ShopImports.HashOf(file.Open) != database.Reading(s => s.Scalar("SELECT hash FROM import_batch WHERE id = @batch", batch) as string))
            {
                imports.Fail(batch, "The file is not there whole any more. Send it again; nothing more of it was imported.");
                return;
            }
            imports.Run(batch, request, file.Open, rejected, _ => { });
            if (File.Exists(rejected))
            {
                using var rows = File.OpenRead(rejected);
                Keep(batch, rows, RejectedPart, MostRejectedBytes);
            }
        }
        finally
        {
            File.Delete(rejected);
            database.Writing(session => session.Execute(
                "DELETE FROM import_part WHERE batch = @batch AND part >= 0 AND EXISTS (SELECT 1 FROM import_batch b WHERE b.id = @batch AND b.state IN (@done, @failed))",
                batch, ImportStates.Done, ImportStates.Failed));
        }
    }

    /// <summary>Takes one that waits, or that nobody has gone on with for a while.</summary>
    private (long Batch, string State)? Claim() =>
        database.Reading(session => session.Scalar(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM import_batch WHERE state IN (@uploading, @waiting, @running, @undoing))",
                ImportStates.Uploading, ImportStates.Waiting,
            ImportStates.Running, ImportStates.Undoing)) is null ? null : ClaimOne();

    private (long Batch, string State)? ClaimOne() => database.Writing<(long, string)?>(session =>
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var silent = now - ImportBatch.StoppedAfterMilliseconds;
        var stopped = isAlone ? now + 1 : silent;
        // A file whose sending broke off is not there whole.
        session.Execute(
            "UPDATE import_batch SET state = @failed, told = @told, ended_at = @now WHERE state = @uploading AND beat_at < @stopped", ImportStates.Failed,
            "The file did not arrive whole. Send it again; nothing was imported.", now, ImportStates.Uploading, silent);
        var found = session.Integer(
            $"""
            SELECT min(b.id) FROM import_batch b WHERE (b.state = @waiting OR (b.state IN (@running, @undoing) AND b.beat_at < @stopped))
            AND (b.state = @undoing OR EXISTS (SELECT 1 FROM import_part p WHERE p.batch = b.id AND p.part = 0))
            """,
            ImportStates.Waiting, ImportStates.Running, ImportStates.Undoing, stopped);
        if (found is not { } batch)
        {
            return null;
        }
        session.Execute(
            "UPDATE import_batch SET beat_at = @now, state = CASE WHEN state = @waiting THEN @running ELSE state END WHERE id = @batch", now,
                ImportStates.Waiting, ImportStates.Running, batch);
        return (batch, (string)session.Scalar("SELECT state FROM import_batch WHERE id = @batch", batch)!);
    });

    private void Keep(long batch, Stream content, int first, long most)
    {
        using var _ = content;
        var isWhole = first == RejectedPart;
        var buffer = new byte[isWhole ? (int)Math.Min(content.Length, most) : PartBytes];
        for (var part = first; content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is > 0 and var read; part++)
        {
            var bytes = buffer[..read];
            database.Writing(session =>
            {
                session.Execute("DELETE FROM import_part WHERE batch = @batch AND part = @part", batch, part);
                session.Execute("INSERT INTO import_part (batch, part, bytes) VALUES (@batch, @part, @bytes)", batch, part, bytes);
                return session.Execute("UPDATE import_batch SET beat_at = @now WHERE id = @batch", clock.GetUtcNow().ToUnixTimeMilliseconds(), batch);
            });
            if (isWhole)
            {
                return;
            }
        }
    }
}

/// <summary>Another host goes on with an import, since this one was silent for too long.</summary>
public sealed class ImportElsewhereException(long batch) : ShopException($"Import {batch} is gone on with elsewhere.");

/// <summary>A file that its owner alone can read, and that is gone when it is done with.</summary>
public sealed class TemporaryFile : IDisposable
{
    public TemporaryFile() => PrivateFiles.Create(Path).Dispose();

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(),
        $"bookmine-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");

    /// <exception cref="ShopException">It is larger than files may be.</exception>
    public static async Task<TemporaryFile> OfAsync(Stream content, CancellationToken cancel)
    {
        var file = new TemporaryFile();
        try
        {
            await using var writer = file.Write();
            var buffer = new byte[81_920];
            var all = 0L;
            for (int read; (read = await content.ReadAsync(buffer, cancel)) > 0;)
            {
                all += read;
                if (all > ImportDesk.MostBytes)
                {
                    throw new ShopException(
                        $"The file has more than {ImportDesk.MostBytes >> 20} MB. Part it, or import it at the server with bookmine-server stock import. Nothing was imported.");
                }
                await writer.WriteAsync(buffer.AsMemory(0, read), cancel);
            }
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public Stream Open() => File.OpenRead(Path);

    public Stream Write() => new FileStream(Path, FileMode.Truncate, FileAccess.Write);

    public void Dispose() => File.Delete(Path);
}
