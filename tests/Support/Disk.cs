using Bookmine.Sync.Files;
using Bookmine.TillClient.Files;

namespace Bookmine.Tests.Support;

/// <summary>The real disk, as the programs use it.</summary>
internal static class Disk
{
    public static readonly IFileStore Files = new DiskFiles(SqliteFiles.Open, SqliteFiles.IsDamage);
}
