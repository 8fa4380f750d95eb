using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bookmine.Sync.Rows;

/// <summary>Makes keys: GUIDs of version 7 (RFC 9562), whose leading 48 bits are the clock's Unix milliseconds.</summary>
/// <param name="clock">Where the time comes from.</param>
/// <param name="random">For simulations that must replay exactly; left out, the system's secure source.</param>
public sealed class EntityIds(TimeProvider clock, Random? random = null)
{
    public Guid Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (random is null)
        {
            RandomNumberGenerator.Fill(bytes);
        }
        else
        {
            random.NextBytes(bytes);
        }
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, clock.GetUtcNow().ToUnixTimeMilliseconds());
        time[2..].CopyTo(bytes);
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }
}
