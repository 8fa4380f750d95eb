using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bookmine.Sync.Rows;

/// <summary>
/// What a set of rows amounts to: their count and the wrapping 128-bit sum of their hashes. Adding and removing are each other's
/// inverse and order does not matter, so both sides keep it up to date row by row.
/// </summary>
public readonly record struct Digest(long Count, UInt128 Sum)
{
    public Digest Add(UInt128 hash) => new(Count + 1, unchecked(Sum + hash));

    public Digest Remove(UInt128 hash) => new(Count - 1, unchecked(Sum - hash));

    /// <summary>The first 128 bits of the SHA-256 of the table's number (2 bytes) and the canonical row.</summary>
    public static UInt128 HashOf(int table, ReadOnlySpan<byte> canonical)
    {
        Span<byte> hash = stackalloc byte[32];
        if (canonical.Length <= 1022)
        {
            Span<byte> whole = stackalloc byte[1024];
            BinaryPrimitives.WriteUInt16BigEndian(whole, (ushort)table);
            canonical.CopyTo(whole[2..]);
            SHA256.HashData(whole[..(canonical.Length + 2)], hash);
        }
        else
        {
            var whole = new byte[canonical.Length + 2];
            BinaryPrimitives.WriteUInt16BigEndian(whole, (ushort)table);
            canonical.CopyTo(whole.AsSpan(2));
            SHA256.HashData(whole, hash);
        }
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    public static byte[] ToBytes(UInt128 value)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return bytes;
    }

    public static UInt128 FromBytes(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128BigEndian(bytes);
}
