using System.Runtime.InteropServices;

namespace Bookmine.Simulation.Disk;

/// <summary>The locks and the shared memory of one database file, as SQLite's VFS interface defines them (sqlite.org/c3ref/io_methods.html).</summary>
internal sealed unsafe class SimLocks
{
    private const int Shared = 1;
    private const int Reserved = 2;
    private const int Pending = 3;
    private const int Exclusive = 4;
    private readonly Dictionary<long, int> levels = [];
    private readonly Dictionary<long, (int Shared, int Exclusive)> slots = [];
    private readonly List<nint> regions = [];

    // A connection may touch its shared memory until it is closed for good, which can be long after the machine has died.
    private static readonly List<nint> Allocated = [];

    /// <summary>Frees all shared memory; for a moment when no connection is open.</summary>
    public static void FreeAll()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Allocated.ForEach(r => NativeMemory.Free((void*)r));
        Allocated.Clear();
    }

    public bool TryLock(long handle, int level)
    {
        var mine = levels.GetValueOrDefault(handle);
        if (mine >= level)
        {
            return true;
        }
        var others = levels.Where(l => l.Key != handle).Select(l => l.Value).DefaultIfEmpty(0).Max();
        var free = level switch
        {
            Shared => others < Pending,
            Reserved => others < Reserved,
            _ => others < Reserved,
        };
        if (!free)
        {
            return false;
        }
        if (level == Exclusive && others >= Shared)
        {
            levels[handle] = Pending;
            return false;
        }
        levels[handle] = level;
        return true;
    }

    public void Unlock(long handle, int level) => levels[handle] = Math.Min(levels.GetValueOrDefault(handle), level);

    public bool AnyReserved => levels.Values.Any(l => l >= Reserved);

    public bool TryShmLock(long handle, int mask, bool exclusive)
    {
        foreach (var (other, held) in slots)
        {
            if (other != handle && ((held.Exclusive & mask) != 0 || (exclusive && (held.Shared & mask) != 0)))
            {
                return false;
            }
        }
        var mine = slots.GetValueOrDefault(handle);
        slots[handle] = exclusive ? (mine.Shared, mine.Exclusive | mask) : (mine.Shared | mask, mine.Exclusive);
        return true;
    }

    public void ShmUnlock(long handle, int mask)
    {
        var mine = slots.GetValueOrDefault(handle);
        slots[handle] = (mine.Shared & ~mask, mine.Exclusive & ~mask);
    }

    public void* Region(int index, int size, bool extend)
    {
        while (regions.Count <= index)
        {
            if (!extend)
            {
                return null;
            }
            var region = (nint)NativeMemory.AllocZeroed((nuint)size);
            regions.Add(region);
            Allocated.Add(region);
        }
        return (void*)regions[index];
    }

    public void Close(long handle)
    {
        levels.Remove(handle);
        slots.Remove(handle);
    }
}
