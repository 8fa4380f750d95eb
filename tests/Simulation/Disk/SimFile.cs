namespace Bookmine.Simulation.Disk;

/// <summary>A file of a simulated disk: what a reader sees, and what would be left of it after a power cut.</summary>
internal sealed class SimFile
{
    private readonly List<(long Offset, byte[] Bytes, bool Truncates)> pending = [];
    private byte[] seen = [];
    private byte[] durable = [];
    private long seenLength;
    private long durableLength;

    public long Length => seenLength;

    public bool IsSynced => pending.Count == 0;

    /// <summary>The locks that open handles hold on it, and its shared memory; gone when the machine dies.</summary>
    public SimLocks Locks { get; private set; } = new();

    public int Read(long offset, Span<byte> into)
    {
        var there = (int)Math.Clamp(seenLength - offset, 0, into.Length);
        seen.AsSpan((int)Math.Min(offset, seenLength), there).CopyTo(into);
        into[there..].Clear();
        return there;
    }

    public byte[] ReadAll() => seen.AsSpan(0, (int)seenLength).ToArray();

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Put(ref seen, ref seenLength, offset, bytes);
        pending.Add((offset, bytes.ToArray(), false));
    }

    public void Truncate(long length)
    {
        Cut(ref seen, ref seenLength, length);
        pending.Add((length, [], true));
    }

    public void Sync()
    {
        foreach (var write in pending)
        {
            ApplyDurably(write.Offset, write.Bytes, write.Truncates);
        }
        pending.Clear();
    }

    /// <summary>A bit on the medium turns over.</summary>
    public void Flip(long bit)
    {
        var at = bit / 8 % Math.Max(seenLength, 1);
        if (at < seenLength)
        {
            seen[at] ^= (byte)(1 << (int)(bit % 8));
        }
        if (at < durableLength)
        {
            durable[at] ^= (byte)(1 << (int)(bit % 8));
        }
    }

    /// <summary>The power goes: of the writes since the last sync any may have reached the medium, one perhaps in part.</summary>
    public void PowerCut(Random random)
    {
        var keep = random.Next(4);
        foreach (var (offset, bytes, truncates) in pending)
        {
            if (keep == 0 || (keep > 1 && random.Next(2) == 0))
            {
                continue;
            }
            var torn = keep == 3 && bytes.Length > Sector && random.Next(3) == 0;
            ApplyDurably(offset, torn ? bytes[..(random.Next(1, bytes.Length / Sector) * Sector)] : bytes, truncates);
        }
        pending.Clear();
        seen = durable.AsSpan(0, (int)durableLength).ToArray();
        seenLength = durableLength;
        Locks = new SimLocks();
    }

    /// <summary>The process is killed and the machine goes on: what was written stays, locks go.</summary>
    public void Release() => Locks = new SimLocks();

    public SimFile Copy()
    {
        var copy = new SimFile { seen = ReadAll(), seenLength = seenLength };
        copy.durable = copy.ReadAll();
        copy.durableLength = seenLength;
        return copy;
    }

    private const int Sector = 512;

    private void ApplyDurably(long offset, byte[] bytes, bool truncates)
    {
        if (truncates)
        {
            Cut(ref durable, ref durableLength, offset);
        }
        else
        {
            Put(ref durable, ref durableLength, offset, bytes);
        }
    }

    private static void Put(ref byte[] content, ref long length, long offset, ReadOnlySpan<byte> bytes)
    {
        var end = offset + bytes.Length;
        if (end > content.Length)
        {
            Array.Resize(ref content, (int)Math.Max(end, content.Length * 2L));
        }
        if (offset > length)
        {
            content.AsSpan((int)length, (int)(offset - length)).Clear();
        }
        bytes.CopyTo(content.AsSpan((int)offset));
        length = Math.Max(length, end);
    }

    private static void Cut(ref byte[] content, ref long length, long to)
    {
        if (to > length)
        {
            Put(ref content, ref length, to - 1, [0]);
        }
        length = to;
    }
}
