using System.Buffers.Binary;
using System.Security.Cryptography;
using Bookmine.Sync.Files;

namespace Bookmine.SyncServer.Database;

/// <summary>
/// A backup's file that is encrypted: AES-256-GCM (NIST SP 800-38D) in pieces, each bound to its place, to whether it is the last, and to the head, which the
/// key is found by (<see cref="BackupLock"/>). A piece: 4 bytes of length, 16 of tag, the bytes. Numbers are big-endian.
/// </summary>
internal static class EncryptedBackup
{
    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const int PieceBytes = 1 << 20;

    public static ReadOnlySpan<byte> ByPassphrase => "bookmine-backup-1\n"u8;

    public static ReadOnlySpan<byte> ByKey => "bookmine-backup-2\n"u8;

    /// <summary>What a file has to be opened with, in words for who restores it; null for one that is not encrypted.</summary>
    public static string? WantedFor(string file)
    {
        using var stream = File.OpenRead(file);
        var head = new byte[ByPassphrase.Length];
        stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return head.AsSpan().SequenceEqual(ByPassphrase) ? "its passphrase on standard input, with --passphrase-stdin"
            : head.AsSpan().SequenceEqual(ByKey) ? "the private key's file, with --key FILE"
            : null;
    }

    /// <summary>Writes a file encrypted to another, which is synced when this returns.</summary>
    public static void Write(string plain, string file, BackupLock under)
    {
        using var from = File.OpenRead(plain);
        using var to = PrivateFiles.Create(file);
        var (head, key) = under.Make();
        to.Write(head);
        using var cipher = new AesGcm(key, TagBytes);
        var (piece, sealedBytes, tag) = (new byte[PieceBytes], new byte[PieceBytes], new byte[TagBytes]);
        var (number, isLast) = (0L, false);
        while (!isLast)
        {
            var length = from.ReadAtLeast(piece, PieceBytes, throwOnEndOfStream: false);
            isLast = from.Position == from.Length;
            cipher.Encrypt(Nonce(number), piece.AsSpan(0, length), sealedBytes.AsSpan(0, length), tag, Bound(head, number, isLast));
            var size = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(size, length);
            to.Write(size);
            to.Write(tag);
            to.Write(sealedBytes, 0, length);
            number++;
        }
        to.Flush(flushToDisk: true);
    }

    /// <summary>Writes what is in the file into a stream.</summary>
    /// <exception cref="ShopException">The passphrase or key is another, or the file is not whole.</exception>
    public static void Read(string file, Stream to, BackupLock under)
    {
        try
        {
            using var from = File.OpenRead(file);
            var (head, key) = under.Open(from);
            using var cipher = new AesGcm(key, TagBytes);
            var (piece, plain, tag, size) = (new byte[PieceBytes], new byte[PieceBytes], new byte[TagBytes], new byte[sizeof(int)]);
            for (var (number, isLast) = (0L, false); !isLast; number++)
            {
                from.ReadExactly(size);
                var length = BinaryPrimitives.ReadInt32BigEndian(size);
                if (length is < 0 or > PieceBytes)
                {
                    throw new CryptographicException("a piece of no length that this program writes");
                }
                from.ReadExactly(tag);
                from.ReadExactly(piece, 0, length);
                isLast = from.Position == from.Length;
                cipher.Decrypt(Nonce(number), piece.AsSpan(0, length), tag, plain.AsSpan(0, length), Bound(head, number, isLast));
                to.Write(plain, 0, length);
            }
        }
        catch (Exception e) when (e is CryptographicException or EndOfStreamException)
        {
            throw new ShopException($"{file}: that is not its passphrase or key, or the file is damaged or cut off. Nothing was changed.");
        }
    }

    /// <summary>A key is one file's alone, so its pieces are numbered.</summary>
    private static byte[] Nonce(long number)
    {
        var nonce = new byte[NonceBytes];
        BinaryPrimitives.WriteInt64BigEndian(nonce.AsSpan(NonceBytes - sizeof(long)), number);
        return nonce;
    }

    private static byte[] Bound(byte[] head, long number, bool isLast)
    {
        var bound = new byte[head.Length + sizeof(long) + 1];
        head.CopyTo(bound, 0);
        BinaryPrimitives.WriteInt64BigEndian(bound.AsSpan(head.Length), number);
        bound[^1] = isLast ? (byte)1 : (byte)0;
        return bound;
    }
}
