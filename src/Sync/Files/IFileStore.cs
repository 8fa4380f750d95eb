using System.Data.Common;

namespace Bookmine.Sync.Files;

/// <summary>
/// The files of one machine, as the engine needs them: SQLite databases, small files that are replaced whole, one that grows, locks. The disk
/// in the field; in simulations a disk that forgets what was not synced.
/// </summary>
public interface IFileStore
{
    /// <summary>Opens a SQLite database for reading and writing, making it when there is none.</summary>
    DbConnection OpenDatabase(string path);

    /// <summary>Opens an empty SQLite database in memory, which is gone when it is closed.</summary>
    DbConnection OpenMemory();

    /// <summary>Whether a database failed because its file is damaged, and not because it is busy, full or away.</summary>
    bool IsDamage(DbException failure);

    bool Exists(string path);

    /// <summary>The whole file; null when there is none.</summary>
    byte[]? Read(string path);

    /// <summary>Puts a file in place of what was there, durably: after a power cut the one or the other is there, whole.</summary>
    void Replace(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Writes at an offset, making the file when there is none; not durable before <see cref="Sync"/>.</summary>
    void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>0 when there is no such file.</summary>
    long Length(string path);

    /// <summary>Makes what was written durable.</summary>
    void Sync(string path);

    /// <summary>Gives a synced file another name, durably.</summary>
    void Move(string from, string to);

    /// <summary>Harmless when there is no such file.</summary>
    void Delete(string path);

    Stream OpenRead(string path);

    /// <summary>The paths of a folder's files whose names begin so, in order; none when there is no such folder.</summary>
    IReadOnlyList<string> List(string folder, string prefix);

    /// <summary>Holds a lock among all programs of the machine until it is disposed; null when another holds it against this one.</summary>
    /// <param name="shared">Whether others may hold it too, shared likewise.</param>
    IDisposable? TryLock(string path, bool shared);
}
