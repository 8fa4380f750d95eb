using System.Data.Common;
using System.Text;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <param name="Rows">Rows received.</param>
/// <param name="Replaced">A fresh replica was put in use.</param>
internal sealed record DownloadOutcome(long Rows, bool Replaced);

/// <summary>Brings the replica up to date, by changes or by a fresh file. Knows nothing of the journal and has no way to it.</summary>
internal sealed class Downloader(SyncSetup setup, IFileStore files, string folder, IServerChannel channel, TimeProvider clock) : IDisposable
{
    /// <summary>A download that is not whole after this many chunks is given up; at 5,000 rows each no replica is that large.</summary>
    private const int MostChunks = 100_000;

    /// <summary>Rows recounted after a synchronisation, once a minute: a fraction of what a download costs.</summary>
    private const int RecountedRows = 2_000;

    private const string SnapshotPrefix = "snapshot-";
    private static readonly TimeSpan RecountEvery = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim downloading = new(1, 1);
    private readonly ReplicaFolder replicas = new(files, folder);

    private string MendedFile => Path.Combine(folder, "replica.mended");

    /// <summary>What was wrong with a replica that was replaced, until the server has been told; null for nothing.</summary>
    public string? Mended => files.Read(MendedFile) is { } text ? Encoding.UTF8.GetString(text) : null;

    public void MendedWasTold() => files.Delete(MendedFile);

    /// <summary>The replica in use, if it can be read and its schema is this program's.</summary>
    public ReplicaFile? OpenCurrent()
    {
        if (replicas.Current is not { } path)
        {
            return null;
        }
        ReplicaFile? replica = null;
        try
        {
            replica = ReplicaFile.Open(setup, files, path);
            if (replica.Schema == setup.SchemaVersion)
            {
                return replica;
            }
        }
        catch (Exception e) when (IsDamage(e))
        {
            NoteMended(e);
        }
        replica?.Dispose();
        return null;
    }

    public async Task<DownloadOutcome> RunAsync(NextStep next, HelloReply hello, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        await downloading.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            using var alone = LockFolder();
            if (next == NextStep.Snapshot)
            {
                return await FreshAsync(hello, progress, cancel).ConfigureAwait(false);
            }
            using var replica = OpenCurrent();
            if (replica is null)
            {
                return await FreshAsync(hello, progress, cancel).ConfigureAwait(false);
            }
            try
            {
                var rows = next == NextStep.None ? NoteCurrent(replica) : await PullAsync(replica, hello.Epoch, progress, cancel).ConfigureAwait(false);
                RecountSome(replica);
                return new DownloadOutcome(rows, false);
            }
            catch (Exception e) when (IsDamage(e))
            {
                NoteMended(e);
                return await FreshAsync(hello, progress, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            downloading.Release();
        }
    }

    /// <summary>Counts every row of the replica afresh, and replaces one that does not amount to what was received.</summary>
    /// <returns>The number of rows, and what was wrong; null for nothing.</returns>
    public async Task<(long Rows, string? Fault)> CheckAsync(HelloReply hello, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        await downloading.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            using var alone = LockFolder();
            using var replica = OpenCurrent();
            try
            {
                if (replica is not null)
                {
                    return (replica.RecountAll(), null);
                }
            }
            catch (Exception e) when (IsDamage(e))
            {
                NoteMended(e);
            }
            return ((await FreshAsync(hello, progress, cancel).ConfigureAwait(false)).Rows, Mended ?? "There was no replica that could be read.");
        }
        finally
        {
            downloading.Release();
        }
    }

    private long NoteCurrent(ReplicaFile replica)
    {
        replica.NoteCurrent(clock.GetUtcNow().ToUnixTimeMilliseconds());
        return 0;
    }

    private void RecountSome(ReplicaFile replica)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (Math.Abs(now - replica.RecountedAt) >= (long)RecountEvery.TotalMilliseconds)
        {
            replica.RecountSome(RecountedRows, now);
        }
    }

    private bool IsDamage(Exception e) => e is DivergenceException || DamagedValueException.IsDamage(files, e);

    private void NoteMended(Exception fault) => files.Replace(MendedFile, Encoding.UTF8.GetBytes(fault.Message));

    /// <summary>Deletes every replica; one that a program has open goes when the next call finds it closed.</summary>
    public void Wipe()
    {
        replicas.UseNone();
        Free();
    }

    /// <summary>Deletes what is not in use.</summary>
    private void Free()
    {
        replicas.Sweep();
        foreach (var part in files.List(folder, SnapshotPrefix).Concat(files.List(folder, Staging.Prefix)))
        {
            files.Delete(part);
        }
    }

    public void Dispose() => downloading.Dispose();

    /// <summary>A fresh replica: the snapshot's file, brought up to date by an ordinary pull, then put in use.</summary>
    private async Task<DownloadOutcome> FreshAsync(HelloReply hello, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        var offer = hello.Snapshot
            ?? (await channel.HelloAsync(HelloRequest.ForSnapshot(setup.SchemaVersion), cancel).ConfigureAwait(false)).Snapshot
            ?? throw new ServerRefusedException("The server offers no snapshot to make a fresh replica from.", 404);
        try
        {
            return await FreshAsync(offer, hello, progress, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or DbException or UnauthorizedAccessException)
        {
            // A disk that takes no more must take the next entry: what was fetched gives its room back, and is fetched anew.
            Free();
            throw;
        }
    }

    private async Task<DownloadOutcome> FreshAsync(SnapshotOffer offer, HelloReply hello, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        var path = replicas.Begun(offer.Name) ?? await FetchAsync(offer, progress, cancel).ConfigureAwait(false);
        long rows;
        try
        {
            using var replica = ReplicaFile.Open(setup, files, path);
            replica.ProvisionedAt = hello.ServerTime;
            rows = await PullAsync(replica, hello.Epoch, progress, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (ServerAwayException or OperationCanceledException))
        {
            // It may be the snapshot's fault: the next try fetches another.
            replicas.GiveUpBegun();
            throw;
        }
        replicas.Use(path);
        replicas.Sweep();
        return new DownloadOutcome(rows, true);
    }

    /// <summary>Fetches the snapshot's file, going on where the last try ended, and begins a replica with it.</summary>
    private async Task<string> FetchAsync(SnapshotOffer offer, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        var part = Path.Combine(folder, $"{SnapshotPrefix}{offer.Name}.part");
        await channel.FetchSnapshotAsync(offer, part, progress, cancel).ConfigureAwait(false);
        replicas.Sweep();
        foreach (var leftover in files.List(folder, SnapshotPrefix).Where(f => f != part))
        {
            files.Delete(leftover);
        }
        return replicas.Begin(part, offer.Name);
    }

    /// <summary>Pulls up to the checkpoint. While a chunk is written into the replica's transaction the next is on its way.</summary>
    private async Task<long> PullAsync(ReplicaFile replica, string epoch, IProgress<SyncProgress>? progress, CancellationToken cancel)
    {
        var cursors = replica.Cursors();
        var staging = new Staging(files, folder, $"{Path.GetFileName(replica.Path)} {epoch} {string.Join(' ', cursors.OrderBy(c => c.Key))}");
        using var applying = replica.BeginApply();
        try
        {
            foreach (var staged in staging.Chunks())
            {
                applying.Take(staged);
                cursors = staged.Head.Cursors;
            }
            var rows = 0L;
            var coming = channel.PullAsync(new PullRequest(epoch, cursors), cancel);
            for (var chunks = 0; chunks < MostChunks; chunks++)
            {
                var chunk = await coming.ConfigureAwait(false);
                rows += chunk.Head.Rows;
                if (chunk.Head.Checkpoint is { } checkpoint)
                {
                    progress?.Report(new SyncProgress(SyncStage.Applying, rows, rows));
                    applying.Take(chunk);
                    applying.Finish(checkpoint, clock.GetUtcNow().ToUnixTimeMilliseconds());
                    staging.Clear();
                    return rows;
                }
                if (chunk.Head.Rows == 0)
                {
                    throw new ServerAwayException("The server has nothing to send at this moment and is not done; the next try goes on from here.");
                }
                progress?.Report(new SyncProgress(SyncStage.Downloading, rows, 0));
                coming = channel.PullAsync(new PullRequest(epoch, chunk.Head.Cursors), cancel);
                await WhileComingAsync(coming, () =>
                {
                    staging.Add(chunk);
                    applying.Take(chunk);
                }).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is DivergenceException or WireFormatException or MalformedRowException)
        {
            staging.Clear();
            throw;
        }
        throw new ServerRefusedException($"The download did not end within {MostChunks} chunks.", 500);
    }

    /// <summary>Works while an answer is awaited; when the work fails, the answer is still waited for, so that nothing of this download runs on.</summary>
    private static async Task WhileComingAsync(Task coming, Action work)
    {
        try
        {
            work();
        }
        catch
        {
            await coming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <summary>Another process of this till may be downloading: one at a time.</summary>
    private IDisposable LockFolder() => files.TryLock(Path.Combine(folder, "download.lock"), shared: false) ?? throw new DownloadBusyException();
}

/// <summary>Another program on this till is downloading.</summary>
public sealed class DownloadBusyException()
    : Exception("Another program on this till is downloading at this moment. Nothing is lost: try again when it is done.");
