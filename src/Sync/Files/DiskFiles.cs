using System.Data.Common;
using System.Runtime.InteropServices;

namespace Bookmine.Sync.Files;

/// <summary>The machine's own disk.</summary>
/// <param name="openDatabase">Opens a SQLite file for reading and writing, making it when there is none.</param>
/// <param name="isDamage">Whether its driver says that the file is damaged.</param>
public sealed partial class DiskFiles(Func<string, DbConnection> openDatabase, Func<DbException, bool> isDamage) : IFileStore
{
    public bool IsDamage(DbException failure) => isDamage(failure);

    public DbConnection OpenDatabase(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        PrivateFiles.MakeFile(path);
        return openDatabase(path);
    }

    public DbConnection OpenMemory() => openDatabase(":memory:");

    public bool Exists(string path) => File.Exists(path);

    public byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var fresh = path + ".new";
        using (var stream = PrivateFiles.Create(fresh))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        Move(fresh, path);
    }

    public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        PrivateFiles.MakeFile(path);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, bytes, offset);
    }

    public long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    public void Sync(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    public void Move(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        SyncFolder(Path.GetDirectoryName(to)!);
    }

    public void Delete(string path) => File.Delete(path);

    public Stream OpenRead(string path) => File.OpenRead(path);

    public IReadOnlyList<string> List(string folder, string prefix) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, prefix + "*").Order(StringComparer.Ordinal)] : [];

    public IDisposable? TryLock(string path, bool shared)
    {
        try
        {
            PrivateFiles.MakeFile(path);
            return new FileStream(
                path, FileMode.Open, shared ? FileAccess.Read : FileAccess.ReadWrite, shared ? FileShare.Read : FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>A name is durable when its folder is synced. .NET opens no folders; Windows needs no such call.</summary>
    private static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        var handle = Native.Open(folder, 0);
        if (handle < 0)
        {
            throw new IOException($"{folder} cannot be opened to make a change of names in it durable.");
        }
        try
        {
            // A file system that knows no such call (EINVAL) makes names durable in its own way.
            _ = Native.FSync(handle);
        }
        finally
        {
            _ = Native.Close(handle);
        }
    }

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync")]
        internal static partial int FSync(int handle);

        [LibraryImport("libc", EntryPoint = "close")]
        internal static partial int Close(int handle);
    }
}
