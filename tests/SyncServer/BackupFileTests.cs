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

    [Fact]
    public async Task An_encrypted_backup_is_restored_with_its_passphrase_and_with_no_other()
    {
        await using var shop = await Shop.OpenAsync();
        shop.AddTitles(20_000);
        var (file, cut, turned) = (shop.TillFolder("backup.sealed"), shop.TillFolder("cut"), shop.TillFolder("turned"));
        Assert.Contains("at least", Assert.Throws<ShopException>(() => ShopBackup.Write(shop.DatabaseFile, file, "short")).Message, StringComparison.Ordinal);

        ShopBackup.Write(shop.DatabaseFile, file, "five plain old words here");

        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("SQLite format 3"u8));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("Lighthouse"u8));
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!, "backup.sealed*"));
        // Cut between two pieces, and a bit that has turned over.
        await File.WriteAllBytesAsync(cut, bytes[..(38 + 20 + (1 << 20))], Cancel);
        bytes[bytes.Length / 2] ^= 8;
        await File.WriteAllBytesAsync(turned, bytes, Cancel);
        shop.Write("UPDATE branch SET name = 'since'");
        await shop.StopServerAsync();
        foreach (var (name, passphrase, reason) in (IEnumerable<(string, string?, string)>)
        [
            (file, null, "--passphrase-stdin"), (file, "five plain old words here ", "not its passphrase"), (cut, "five plain old words here", "cut off"),
            (turned, "five plain old words here", "damaged"),
        ])
        {
            var fault = Assert.Throws<ShopException>(() => ShopBackup.Restore(name, shop.DatabaseFile, shop.Clock, passphrase));
            Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        }
        ShopBackup.Restore(file, shop.DatabaseFile, shop.Clock, "five plain old words here");
        await shop.StartServerAsync();
        Assert.Equal(0, shop.Number("SELECT count(*) FROM branch WHERE name = 'since'"));
        Assert.Equal(20_004, shop.Number("SELECT count(*) FROM stock"));
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
