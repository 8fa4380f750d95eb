using System.Buffers.Binary;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Rows;

/// <summary>
/// A canonical row as the feed keeps it on disk, in about half its length: a byte a column (its type in the low two bits, and above them how
/// far its number is from the last one's; 0 where that is more than 63, and the number follows in two bytes), then an integer as a zigzag varint
/// (LEB128), a GUID's 16 bytes, or a text's length as a varint and its bytes. No setup is needed to read it.
/// What is hashed, sent and summed is the canonical form.
/// </summary>
public static class PackedRow
{
    private const int TypeBits = 2;
    private const int TypeMask = (1 << TypeBits) - 1;
    private const int MostGap = byte.MaxValue >> TypeBits;
    private const int CanonicalHead = 3;
    private const int MostVarint = 10;

    // The shortest column of a canonical row, an empty text; and by how much any column may grow: an integer's 8 bytes to 10.
    private const int ShortestColumn = 7;
    private const int MostGrowth = 2;

    /// <param name="canonical">A row as <see cref="CanonicalRow.Write"/> gives it.</param>
    public static byte[] Pack(ReadOnlySpan<byte> canonical)
    {
        var most = canonical.Length + (canonical.Length / ShortestColumn * MostGrowth);
        Span<byte> packed = most <= 1024 ? stackalloc byte[most] : new byte[most];
        var (at, last) = (0, 0);
        while (canonical.Length > 0)
        {
            var number = BinaryPrimitives.ReadUInt16BigEndian(canonical);
            var type = canonical[2];
            canonical = canonical[CanonicalHead..];
            at += WriteHead(packed[at..], number, last, type);
            last = number;
            var length = 16;
            switch ((ColumnType)type)
            {
                case ColumnType.Integer:
                    var integer = BinaryPrimitives.ReadInt64BigEndian(canonical);
                    at += WriteVarint(packed[at..], (ulong)((integer << 1) ^ (integer >> 63)));
                    canonical = canonical[8..];
                    continue;
                case ColumnType.Text:
                    length = BinaryPrimitives.ReadInt32BigEndian(canonical);
                    at += WriteVarint(packed[at..], (ulong)length);
                    canonical = canonical[4..];
                    break;
            }
            canonical[..length].CopyTo(packed[at..]);
            at += length;
            canonical = canonical[length..];
        }
        return packed[..at].ToArray();
    }

    /// <returns>
    /// The canonical row. Bytes that are not a packed row are given as they lie: a canonical row kept by an older program, which begins with
    /// the zero byte of its first column's number; or a damaged one, which whoever reads it as a row refuses.
    /// </returns>
    public static byte[] Unpack(byte[] stored)
    {
        var length = LengthOf(stored);
        if (length is null)
        {
            return stored;
        }
        var canonical = new byte[length.Value];
        var reader = new Reader(stored);
        for (var rest = canonical.AsSpan(); reader.Next(out var number, out var type, out var value, out var bytes);)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, number);
            rest[2] = (byte)type;
            rest = rest[CanonicalHead..];
            switch (type)
            {
                case ColumnType.Integer:
                    BinaryPrimitives.WriteInt64BigEndian(rest, value);
                    rest = rest[8..];
                    continue;
                case ColumnType.Text:
                    BinaryPrimitives.WriteInt32BigEndian(rest, bytes.Length);
                    rest = rest[4..];
                    break;
            }
            bytes.CopyTo(rest);
            rest = rest[bytes.Length..];
        }
        return canonical;
    }

    private static int? LengthOf(ReadOnlySpan<byte> stored)
    {
        var length = 0;
        var reader = new Reader(stored);
        while (reader.Next(out _, out var type, out _, out var bytes))
        {
            length += CanonicalHead + type switch { ColumnType.Integer => 8, ColumnType.Text => 4 + bytes.Length, _ => bytes.Length };
        }
        return reader.IsAtEnd ? length : null;
    }

    private static int WriteHead(Span<byte> packed, ushort number, int last, byte type)
    {
        var gap = number - last;
        if (gap is > 0 and <= MostGap)
        {
            packed[0] = (byte)((gap << TypeBits) | type);
            return 1;
        }
        packed[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(packed[1..], number);
        return 3;
    }

    private static int WriteVarint(Span<byte> packed, ulong value)
    {
        var length = 0;
        for (; value > 0x7F; value >>= 7)
        {
            packed[length++] = (byte)(value | 0x80);
        }
        packed[length++] = (byte)value;
        return length;
    }

    private ref struct Reader(ReadOnlySpan<byte> stored)
    {
        private ReadOnlySpan<byte> rest = stored;
        private int last;

        public readonly bool IsAtEnd => rest.IsEmpty;

        /// <returns>False at the end, and where the bytes are not a packed row; the reader then stands before them.</returns>
        public bool Next(out ushort number, out ColumnType type, out long value, out ReadOnlySpan<byte> bytes)
        {
            (number, type, value) = (0, 0, 0);
            bytes = default;
            var left = rest;
            if (left.IsEmpty || !TryHead(ref left, out number, out type))
            {
                return false;
            }
            var (size, isWhole) = (16UL, true);
            if (type != ColumnType.Guid)
            {
                isWhole = TryVarint(ref left, out size);
            }
            if (isWhole && type == ColumnType.Integer)
            {
                value = (long)(size >> 1) ^ -(long)(size & 1);
            }
            else if (isWhole && size <= (ulong)left.Length)
            {
                bytes = left[..(int)size];
                left = left[(int)size..];
            }
            else
            {
                return false;
            }
            rest = left;
            last = number;
            return true;
        }

        private readonly bool TryHead(ref ReadOnlySpan<byte> left, out ushort number, out ColumnType type)
        {
            type = (ColumnType)(left[0] & TypeMask);
            var gap = left[0] >> TypeBits;
            left = left[1..];
            number = (ushort)(last + gap);
            if (gap == 0)
            {
                if (left.Length < 2)
                {
                    return false;
                }
                number = BinaryPrimitives.ReadUInt16BigEndian(left);
                left = left[2..];
            }
            return type is >= ColumnType.Integer and <= ColumnType.Text;
        }

        private static bool TryVarint(ref ReadOnlySpan<byte> left, out ulong value)
        {
            value = 0;
            for (var i = 0; i < Math.Min(left.Length, MostVarint); i++)
            {
                value |= (ulong)(left[i] & 0x7F) << (7 * i);
                if (left[i] <= 0x7F)
                {
                    left = left[(i + 1)..];
                    return true;
                }
            }
            return false;
        }
    }
}
