using System.Data.Common;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Replica;

/// <summary>
/// Where an overlay's rows lie: <c>overlay.db</c> beside the journal, for all programs of the till. As disposable as the replica: in any doubt it is
/// deleted and made again from the journal; where it cannot be, because another program has it open or the disk takes no more, the rows lie in memory
/// as long as this program runs.
/// </summary>
internal sealed class OverlayFile(SyncSetup setup, IFileStore files, string folder, IReadOnlyList<(SyncTable Table, string Columns)> alsoIndexed) : IDisposable
{
    public const string Name = "overlay.db";

    /// <summary>What the last power cut has kept of it is whole, which is all that is wanted: no seal waits for this file.</summary>
    private const string Settings = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA busy_timeout = 10000;
        PRAGMA cache_size = -2000;
        PRAGMA cell_size_check = ON;
        """;

    private Session? session;
    private IDisposable? inUse;
    private bool wasDiscarded;

    private string Path => System.IO.Path.Combine(folder, Name);

    private string LockPath => Path + ".inuse";

    public Session Session => session ??= Open();

    /// <summary>Whether the rows lie in memory, so that what fails is not this file.</summary>
    public bool IsInMemory { get; private set; }

    /// <summary>What lies there cannot be trusted, or not be written: begins again with nothing. A disk that fails a second time is left alone.</summary>
    public void Discard(bool hopeless)
    {
        Close();
        IsInMemory |= hopeless || wasDiscarded || !Delete();
        wasDiscarded = true;
    }

    /// <summary>Ends what is read or written, if anything is.</summary>
    public void Leave() => session?.Rollback();

    public void Dispose() => Close();

    private Session Open()
    {
        if (!IsInMemory)
        {
            Session? opened = null;
            try
            {
                inUse = files.TryLock(LockPath, shared: true) ?? throw new IOException($"{LockPath} is held by another program.");
                opened = new Session(files.OpenDatabase(Path));
                opened.Script(Settings);
                MakeTables(opened);
                return opened;
            }
            catch
            {
                opened?.Dispose();
                Close();
                throw;
            }
        }
        var memory = new Session(files.OpenMemory());
        MakeTables(memory);
        return memory;
    }

    /// <summary>Two programs may be first at once.</summary>
    private void MakeTables(Session made)
    {
        if (made.Scalar("SELECT 1 FROM sqlite_master WHERE name = 'overlay_marks'") is not null)
        {
            return;
        }
        made.InTransaction(() =>
        {
            if (made.Scalar("SELECT 1 FROM sqlite_master WHERE name = 'overlay_marks'") is null)
            {
                made.Script(OverlayMarks.Table + OverlayWriter.EditTable);
                foreach (var table in setup.Tables)
                {
                    made.Script(ReplicaSchema.Partial(table, OverlayRows.ExtraColumns));
                    var also = alsoIndexed.Where(a => a.Table == table).Select(a => a.Columns);
                    foreach (var index in table.Indexes.Select(i => string.Join(", ", i.Columns)).Concat(also))
                    {
                        made.Script($"CREATE INDEX {table.Name}_{index.Replace(", ", "_", StringComparison.Ordinal)} ON {table.Name} ({index});");
                    }
                }
            }
            return true;
        });
    }

    /// <returns>False when another program has it open.</returns>
    private bool Delete()
    {
        using var alone = files.TryLock(LockPath, shared: false);
        if (alone is null)
        {
            return false;
        }
        try
        {
            foreach (var file in (string[])[Path, Path + "-wal", Path + "-shm", Path + "-journal"])
            {
                files.Delete(file);
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Close()
    {
        session?.Dispose();
        inUse?.Dispose();
        (session, inUse) = (null, null);
    }
}
