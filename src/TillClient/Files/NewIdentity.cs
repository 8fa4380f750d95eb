using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bookmine.Sync.Data;
using Bookmine.Sync.Files;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Files;

/// <summary>
/// A till whose journal has forked goes on with a new identity and a new journal; the old one is kept aside. Written down first, in
/// <c>till.next.json</c>, and finished at the next start wherever it broke off.
/// </summary>
internal static class NewIdentity
{
    private const string FileName = "till.next.json";
    private const string SecretFile = "till.next.secret";
    private const int SecretCharacters = 64;

    /// <summary>
    /// The secret of the identity to come: made once and written down, since an answer may be lost and is then given again to who asks with the same.
    /// </summary>
    public static string SecretToAskWith(IFileStore files, string folder, Func<byte[]> newSecret)
    {
        var path = Path.Combine(folder, SecretFile);
        if (files.Read(path) is { } kept && Encoding.ASCII.GetString(kept) is { Length: SecretCharacters } secret && secret.All(char.IsAsciiHexDigitLower))
        {
            return secret;
        }
        var made = Convert.ToHexStringLower(newSecret());
        files.Replace(path, Encoding.ASCII.GetBytes(made));
        return made;
    }

    public static void WriteDown(IFileStore files, string folder, TillIdentity identity, NumberBlock block)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Next(identity, block.First, block.Last, block.Mac), TillFilesJson.Default.Next);
        files.Replace(Path.Combine(folder, FileName), [.. SHA256.HashData(json), .. json]);
    }

    /// <summary>Finishes what was begun, if anything was. No journal may be open.</summary>
    public static void Finish(TillMachine machine, string folder)
    {
        var files = machine.Files;
        var path = Path.Combine(folder, FileName);
        if (files.Read(path) is not { } written)
        {
            return;
        }
        if (Read(written) is not { } next)
        {
            // What the disk has changed is nobody's identity. The till is still the one it was, and the server gives it another again.
            files.Delete(path);
            return;
        }
        var journal = ClientJournal.FileIn(folder);
        if (!BelongsTo(files, journal, next.Identity.Till))
        {
            PutAside(files, folder, journal, next.Identity.Till);
        }
        TillSetUp.TakeIdentity(machine, folder, next.Identity, new NumberBlock(next.BlockFirst, next.BlockLast, next.BlockMac));
        // It is this till's now; another fork would ask for another.
        files.Delete(Path.Combine(folder, SecretFile));
        files.Delete(path);
    }

    /// <returns>Null when it is not what was written down.</returns>
    private static Next? Read(byte[] written)
    {
        var json = written.AsSpan(Math.Min(SHA256.HashSizeInBytes, written.Length));
        return SHA256.HashData(json).AsSpan().SequenceEqual(written.AsSpan(0, written.Length - json.Length)) ? JsonSerializer.Deserialize(json, TillFilesJson.Default.Next) : null;
    }

    private static bool BelongsTo(IFileStore files, string journal, long till)
    {
        if (!files.Exists(journal))
        {
            return true;
        }
        using var session = new Session(files.OpenDatabase(journal));
        session.Script("PRAGMA busy_timeout = 10000;");
        return session.Scalar("SELECT 1 FROM sqlite_master WHERE name = 'meta'") is null
            || session.Integer("SELECT value FROM meta WHERE name = 'client'") is not { } owner || owner == till;
    }

    private static void PutAside(IFileStore files, string folder, string journal, long till)
    {
        using (var session = new Session(files.OpenDatabase(journal)))
        {
            // One file, without a WAL that the next journal would take for its own.
            session.Script("PRAGMA busy_timeout = 10000; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;");
        }
        foreach (var companion in (string[])["-wal", "-shm"])
        {
            files.Delete(journal + companion);
        }
        files.Delete(Path.Combine(folder, "journal.head"));
        files.Move(journal, Path.Combine(folder, FormattableString.Invariant($"journal-forked-before-{till}.db")));
    }

    internal sealed record Next(TillIdentity Identity, long BlockFirst, long BlockLast, string? BlockMac = null);
}
