using System.Runtime.InteropServices;

namespace Bookmine.Sqlite;

/// <summary>Memory that does not move, for the arguments of one run of a statement.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private const int Smallest = 256;
    private byte* memory;
    private int size;
    private int used;

    ~Scratch() => Free();

    /// <summary>Begins anew, with room for so many bytes.</summary>
    public void Begin(int bytes)
    {
        used = 0;
        if (bytes > size)
        {
            size = Math.Max(Smallest, checked(bytes * 2));
            memory = (byte*)NativeMemory.Realloc(memory, (nuint)size);
        }
    }

    /// <summary>The room that is left; <see cref="Take"/> says how much of it was needed.</summary>
    public Span<byte> Rest => new(memory + used, size - used);

    /// <returns>Where they lie.</returns>
    public byte* Take(int bytes)
    {
        var place = memory + used;
        used += bytes;
        return place;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(memory);
        memory = null;
        (size, used) = (0, 0);
    }
}
