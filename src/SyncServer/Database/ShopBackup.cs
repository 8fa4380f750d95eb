using Bookmine.Schema.Views;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Files;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Posting;
using Bookmine.SyncServer.Posting.Findings;
using Bookmine.SyncServer.Tills;
using Microsoft.Data.Sqlite;

namespace Bookmine.SyncServer.Database;

/// <summary>Backups of the embedded database, and what a restored one needs before it may serve.</summary>
public static class ShopBackup
{
    private const int PatienceMilliseconds = 500;

    /// <summary>Writes a consistent copy into a new file, while the server serves and tills post.</summary>
    /// <param name="under">What encrypts it; null for a plain one.</param>
    /// <exception cref="ShopException">The file is there already.</exception>
    public static void Write(string database, string file, BackupLock? under = null)
    {
        if (File.Exists(file))
        {
            throw new ShopException($"{file} is there already, and a backup overwrites nothing. Give another name, or move it away.");
        }
        if (!File.Exists(database))
        {
            throw new ShopException($"There is no shop's database {database}. Give the server's folder with --data.");
        }
        if (under is not null)
        {
            WriteEncrypted(database, file, under);
            return;
        }
        var part = file + ".part";
        File.Delete(part);
        OrNothing(part, () =>
        {
            // SQLite fills an empty file, which is its owner's alone before the first record is in it.
            PrivateFiles.MakeFile(part);
            using (var session = new Session(SqliteDatabase.OpenPlain(database)))
            {
                session.Execute("VACUUM INTO @file", part);
            }
            Verify(part);
            using (var written = new FileStream(part, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }
            File.Move(part, file);
        });
    }

    /// <summary>What was written is opened and read through, as a restore would.</summary>
    private static void Verify(string copy)
    {
        using var session = new Session(SqliteDatabase.OpenPlain(copy));
        if (session.Scalar("PRAGMA quick_check(1)") as string != "ok" || session.Scalar("SELECT 1 FROM counter WHERE id = 1") is null)
        {
            throw new ShopException("The copy that was written is not whole, and was taken away again. Are the disk and the database sound (bookmine-server check)?");
        }
    }

    /// <summary>The plain copy lies beside it for as long as that takes, its owner's alone, and is gone when this ends, however it ends.</summary>
    private static void WriteEncrypted(string database, string file, BackupLock under)
    {
        var (plain, part) = (file + ".plain", file + ".sealed.part");
        DeleteDatabase(plain);
        try
        {
            Write(database, plain);
            OrNothing(part, () =>
            {
                EncryptedBackup.Write(plain, part, under);
                File.Move(part, file);
            });
        }
        finally
        {
            DeleteDatabase(plain);
        }
    }

    /// <summary>Puts a backup in place of the database, which is kept beside it under another name.</summary>
    /// <returns>Where the database that was there is now; null when there was none.</returns>
    /// <exception cref="ShopException">The file is no backup, or a program has the database open.</exception>
    /// <param name="under">What an encrypted one is read with; null for a plain one.</param>
    public static string? Restore(string file, string database, TimeProvider clock, BackupLock? under = null)
    {
        if (!File.Exists(file))
        {
            throw new ShopException($"There is no file {file}. Nothing was changed.");
        }
        var wanted = EncryptedBackup.WantedFor(file);
        if (wanted is not null && under is null)
        {
            throw new ShopException($"{file} is encrypted: give {wanted}. Nothing was changed.");
        }
        var fresh = database + ".restoring";
        PrivateFiles.MakeFolder(Path.GetDirectoryName(database)!);
        DeleteDatabase(fresh);
        OrNothing(fresh, () =>
        {
            using (var copy = PrivateFiles.Create(fresh))
            {
                Copy(file, copy, wanted is null ? null : under);
            }
            Prepare(file, fresh, clock, ReadBefore(database));
        });
        var aside = PutAside(database, clock);
        File.Move(fresh, database);
        return aside;
    }

    private static void Copy(string file, Stream to, BackupLock? under)
    {
        if (under is not null)
        {
            EncryptedBackup.Read(file, to, under);
            return;
        }
        using var backup = File.OpenRead(file);
        backup.CopyTo(to);
    }

    /// <summary>Does what makes a file; when that fails, nothing of it is left, since a full disk has no room for halves.</summary>
    private static void OrNothing(string file, Action make)
    {
        try
        {
            make();
        }
        catch
        {
            DeleteDatabase(file);
            throw;
        }
    }

    private static void DeleteDatabase(string file)
    {
        foreach (var part in (string[])["", "-wal", "-shm", "-journal"])
        {
            File.Delete(file + part);
        }
    }

    /// <summary>Begins a new epoch in restored records, and raises what counts up past anything given since the backup.</summary>
    /// <param name="given">What the records that were put aside had given; null when they cannot be read.</param>
    public static void BeginAfterRestore(IServerDatabase restored, EntityIds ids, Given? given) => restored.Writing(session =>
    {
        FeedState.BeginEpoch(session, ids.Next().ToString());
        return Counter.Raise(session, 0, always: true, given);
    });

    private static Before ReadBefore(string database)
    {
        if (!File.Exists(database))
        {
            return new Before(null, [], []);
        }
        try
        {
            using var session = new Session(SqliteDatabase.OpenPlain(database, PatienceMilliseconds));
            return new Before(Given.Read(session), ServerKeys.ReadAll(session), AuthorityWords.All(session));
        }
        catch (SqliteException)
        {
            // Damaged, or of an older program: the lift by a fixed amount has to do, and the key of the backup.
            return new Before(null, [], []);
        }
    }

    private static void Prepare(string file, string fresh, TimeProvider clock, Before before)
    {
        try
        {
            using (var session = new Session(SqliteDatabase.OpenPlain(fresh)))
            {
                if (session.Scalar("PRAGMA integrity_check(1)") as string != "ok" || session.Scalar("SELECT 1 FROM counter WHERE id = 1") is null)
                {
                    throw new ShopException($"{file} is damaged or not a shop's backup. Nothing was changed; take another backup.");
                }
            }
            var ids = new EntityIds(clock);
            using (var restored = ShopDatabase.OpenSqlite(fresh, ids, new SystemSecrets()))
            {
                BeginAfterRestore(restored, ids, before.Given);
                restored.Writing(session =>
                {
                    ServerKeys.PutBack(session, before.Keys);
                    AuthorityWords.Hear(session, before.Words);
                    RecordsRestored.NoteByHand(session, Path.GetFileName(file), clock.GetUtcNow().ToUnixTimeMilliseconds());
                    return true;
                });
            }
            Close(fresh);
        }
        catch (SqliteException)
        {
            throw new ShopException($"{file} is damaged or not a shop's backup. Nothing was changed; take another backup.");
        }
    }

    /// <summary>What is kept of the records that a backup replaces.</summary>
    private sealed record Before(Given? Given, IReadOnlyList<(string State, ServerKey Key)> Keys, IReadOnlyList<AuthorityWord> Words);

    private static string? PutAside(string database, TimeProvider clock)
    {
        if (!File.Exists(database))
        {
            return null;
        }
        Close(database);
        var aside = $"{database}.before-restore-{clock.GetUtcNow():yyyyMMdd-HHmmss}";
        File.Move(database, aside);
        return aside;
    }

    /// <summary>Leaves one file without a WAL, which works only when no program has it open.</summary>
    private static void Close(string database)
    {
        using var session = new Session(SqliteDatabase.OpenPlain(database, PatienceMilliseconds));
        string? mode;
        try
        {
            mode = session.Scalar("PRAGMA journal_mode = DELETE") as string;
        }
        catch (SqliteException)
        {
            mode = null;
        }
        if (mode != "delete")
        {
            throw new ShopException($"{database} is in use. Stop bookmine-server first; nothing was changed.");
        }
    }
}
