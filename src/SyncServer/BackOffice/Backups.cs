using System.Globalization;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Database;
using Bookmine.SyncServer.Posting.Findings;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A backup that was written and read through.</summary>
/// <param name="At">When it was begun, UTC.</param>
public sealed record BackupFile(string Name, DateTime At, long Bytes, bool IsEncrypted);

/// <summary>
/// Backups of the embedded database that the server makes by itself, each night after its check and whenever somebody asks. The last fourteen are kept, and of each
/// of the last twelve months the first. Databases of their own have means of their own.
/// </summary>
public sealed class Backups(ServerOptions options, IServerDatabase database, TimeProvider clock)
{
    private const string Prefix = "shop-";
    private const string Plain = ".backup";
    private const string Sealed = ".sealed";
    private const string Form = "yyyyMMdd-HHmmss";
    private const int Latest = 14;
    private const int Months = 12;
    private readonly Lock gate = new();

    /// <summary>Whether the server makes any.</summary>
    public bool IsOn => options.Backups is not null;

    /// <summary>Where they are; null where there are none.</summary>
    public string? Folder => options.Backups;

    /// <summary>What is to be seen before the server starts, and not in the night.</summary>
    /// <exception cref="ShopException">The database makes its own, the folder cannot be written in, or the key is none.</exception>
    public static void Require(ServerOptions options)
    {
        if (options.Backups is not { } folder)
        {
            if (options.BackupTo is not null)
            {
                throw new ShopException("--backup-to goes with --backups FOLDER.");
            }
            return;
        }
        if (ShopDatabase.FileOf(options.Database) is null)
        {
            throw new ShopException("--backups is for the embedded database; another has means of its own, such as pg_dump. Leave it out.");
        }
        try
        {
            PrivateFiles.MakeFolder(folder);
            File.WriteAllBytes(Path.Combine(folder, ".writable"), []);
            File.Delete(Path.Combine(folder, ".writable"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShopException($"{folder} cannot be written in: {e.Message} Give another folder with --backups.");
        }
        _ = options.BackupTo is { } key ? BackupLock.OfKey(key) : null;
    }

    /// <summary>The latest first.</summary>
    public List<BackupFile> List() => Folder is not { } folder || !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateFiles(folder, Prefix + "*").Select(Read).OfType<BackupFile>().OrderByDescending(b => b.Name, StringComparer.Ordinal),
    ];

    /// <summary>Makes one now.</summary>
    /// <exception cref="ShopException">It cannot be made; nothing of it is left.</exception>
    public BackupFile Make(Actor actor)
    {
        if (Folder is not { } folder)
        {
            throw new ShopException("This server makes no backups: start it with --backups FOLDER, or write one with bookmine-server backup FILE.");
        }
        database.Asking(actor, (_, rights) =>
        {
            rights.DemandAdmin();
            return true;
        });
        lock (gate)
        {
            var name = Prefix + clock.GetUtcNow().UtcDateTime.ToString(Form, CultureInfo.InvariantCulture) + (options.BackupTo is null ? Plain : Sealed);
            var file = Path.Combine(folder, name);
            Write(file);
            database.Writing(session =>
            {
                AuditLog.Write(session, clock, actor, "backup", name, options.BackupTo is null ? null : "encrypted");
                FindingLog.Resolve(session, FindingKinds.BackupFailed, ["server"], clock.GetUtcNow().ToUnixTimeMilliseconds());
                return true;
            });
            Thin();
            return Read(file)!;
        }
    }

    /// <summary>Makes one, and puts down for a person where that fails.</summary>
    internal void EachNight(ILogger log)
    {
        if (!IsOn)
        {
            return;
        }
        try
        {
            Make(new Actor("the server", "nightly", null));
        }
        catch (ShopException e)
        {
            log.LogError(e, "The nightly backup failed");
            database.Writing(session =>
            {
                FindingLog.Note(
                    session, new Finding(0, 0, FindingKinds.BackupFailed, "server", e.Message), clock.GetUtcNow().ToUnixTimeMilliseconds());
                return true;
            });
        }
    }

    private void Write(string file)
    {
        try
        {
            ShopBackup.Write(ShopDatabase.SqlitePath(options.Database), file, options.BackupTo is { } key ? BackupLock.OfKey(key) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DatabaseAwayException or System.Data.Common.DbException)
        {
            throw new ShopException($"The backup {Path.GetFileName(file)} could not be written: {e.Message} Nothing of it is left. Is {Folder} full, or away?");
        }
    }

    /// <summary>Takes away what the rule does not keep; what others have put there is left alone.</summary>
    private void Thin()
    {
        var all = List();
        var months = all.GroupBy(b => b.Name.AsSpan(Prefix.Length, 6).ToString()).OrderByDescending(g => g.Key, StringComparer.Ordinal).Take(Months)
            .Select(g => g.OrderBy(b => b.Name, StringComparer.Ordinal).First().Name).ToHashSet();
        foreach (var old in all.Skip(Latest).Where(b => !months.Contains(b.Name)))
        {
            File.Delete(Path.Combine(Folder!, old.Name));
        }
    }

    private static BackupFile? Read(string file)
    {
        var name = Path.GetFileName(file);
        var end = Path.GetExtension(name);
        return end is Plain or Sealed && name.Length == Prefix.Length + Form.Length + end.Length
            && DateTime.TryParseExact(name[Prefix.Length..^end.Length], Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
                ? new BackupFile(name, at, new FileInfo(file).Length, end == Sealed) : null;
    }
}
