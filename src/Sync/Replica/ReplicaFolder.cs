using System.Globalization;

namespace Bookmine.Sync.Replica;

/// <summary>
/// The generations of the replica in a folder. A fresh replica is a new file, never renamed over an open one, because a leftover WAL
/// would be replayed into it; <c>replica.current</c> names the one in use and is replaced atomically.
/// </summary>
public sealed class ReplicaFolder(string folder)
{
    private const string Prefix = "replica-";
    private string CurrentFile => Path.Combine(folder, "replica.current");

    /// <summary>The path of the replica in use; null before the first.</summary>
    public string? Current => File.Exists(CurrentFile) && Path.Combine(folder, File.ReadAllText(CurrentFile).Trim()) is var path && File.Exists(path)
        ? path
        : null;

    /// <summary>The path of a generation that does not exist yet.</summary>
    public string Next()
    {
        Directory.CreateDirectory(folder);
        var highest = Generations().Select(g => g.Generation).DefaultIfEmpty(0).Max();
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{highest + 1}.db"));
    }

    /// <summary>Puts a finished replica in use.</summary>
    public void Use(string path)
    {
        var fresh = CurrentFile + ".new";
        using (var stream = new FileStream(fresh, FileMode.Create))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(path)));
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, CurrentFile, overwrite: true);
    }

    /// <summary>Says that this process has the replica open, for as long as the returned handle lives.</summary>
    public static IDisposable Hold(string path) =>
        new FileStream(path + ".inuse", FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read);

    /// <summary>Deletes generations that are not in use and that no process holds, with their WAL and shared memory.</summary>
    public void Sweep()
    {
        var current = Current;
        foreach (var (path, _) in Generations().Where(g => g.Path != current).ToArray())
        {
            if (HeldByAnyone(path))
            {
                continue;
            }
            foreach (var suffix in (string[])["", "-wal", "-shm", ".inuse"])
            {
                File.Delete(path + suffix);
            }
        }
    }

    private static bool HeldByAnyone(string path)
    {
        try
        {
            using var alone = new FileStream(path + ".inuse", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private IEnumerable<(string Path, long Generation)> Generations() =>
        Directory.EnumerateFiles(folder, Prefix + "*.db")
            .Select(p => (p, long.TryParse(Path.GetFileNameWithoutExtension(p)[Prefix.Length..], CultureInfo.InvariantCulture, out var g) ? g : 0));
}
