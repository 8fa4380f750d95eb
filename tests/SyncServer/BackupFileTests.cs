using System.Text;
using System.Security.Cryptography;
using Bookmine.SyncServer;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
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
    public async Task Backups_that_the_server_makes_by_itself_are_read_through_kept_by_a_rule_and_missed_where_they_fail()
    {
        await using var shop = await Shop.OpenAsync();
        var folder = shop.TillFolder("backups");
        var options = new ServerOptions("sqlite:" + shop.DatabaseFile, shop.ServerFolder, "http://127.0.0.1:0", Backups: folder);
        Backups.Require(options);
        var backups = new Backups(options, shop.Database, shop.Clock);
        var actor = Actor.AtTheMachine();
        await File.WriteAllTextAsync(Path.Combine(folder, "shop-notes.txt"), "somebody else's", Cancel);

        // A year and a half of nights.
        for (var night = 0; night < 550; night += night < 500 ? 10 : 1)
        {
            File.Copy(shop.DatabaseFile, Path.Combine(folder, $"shop-{shop.Clock.GetUtcNow().AddDays(night):yyyyMMdd-HHmmss}.backup"));
        }
        shop.Clock.Advance(TimeSpan.FromDays(551));
        var made = backups.Make(actor);

        var kept = backups.List();
        Assert.Equal(made.Name, kept[0].Name);
        Assert.InRange(kept.Count, 14 + 9, 14 + 12);
        Assert.Equal(12, kept.Select(b => b.Name[5..11]).Distinct().Count());
        Assert.True(File.Exists(Path.Combine(folder, "shop-notes.txt")));
        Assert.Equal(1, shop.Number("SELECT count(*) FROM audit WHERE deed = 'backup' AND subject = @name", made.Name));
        // Those of the night are encrypted where that is asked for, and the key opens them.
        using var pair = RSA.Create(2048);
        var (to, key) = (Path.Combine(shop.ServerFolder, "to.pem"), Path.Combine(shop.ServerFolder, "key.pem"));
        await File.WriteAllTextAsync(to, pair.ExportSubjectPublicKeyInfoPem(), Cancel);
        await File.WriteAllTextAsync(key, pair.ExportPkcs8PrivateKeyPem(), Cancel);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        var secret = new Backups(options with { BackupTo = to }, shop.Database, shop.Clock);
        secret.EachNight(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var lockedFile = Path.Combine(folder, secret.List()[0].Name);
        Assert.EndsWith(".sealed", lockedFile, StringComparison.Ordinal);
        Assert.DoesNotContain("SQLite format", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(lockedFile, Cancel)), StringComparison.Ordinal);
        var opened = Path.Combine(shop.ServerFolder, "opened.db");
        Assert.ThrowsAny<ShopException>(() => ShopBackup.Restore(lockedFile, opened, shop.Clock));
        ShopBackup.Restore(lockedFile, opened, shop.Clock, BackupLock.OfKey(key));
        Assert.True(new FileInfo(opened).Length > 0);
        // The folder is away in the night, and there again the next.
        Directory.Delete(folder, recursive: true);
        backups.EachNight(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'backup failed' AND resolved_at IS NULL"));
        Directory.CreateDirectory(folder);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        backups.EachNight(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM finding WHERE kind = 'backup failed' AND resolved_at IS NULL"));
        Assert.Single(backups.List());
        // Where it cannot be, the server says so before it starts.
        Assert.Contains("means of its own", Assert.Throws<ShopException>(() => Backups.Require(options with { Database = "postgres:Host=x" })).Message, StringComparison.Ordinal);
        Assert.Throws<ShopException>(() => Backups.Require(options with { Backups = Path.Combine(shop.DatabaseFile, "under a file") }));
        Assert.Throws<ShopException>(() => Backups.Require(options with { Backups = null, BackupTo = "key.pem" }));
        await shop.StopServerAsync();
        var restored = ShopBackup.Restore(Path.Combine(folder, backups.List()[0].Name), shop.DatabaseFile, shop.Clock);
        Assert.NotNull(restored);
        await shop.StartServerAsync();
        Assert.Equal(2, shop.Number("SELECT count(*) FROM branch"));
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
    public async Task A_backup_encrypted_to_a_public_key_is_restored_by_the_private_one_alone()
    {
        await using var shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
        using var folder = new TestFolder();
        string Pem(string name, Func<RSA, string> of, RSA rsa)
        {
            var path = Path.Combine(folder.Path, name);
            File.WriteAllText(path, of(rsa));
            return path;
        }

        using var own = RSA.Create(2_048);
        using var other = RSA.Create(2_048);
        using var small = RSA.Create(1_024);
        var (to, key) = (Pem("public.pem", r => r.ExportSubjectPublicKeyInfoPem(), own), Pem("private.pem", r => r.ExportPkcs8PrivateKeyPem(), own));
        var file = shop.TillFolder("backup.sealed");
        Assert.Contains("1024 bits", Refusal(() => BackupLock.OfKey(Pem("small.pem", r => r.ExportSubjectPublicKeyInfoPem(), small))), StringComparison.Ordinal);
        Assert.Contains("openssl", Refusal(() => BackupLock.OfKey(Path.Combine(folder.Path, "none.pem"))), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder.Path, "text.pem"), "no key");
        Assert.Contains("openssl", Refusal(() => BackupLock.OfKey(Path.Combine(folder.Path, "text.pem"))), StringComparison.Ordinal);

        ShopBackup.Write(shop.DatabaseFile, file, BackupLock.OfKey(to));

        Assert.DoesNotContain("Lighthouse", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        await shop.StopServerAsync();
        string Restore(BackupLock? under) => Refusal(() => ShopBackup.Restore(file, shop.DatabaseFile, shop.Clock, under));
        Assert.Contains("--key", Restore(null), StringComparison.Ordinal);
        Assert.Contains("public key", Restore(BackupLock.OfKey(to)), StringComparison.Ordinal);
        Assert.Contains("not its passphrase or key", Restore(BackupLock.OfKey(Pem("other.pem", r => r.ExportPkcs8PrivateKeyPem(), other))), StringComparison.Ordinal);
        Assert.Contains("not its passphrase or key", Restore(BackupLock.OfPassphrase("five plain old words here")), StringComparison.Ordinal);
        Assert.NotNull(ShopBackup.Restore(file, shop.DatabaseFile, shop.Clock, BackupLock.OfKey(key)));
        await shop.StartServerAsync();
        Assert.True((await shop.ResyncAsync("front")).Agree);

        static string Refusal(Action what) => Assert.Throws<ShopException>(what).Message;
    }

    [Fact]
    public async Task An_encrypted_backup_is_restored_with_its_passphrase_and_with_no_other()
    {
        await using var shop = await Shop.OpenAsync();
        shop.AddTitles(20_000);
        var (file, cut, turned) = (shop.TillFolder("backup.sealed"), shop.TillFolder("cut"), shop.TillFolder("turned"));
        Assert.Contains("at least", Assert.Throws<ShopException>(() => ShopBackup.Write(shop.DatabaseFile, file, BackupLock.OfPassphrase("short"))).Message, StringComparison.Ordinal);

        ShopBackup.Write(shop.DatabaseFile, file, BackupLock.OfPassphrase("five plain old words here"));

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
            var fault = Assert.Throws<ShopException>(() => ShopBackup.Restore(name, shop.DatabaseFile, shop.Clock, passphrase is null ? null : BackupLock.OfPassphrase(passphrase)));
            Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        }
        ShopBackup.Restore(file, shop.DatabaseFile, shop.Clock, BackupLock.OfPassphrase("five plain old words here"));
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
