using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.Database;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>backup</c> and <c>restore</c> of the embedded database.</summary>
internal static class BackupCommands
{
    private static readonly Argument<string> File = new("file") { Description = "The backup's file" };

    private static readonly Option<bool> PassphraseStdin = new("--passphrase-stdin")
    {
        Description = "Encrypt it under the passphrase on the first line of standard input, without which nobody restores it",
    };

    private static readonly Option<string?> To = new("--to")
    {
        Description = "Encrypt it to the public key in this PEM file; the private one alone restores it",
    };

    private static readonly Option<string?> Key = new("--key") { Description = "The PEM file of the private key that the backup was encrypted to" };

    public static Command MakeBackup(Verbs verbs) => verbs.Make(
        "backup", "A consistent copy, while serving (the other databases have their own means)", Backup, File, PassphraseStdin, To);

    public static Command MakeRestore(Verbs verbs) => verbs.Make(
        "restore", "Put a backup in place of the records; what tills posted since comes again with the numbers and dates it had", Restore, File,
        PassphraseStdin, Key);

    private static int Backup(CommandContext context)
    {
        var file = Path.GetFullPath(context.Get(File));
        ShopBackup.Write(ShopDatabase.SqlitePath(context.DatabaseName), file, Lock(context, To));
        NoteWritten(context, file);
        return context.Print(new { Backup = file, Bytes = new FileInfo(file).Length }, $"{file}: {new FileInfo(file).Length:N0} bytes");
    }

    /// <summary>The backup stands, also of records that take no row: those of an earlier program, or on a full disk.</summary>
    private static void NoteWritten(CommandContext context, string file)
    {
        try
        {
            using var database = context.OpenDatabase();
            context.Note(database, "backup", Path.GetFileName(file), context.Get(PassphraseStdin) || context.Get(To) is not null ? "encrypted" : null);
        }
        catch (Exception e) when (e is ShopDatabaseException or DatabaseAwayException or RecordsElsewhereException)
        {
            Console.Error.WriteLine(ShownText.OfLines($"{file} is written; the audit log has no row of it: {e.Message}"));
        }
    }

    private static BackupLock? Lock(CommandContext context, Option<string?> key) => (context.Get(PassphraseStdin), context.Get(key)) switch
    {
        (true, not null) => throw new ShopException("Say a passphrase or a key, not both. Nothing was done."),
        (true, _) => BackupLock.OfPassphrase(Console.In.ReadLine() ?? ""),
        (_, { } file) => BackupLock.OfKey(file),
        _ => null,
    };

    private static int Restore(CommandContext context)
    {
        var aside = ShopBackup.Restore(Path.GetFullPath(context.Get(File)), ShopDatabase.SqlitePath(context.DatabaseName), context.Clock, Lock(context, Key));
        using (var database = context.OpenDatabase())
        {
            // What was revoked since the backup stays so.
            context.WordsOf(database).Bring();
            context.Note(database, "restore", Path.GetFileName(context.Get(File)), aside is null ? null : $"before: {Path.GetFileName(aside)}");
        }
        return context.Print(
            new { Restored = true, Before = aside },
            (aside is null ? "" : $"what was there is kept as {aside}\n")
            + "restored: start the server; each till posts again, at its next resynchronisation, what the backup does not have");
    }
}
