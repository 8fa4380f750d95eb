using Bookmine.SyncServer;
using Bookmine.SyncServer.Database;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.SyncServer;

/// <summary>Files with a shop's records in them: nobody else's at any moment, and whole or not there.</summary>
public sealed class BackupFileTests
{
    [Fact]
    public async Task A_backup_is_its_owners_alone_from_its_first_byte_on()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows keeps a user's folders from others by itself.");
            return;
        }
        await using var shop = await Shop.OpenAsync();
        shop.AddTitles(30_000);
        var file = shop.TillFolder("backup.db");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var ended = new CancellationTokenSource();
        var seen = Task.Run(() => Modes(file + ".part", ended.Token));

        ShopBackup.Write(shop.DatabaseFile, file);
        await ended.CancelAsync();

        const UnixFileMode owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal([owners], await seen);
        Assert.Equal(owners, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_backup_or_a_restore_that_fails_leaves_no_half_file()
    {
        await using var shop = await Shop.OpenAsync();
        var (file, damaged) = (shop.TillFolder("backup.db"), shop.TillFolder("damaged.db"));
        ShopBackup.Write(shop.DatabaseFile, file);
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        await File.WriteAllBytesAsync(damaged, bytes[..(bytes.Length / 2)], Cancel);
        await shop.StopServerAsync();
        var folder = Path.GetDirectoryName(shop.DatabaseFile)!;
        var before = Directory.GetFiles(folder).Order().ToList();

        Assert.Throws<ShopException>(() => ShopBackup.Restore(damaged, shop.DatabaseFile, shop.Clock));

        Assert.Equal(before, Directory.GetFiles(folder).Order());
        // What is no database cannot be copied.
        var text = shop.TillFolder("notes.txt");
        await File.WriteAllTextAsync(text, "no records", Cancel);
        Assert.ThrowsAny<Exception>(() => ShopBackup.Write(text, shop.TillFolder("copy.db")));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(text)!, "copy.db*"));
        await shop.StartServerAsync();
    }

    private static List<UnixFileMode> Modes(string file, CancellationToken ended)
    {
        var seen = new HashSet<UnixFileMode>();
        while (!OperatingSystem.IsWindows() && !ended.IsCancellationRequested)
        {
            try
            {
                seen.Add(File.GetUnixFileMode(file));
            }
            catch (IOException)
            {
                // Not there yet, or no longer.
            }
        }
        return [.. seen];
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
