using System.Globalization;
using System.Text;
using Bookmine.Sync.Files;

namespace Bookmine.Sync.Replica;

/// <summary>
/// The generations of the replica in a folder. A fresh replica is a new file, never renamed over an open one, because a leftover WAL
/// would be replayed into it; <c>replica.current</c> names the one in use and is replaced atomically.
/// </summary>
public sealed class ReplicaFolder(IFileStore files, string folder)
{
    private const string Prefix = "replica-";
    private static readonly string[] Companions = ["", "-wal", "-shm", ".inuse"];

    private string CurrentFile => Path.Combine(folder, "replica.current");

    /// <summary>The path of the replica in use; null before the first.</summary>
    public string? Current => files.Read(CurrentFile) is { } name && Path.Combine(folder, Encoding.UTF8.GetString(name).Trim()) is var path && files.Exists(path)
        ? path
        : null;

    /// <summary>The path of a generation that does not exist yet.</summary>
    public string Next()
    {
        var highest = Generations().Select(g => g.Generation).DefaultIfEmpty(0).Max();
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{highest + 1}.db"));
    }

    /// <summary>Puts a finished replica in use.</summary>
    public void Use(string path) => files.Replace(CurrentFile, Encoding.UTF8.GetBytes(Path.GetFileName(path)));

    /// <summary>Takes the replica out of use.</summary>
    public void UseNone() => files.Delete(CurrentFile);

    /// <summary>Says that this process has the replica open, for as long as the returned handle lives.</summary>
    public IDisposable? Hold(string path) => files.TryLock(path + ".inuse", shared: true);

    /// <summary>Deletes generations that are not in use and that no process holds, with their WAL and shared memory.</summary>
    public void Sweep()
    {
        var current = Current;
        foreach (var (path, _) in Generations().Where(g => g.Path != current).ToArray())
        {
            using (var alone = files.TryLock(path + ".inuse", shared: false))
            {
                if (alone is null)
                {
                    continue;
                }
            }
            foreach (var suffix in Companions)
            {
                files.Delete(path + suffix);
            }
        }
    }

    private IEnumerable<(string Path, long Generation)> Generations() =>
        files.List(folder, Prefix).Where(p => p.EndsWith(".db", StringComparison.Ordinal))
            .Select(p => (p, long.TryParse(Path.GetFileNameWithoutExtension(p)[Prefix.Length..], CultureInfo.InvariantCulture, out var g) ? g : 0));
}
