using System.Buffers.Binary;
using System.Security.Cryptography;
using Bookmine.Sync.Files;

namespace Bookmine.SyncServer.Database;

/// <summary>
/// A backup's file under a passphrase: AES-256-GCM (NIST SP 800-38D) in pieces, each bound to its place, to whether it is the last, and to the head; the
/// key from the passphrase by PBKDF2-HMAC-SHA256 (RFC 8018). Head: 18 bytes of magic, 16 of salt, 4 of iterations; a piece: 4 bytes of length, 16 of tag,
/// the bytes. Numbers are big-endian.
/// </summary>
internal static class EncryptedBackup
{
    private const int SaltBytes = 16;
    private const int KeyBytes = 32;
    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const int PieceBytes = 1 << 20;
    private const int LeastPassphrase = 12;

    // What OWASP's password storage cheat sheet gives for PBKDF2-HMAC-SHA256; a file that asks for more than this many times as much is none of ours.
    private const int Iterations = 600_000;
    private const int MostIterations = 20 * Iterations;

    private static readonly byte[] Magic = "bookmine-backup-1\n"u8.ToArray();
    private static readonly int HeadBytes = Magic.Length + SaltBytes + sizeof(int);

    public static bool Is(string file)
    {
        using var stream = File.OpenRead(file);
        var head = new byte[Magic.Length];
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan().SequenceEqual(Magic);
    }

    /// <exception cref="ShopException">The passphrase is too short to keep anything.</exception>
    public static void RequirePassphrase(string passphrase)
    {
        if (passphrase.Length < LeastPassphrase)
        {
            throw new ShopException($"A passphrase has at least {LeastPassphrase} characters, such as five words. Nothing was written.");
        }
    }

    /// <summary>Writes a file under a passphrase to another, which is synced when this returns.</summary>
    public static void Write(string plain, string file, string passphrase)
    {
        using var from = File.OpenRead(plain);
        using var to = PrivateFiles.Create(file);
        var head = new byte[HeadBytes];
        Magic.CopyTo(head, 0);
        RandomNumberGenerator.Fill(head.AsSpan(Magic.Length, SaltBytes));
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(HeadBytes - sizeof(int)), Iterations);
        to.Write(head);
        using var cipher = new AesGcm(KeyOf(passphrase, head), TagBytes);
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
    /// <exception cref="ShopException">The passphrase is another, or the file is not whole.</exception>
    public static void Read(string file, Stream to, string passphrase)
    {
        try
        {
            using var from = File.OpenRead(file);
            var head = new byte[HeadBytes];
            from.ReadExactly(head);
            using var cipher = new AesGcm(KeyOf(passphrase, head), TagBytes);
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
            throw new ShopException($"{file}: that is not its passphrase, or the file is damaged or cut off. Nothing was changed.");
        }
    }

    private static byte[] KeyOf(string passphrase, byte[] head) =>
        BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(HeadBytes - sizeof(int))) is > 0 and <= MostIterations and var times
        ? Rfc2898DeriveBytes.Pbkdf2(passphrase, head.AsSpan(Magic.Length, SaltBytes), times, HashAlgorithmName.SHA256, KeyBytes)
        : throw new CryptographicException("a number of iterations that this program does not write");

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
