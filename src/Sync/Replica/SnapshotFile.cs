using System.IO.Compression;
using System.Security.Cryptography;
using Bookmine.Sync.Files;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Replica;

/// <summary>A snapshot as it was fetched.</summary>
public static class SnapshotFile
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Makes a fetched file durable when it is whole, and throws it away when it is not what was offered.</summary>
    /// <param name="name">The SHA-256 that it must have.</param>
    /// <exception cref="ServerAwayException">It arrived damaged.</exception>
    public static void Accept(IFileStore files, string path, string name)
    {
        if (!IsWhole(files, path, name))
        {
            files.Delete(path);
            throw new ServerAwayException("The snapshot arrived damaged and was thrown away. Try again.");
        }
        files.Sync(path);
    }

    public static bool IsWhole(IFileStore files, string path, string name)
    {
        using var whole = files.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(whole)) == name;
    }

    /// <summary>Unpacks a fetched file that is whole, makes what comes out durable and deletes the packed one.</summary>
    /// <param name="path">Where the snapshot is to be; what is there is written over.</param>
    /// <returns>False when what comes out is not what was offered; nothing of it is left then.</returns>
    public static bool TryUnpack(IFileStore files, string packed, string path, SnapshotOffer offer)
    {
        files.Delete(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        try
        {
            using var file = files.OpenRead(packed);
            using var brotli = new BrotliStream(file, CompressionMode.Decompress);
            var buffer = new byte[BufferBytes];
            // No more than was offered, whatever comes out.
            for (int read; length <= offer.Bytes && (read = brotli.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; length += read)
            {
                hash.AppendData(buffer, 0, read);
                files.WriteAt(path, length, buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            // It is none of Brotli's.
        }
        if (length != offer.Bytes || Convert.ToHexStringLower(hash.GetHashAndReset()) != offer.Name)
        {
            files.Delete(path);
            return false;
        }
        files.Sync(path);
        files.Delete(packed);
        return true;
    }
}
