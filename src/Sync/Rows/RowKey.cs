using System.Buffers.Binary;

namespace Bookmine.Sync.Rows;

/// <summary>A row's key: an integer, a GUID, or both; the part a table does not have is zero.</summary>
public readonly record struct RowKey(long Integer, Guid Guid)
{
    public RowKey(Guid guid)
        : this(0, guid)
    {
    }

    /// <summary>By the integer, then by the GUID's bytes in RFC order: the order of every engine's keys.</summary>
    public static IComparer<RowKey> InOrder { get; } = Comparer<RowKey>.Create((a, b) =>
        a.Integer != b.Integer ? a.Integer.CompareTo(b.Integer) : NumberOf(a.Guid).CompareTo(NumberOf(b.Guid)));

    private static UInt128 NumberOf(Guid guid)
    {
        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public override string ToString() =>
        Guid == Guid.Empty ? Integer.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : Integer == 0 ? Guid.ToString()
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Integer}/{Guid}");
}
