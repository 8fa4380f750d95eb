using System.Data.Common;
using Bookmine.Sync.Files;

namespace Bookmine.Tests.Support;

/// <summary>The real disk with so much room left for files that grow; small files and databases find theirs.</summary>
internal sealed class FullDisk(long room) : IFileStore
{
    private long left = room;

    public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        left -= bytes.Length;
        if (left < 0)
        {
            throw new IOException($"No space left on device : '{path}'");
        }
        Disk.Files.WriteAt(path, offset, bytes);
    }

    public DbConnection OpenDatabase(string path) => Disk.Files.OpenDatabase(path);

    public DbConnection OpenMemory() => Disk.Files.OpenMemory();

    public bool IsDamage(DbException failure) => Disk.Files.IsDamage(failure);

    public bool Exists(string path) => Disk.Files.Exists(path);

    public byte[]? Read(string path) => Disk.Files.Read(path);

    public void Replace(string path, ReadOnlySpan<byte> bytes) => Disk.Files.Replace(path, bytes);

    public long Length(string path) => Disk.Files.Length(path);

    public void Sync(string path) => Disk.Files.Sync(path);

    public void Move(string from, string to) => Disk.Files.Move(from, to);

    public void Delete(string path) => Disk.Files.Delete(path);

    public Stream OpenRead(string path) => Disk.Files.OpenRead(path);

    public IReadOnlyList<string> List(string folder, string prefix) => Disk.Files.List(folder, prefix);

    public IDisposable? TryLock(string path, bool shared) => Disk.Files.TryLock(path, shared);
}
