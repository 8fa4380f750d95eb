using System.Globalization;
using System.Text;
using Bookmine.Sync.Files;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Replica;

/// <summary>
/// Chunks of a download that has not reached its checkpoint yet, kept as files, so that a long download that breaks off goes on where it was.
/// What a power cut leaves of them is found out by their own hashes, so they are not synced.
/// </summary>
internal sealed class Staging
{
    public const string Prefix = "stage-";
    private const int DigestLength = 32;
    private readonly IFileStore files;
    private readonly string folder;
    private readonly byte[] basis;

    /// <param name="basis">What the chunks build on (epoch and cursors): chunks that build on something else are thrown away.</param>
    public Staging(IFileStore files, string folder, string basis)
    {
        (this.files, this.folder, this.basis) = (files, folder, Encoding.UTF8.GetBytes(basis));
        if (files.Read(BasisFile)?.AsSpan().SequenceEqual(this.basis) != true)
        {
            Clear();
        }
    }

    private string BasisFile => Path.Combine(folder, Prefix + "basis");

    public void Add(PullChunk chunk)
    {
        var staged = Files();
        if (staged.Count == 0)
        {
            files.Replace(BasisFile, basis);
        }
        var bytes = chunk.Write();
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{staged.Count:d8}.chunk"));
        files.WriteAt(file, 0, Digest(bytes.Span));
        files.WriteAt(file, DigestLength, bytes.Span);
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
            files.Delete(file);
        }
    }

    public void Clear()
    {
        foreach (var file in files.List(folder, Prefix))
        {
            files.Delete(file);
        }
    }

    private PullChunk? Read(string file)
    {
        var bytes = files.Read(file) ?? [];
        return bytes.Length > DigestLength && Digest(bytes.AsSpan(DigestLength)).AsSpan().SequenceEqual(bytes.AsSpan(0, DigestLength))
            ? PullChunk.Read(bytes.AsMemory(DigestLength))
            : null;
    }

    private static byte[] Digest(ReadOnlySpan<byte> bytes) => System.Security.Cryptography.SHA256.HashData(bytes);

    private IReadOnlyList<string> Files() => [.. files.List(folder, Prefix).Where(f => f.EndsWith(".chunk", StringComparison.Ordinal))];
}
