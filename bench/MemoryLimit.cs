using System.Globalization;

namespace Bookmine.Bench;

/// <summary>A control group with little memory, page cache included, as on a small machine. Needs Linux's second version of them, and root.</summary>
internal sealed class MemoryLimit : IDisposable
{
    private const string Root = "/sys/fs/cgroup";
    private readonly string folder;

    private MemoryLimit(string folder) => this.folder = folder;

    /// <summary>Where a process writes its id to enter.</summary>
    public string Procs => Path.Combine(folder, "cgroup.procs");

    /// <returns>Null where none can be made.</returns>
    public static MemoryLimit? Make(int megabytes)
    {
        var folder = Path.Combine(Root, $"bookmine-bench-{Environment.ProcessId}");
        try
        {
            File.WriteAllText(Path.Combine(Root, "cgroup.subtree_control"), "+memory");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "memory.max"), (megabytes * 1024L * 1024).ToString(CultureInfo.InvariantCulture));
            return new MemoryLimit(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // A process is still in it.
        }
    }
}
