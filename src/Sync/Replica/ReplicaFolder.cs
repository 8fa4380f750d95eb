using System.Globalization;
using System.Text;
using Bookmine.Sync.Files;

namespace Bookmine.Sync.Replica;

/// <summary>
/// The generations of the replica in a folder. A fresh replica is a new file, never renamed over an open one, because a leftover WAL
/// or rollback journal would be replayed into it; <c>replica.current</c> names the one in use and is replaced atomically.
/// </summary>
public sealed class ReplicaFolder(IFileStore files, string folder)
{
    private const string Prefix = "replica-";

    private string BegunFile => Path.Combine(folder, "replica.begun");

    private string CurrentFile => Path.Combine(folder, "replica.current");

    /// <summary>The path of the replica in use; null before the first.</summary>
    public string? Current => files.Read(CurrentFile) is { } name && Path.Combine(folder, Encoding.UTF8.GetString(name).Trim()) is var path && files.Exists(path)
        ? path
        : null;

    /// <summary>The path of a generation of which there is no file.</summary>
    public string Next() => PathOf(Generations().DefaultIfEmpty(0).Max() + 1);

    /// <summary>Begins a generation with a snapshot's file, of which it is noted whose it is, so that a download that breaks off goes on from it.</summary>
    /// <param name="file">Synced; it is there no longer afterwards.</param>
    /// <returns>Its path.</returns>
    public string Begin(string file, string snapshot)
    {
        GiveUpBegun();
        var path = Next();
        files.Move(file, path);
        files.Replace(BegunFile, Encoding.UTF8.GetBytes($"{snapshot} {Path.GetFileName(path)}"));
        return path;
    }

    /// <summary>The generation that was begun with this snapshot and is not in use; null for none.</summary>
    public string? Begun(string snapshot) =>
        files.Read(BegunFile) is { } text && Encoding.UTF8.GetString(text).Split(' ') is [var name, var file] && name == snapshot
            && Path.Combine(folder, file) is var path && path != Current && files.Exists(path) ? path : null;

    public void GiveUpBegun() => files.Delete(BegunFile);

    /// <summary>Puts a finished replica in use.</summary>
    public void Use(string path)
    {
        files.Replace(CurrentFile, Encoding.UTF8.GetBytes(Path.GetFileName(path)));
        GiveUpBegun();
    }

    /// <summary>Takes the replica out of use.</summary>
    public void UseNone() => files.Delete(CurrentFile);

    /// <summary>Says that this process has the replica open, for as long as the returned handle lives.</summary>
    public IDisposable? Hold(string path) => files.TryLock(path + ".inuse", shared: true);

    /// <summary>Deletes generations that are not in use and that no process holds, with whatever SQLite has left beside them.</summary>
    public void Sweep()
    {
        var current = Current;
        foreach (var path in Generations().Select(PathOf).Where(p => p != current).ToArray())
        {
            using (var alone = files.TryLock(path + ".inuse", shared: false))
            {
                if (alone is null)
                {
                    continue;
                }
            }
            foreach (var file in files.List(folder, Path.GetFileName(path)))
            {
                files.Delete(file);
            }
        }
    }

    private string PathOf(long generation) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{generation}.db"));

    /// <summary>Those of which there is any file, also one that a death has left without its database.</summary>
    private IEnumerable<long> Generations() => files.List(folder, Prefix)
        .Select(p => Path.GetFileName(p)[Prefix.Length..].Split('.')[0])
        .Select(name => long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0)
        .Where(g => g > 0).Distinct();
}
