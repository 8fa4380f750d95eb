using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bookmine.Sync.Rows;

/// <summary>
/// Makes keys: GUIDs of version 7 (RFC 9562), whose leading 48 bits are the clock's Unix milliseconds. One maker's keys ascend, also
/// within a millisecond and when the clock goes back, so that rows made together stand in the order they were made.
/// </summary>
/// <param name="clock">Where the time comes from.</param>
/// <param name="random">For simulations that must replay exactly; left out, the system's secure source.</param>
public sealed class EntityIds(TimeProvider clock, Random? random = null)
{
    private const int CounterBits = 12;
    private readonly Lock gate = new();

    // The milliseconds and, below them, a counter in the twelve bits that version 7 leaves for it.
    private long last;

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
        var tick = NextTick();
        BinaryPrimitives.WriteInt64BigEndian(bytes, ((tick >> CounterBits) << 16) | 0x7000 | (tick & 0xFFF));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }

    private long NextTick()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds() << CounterBits;
        lock (gate)
        {
            last = Math.Max(last + 1, now);
            return last;
        }
    }
}
