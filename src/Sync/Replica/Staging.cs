using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Replica;

/// <summary>
/// Chunks of a download that has not reached its checkpoint yet, kept as files, so that a long download that breaks off goes on where it was.
/// </summary>
internal sealed class Staging
{
    private readonly string folder;
    private readonly string basis;

    /// <param name="basis">What the chunks build on (epoch and cursors): chunks that build on something else are thrown away.</param>
    public Staging(string folder, string basis)
    {
        this.folder = folder;
        this.basis = basis;
        Directory.CreateDirectory(folder);
        if (!File.Exists(BasisFile) || File.ReadAllText(BasisFile) != basis)
        {
            Clear();
        }
    }

    private string BasisFile => Path.Combine(folder, "basis");

    public void Add(PullChunk chunk)
    {
        if (!File.Exists(BasisFile))
        {
            File.WriteAllText(BasisFile, basis);
        }
        var path = Path.Combine(folder, $"{Files().Length:d8}.chunk");
        File.WriteAllBytes(path + ".part", chunk.Write());
        File.Move(path + ".part", path);
    }

    /// <summary>The staged chunks in order; a damaged one ends the sequence and goes, with all after it.</summary>
    public IEnumerable<PullChunk> Chunks()
    {
        var damaged = false;
        foreach (var file in Files())
        {
            if (!damaged && Read(file) is { } chunk)
            {
                yield return chunk;
                continue;
            }
            damaged = true;
            File.Delete(file);
        }
    }

    public void Clear()
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Delete(file);
        }
    }

    private static PullChunk? Read(string file)
    {
        try
        {
            return PullChunk.Read(File.ReadAllBytes(file));
        }
        catch (WireFormatException)
        {
            return null;
        }
    }

    private string[] Files() => [.. Directory.EnumerateFiles(folder, "*.chunk").Order(StringComparer.Ordinal)];
}
