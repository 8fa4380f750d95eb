using System.Security.Cryptography;
using Bookmine.Sync.Files;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Replica;

/// <summary>A snapshot as it was fetched.</summary>
public static class SnapshotFile
{
    /// <summary>Makes a fetched file durable when it is whole, and throws it away when it is not what was offered.</summary>
    /// <exception cref="ServerAwayException">It arrived damaged.</exception>
    public static void Accept(IFileStore files, string path, SnapshotOffer offer)
    {
        string hash;
        using (var whole = files.OpenRead(path))
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(whole));
        }
        if (hash != offer.Name)
        {
            files.Delete(path);
            throw new ServerAwayException("The snapshot arrived damaged and was thrown away. Try again.");
        }
        files.Sync(path);
    }
}
