using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bookmine.SyncServer.Database;

/// <summary>What a backup is encrypted with, and read again: it makes the key of a file and the head that the key is found by.</summary>
public abstract class BackupLock
{
    private protected const int KeyBytes = 32;

    private protected BackupLock()
    {
    }

    /// <summary>Under a passphrase, of at least twelve characters.</summary>
    /// <exception cref="ShopException">It is too short to keep anything.</exception>
    public static BackupLock OfPassphrase(string passphrase) => new Passphrase(passphrase);

    /// <summary>To a key: the public one encrypts, and the private one alone reads. RSA of 2,048 bits or more, in PEM.</summary>
    /// <exception cref="ShopException">The file holds no such key.</exception>
    public static BackupLock OfKey(string pemFile) => new KeyFile(pemFile);

    /// <summary>The first bytes of a file that it opens, all of one length.</summary>
    internal abstract ReadOnlySpan<byte> Magic { get; }

    /// <summary>A head for a new file, and the key that the file is encrypted with.</summary>
    internal abstract (byte[] Head, byte[] Key) Make();

    /// <summary>The key of a file.</summary>
    /// <exception cref="CryptographicException">It cannot be found by this.</exception>
    internal abstract (byte[] Head, byte[] Key) Open(Stream file);

    private static void ReadMagic(Stream file, ReadOnlySpan<byte> magic, byte[] head)
    {
        file.ReadExactly(head.AsSpan(0, magic.Length));
        if (!head.AsSpan(0, magic.Length).SequenceEqual(magic))
        {
            throw new CryptographicException("it was encrypted in another way");
        }
    }

    /// <summary>PBKDF2-HMAC-SHA256 (RFC 8018). Head: magic, 16 bytes of salt, 4 of iterations, big-endian.</summary>
    private sealed class Passphrase : BackupLock
    {
        private const int SaltBytes = 16;
        private const int Least = 12;

        // What OWASP's password storage cheat sheet gives for PBKDF2-HMAC-SHA256; a file that asks for more than this many times as much is none of ours.
        private const int Iterations = 600_000;
        private const int MostIterations = 20 * Iterations;

        private readonly string passphrase;

        public Passphrase(string passphrase) => this.passphrase = passphrase.Length >= Least ? passphrase
            : throw new ShopException($"A passphrase has at least {Least} characters, such as five words. Nothing was written.");

        internal override ReadOnlySpan<byte> Magic => EncryptedBackup.ByPassphrase;

        internal override (byte[] Head, byte[] Key) Make()
        {
            var head = NewHead();
            RandomNumberGenerator.Fill(head.AsSpan(Magic.Length, SaltBytes));
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(Magic.Length + SaltBytes), Iterations);
            return (head, KeyOf(head));
        }

        internal override (byte[] Head, byte[] Key) Open(Stream file)
        {
            var head = NewHead();
            ReadMagic(file, Magic, head);
            file.ReadExactly(head.AsSpan(Magic.Length));
            return (head, KeyOf(head));
        }

        private byte[] NewHead()
        {
            var head = new byte[Magic.Length + SaltBytes + sizeof(int)];
            Magic.CopyTo(head);
            return head;
        }

        private byte[] KeyOf(byte[] head) =>
            BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(Magic.Length + SaltBytes)) is > 0 and <= MostIterations and var times
            ? Rfc2898DeriveBytes.Pbkdf2(passphrase, head.AsSpan(Magic.Length, SaltBytes), times, HashAlgorithmName.SHA256, KeyBytes)
            : throw new CryptographicException("a number of iterations that this program does not write");
    }

    /// <summary>RSAES-OAEP with SHA-256 (RFC 8017). Head: magic, 2 bytes of length, the file's own key as the public one has encrypted it.</summary>
    private sealed class KeyFile : BackupLock
    {
        private const int LeastBits = 2_048;
        private readonly string pem;
        private readonly string name;

        public KeyFile(string pemFile)
        {
            name = pemFile;
            try
            {
                pem = File.ReadAllText(pemFile, Encoding.ASCII);
                using var rsa = Load();
                if (rsa.KeySize < LeastBits)
                {
                    throw new ShopException($"The key in {pemFile} has {rsa.KeySize} bits, and a backup wants {LeastBits} or more. Nothing was written.");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
            {
                throw new ShopException(
                    $"{pemFile} holds no RSA key in PEM. Make one on another machine: "
                    + "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out private.pem, "
                    + "openssl pkey -in private.pem -pubout -out public.pem. Nothing was written.");
            }
        }

        internal override ReadOnlySpan<byte> Magic => EncryptedBackup.ByKey;

        internal override (byte[] Head, byte[] Key) Make()
        {
            using var rsa = Load();
            var key = RandomNumberGenerator.GetBytes(KeyBytes);
            var sealedKey = rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA256);
            return (HeadOf(sealedKey), key);
        }

        internal override (byte[] Head, byte[] Key) Open(Stream file)
        {
            var start = new byte[Magic.Length + sizeof(ushort)];
            ReadMagic(file, Magic, start);
            file.ReadExactly(start.AsSpan(Magic.Length));
            var sealedKey = new byte[BinaryPrimitives.ReadUInt16BigEndian(start.AsSpan(Magic.Length))];
            file.ReadExactly(sealedKey);
            using var rsa = Load();
            try
            {
                return (HeadOf(sealedKey), rsa.Decrypt(sealedKey, RSAEncryptionPadding.OaepSHA256));
            }
            catch (CryptographicException) when (!pem.Contains("PRIVATE", StringComparison.Ordinal))
            {
                throw new ShopException($"{name} is a public key, which encrypts alone. Give the private one. Nothing was changed.");
            }
        }

        private byte[] HeadOf(byte[] sealedKey)
        {
            var head = new byte[Magic.Length + sizeof(ushort) + sealedKey.Length];
            Magic.CopyTo(head);
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(Magic.Length), (ushort)sealedKey.Length);
            sealedKey.CopyTo(head, Magic.Length + sizeof(ushort));
            return head;
        }

        private RSA Load()
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return rsa;
        }
    }
}
