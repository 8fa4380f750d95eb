using Bookmine.Sync.Files;

namespace Bookmine.SyncServer.Database;

/// <summary>
/// Held while a process serves an embedded database: its file has one server, whose writers wait for each other in memory. Verbs work beside it. The operating
/// system lets go of it with the process, however that ends.
/// </summary>
public sealed class ServingLock : IDisposable
{
    // What another's lock is called: errno's EWOULDBLOCK, and Windows' ERROR_SHARING_VIOLATION.
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly FileStream? held;

    private ServingLock(FileStream? held) => this.held = held;

    /// <param name="name">The database as on the command line; one that is a server may have many hosts, and nothing is held.</param>
    /// <exception cref="ShopException">Another process serves it.</exception>
    public static ServingLock Take(string name)
    {
        if (ShopDatabase.FileOf(name) is not { } path)
        {
            return new ServingLock(null);
        }
        PrivateFiles.MakeFolder(Path.GetDirectoryName(path)!);
        // Two names of one file are one shop.
        var file = ((File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null)?.FullName ?? path) + ".serving";
        try
        {
            PrivateFiles.MakeFile(file);
            return new ServingLock(new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.HResult is WouldBlock or WouldBlockOnMac or SharingViolation)
        {
            throw new ShopException(
                $"{path} is served already, by another bookmine-server. A SQLite file has one server: stop that one first. "
                + "Several at once are for PostgreSQL and SQL Server (docs/operations.md).");
        }
    }

    public void Dispose() => held?.Dispose();
}
