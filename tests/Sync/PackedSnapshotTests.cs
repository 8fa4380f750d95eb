using Bookmine.Sync.Replica;
using Bookmine.Sync.Wire;
using Bookmine.Tests.Support;
using Bookmine.TillClient;

namespace Bookmine.Tests.Sync;

/// <summary>Over a line a snapshot travels packed, and what comes out is what was offered.</summary>
public sealed class PackedSnapshotTests : IAsyncLifetime
{
    private Shop shop = null!;

    private string Snapshots => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(shop.DatabaseFile))!, "server", "snapshots");

    private string Till => shop.TillFolder("front");

    public async ValueTask InitializeAsync()
    {
        shop = await Shop.OpenAsync();
        await shop.EnrolAsync("front");
    }

    public ValueTask DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task A_till_on_a_line_fetches_it_packed_and_one_beside_the_server_as_it_is()
    {
        await FetchAsync(packed: false);
        Assert.Empty(Packed());
        await FetchAsync(packed: true);
        Assert.Single(Packed());
        RequireSelling();
        // Packed once, and known to the next program of the server.
        var made = File.GetLastWriteTimeUtc(Packed()[0]);
        await shop.StopServerAsync();
        await shop.StartServerAsync();
        await FetchAsync(packed: true);
        Assert.Equal(made, File.GetLastWriteTimeUtc(Assert.Single(Packed())));
        Assert.DoesNotContain(Directory.GetFiles(Till), f => f.Contains("snapshot-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_packed_file_that_the_servers_disk_has_changed_is_thrown_away_and_the_file_itself_fetched()
    {
        await FetchAsync(packed: true);
        var bytes = await File.ReadAllBytesAsync(Packed()[0]);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Packed()[0], bytes);
        await FetchAsync(packed: true);
        RequireSelling();
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(1.0)]
    public async Task A_fetch_that_broke_off_is_gone_on_with(double share)
    {
        await FetchAsync(packed: true);
        var packed = await File.ReadAllBytesAsync(Packed()[0]);
        var name = Path.GetFileNameWithoutExtension(Directory.GetFiles(Snapshots, "*.db").Single());
        await File.WriteAllBytesAsync(Path.Combine(Till, $"snapshot-{name}.part.packed"), packed[..(int)(packed.Length * share)]);
        await FetchAsync(packed: true);
        RequireSelling();
    }

    [Fact]
    public async Task More_bytes_than_were_offered_are_not_unpacked()
    {
        await FetchAsync(packed: true);
        var (small, packed) = (Path.Combine(Till, "snapshot-x.part"), Path.Combine(Till, "snapshot-x.part.packed"));
        foreach (var content in (byte[][])[await File.ReadAllBytesAsync(Packed()[0]), new byte[100], []])
        {
            await File.WriteAllBytesAsync(packed, content);
            Assert.False(SnapshotFile.TryUnpack(Disk.Files, packed, small, new SnapshotOffer(new string('0', 64), 4096)));
            Assert.False(File.Exists(small));
        }
    }

    [Theory]
    [InlineData(false, 10_000)]
    [InlineData(true, 1_000)]
    [InlineData(true, 60_000)]
    public async Task A_disk_that_is_full_at_a_fresh_replica_is_named_and_keeps_its_room_for_sales(bool packed, int room)
    {
        await FetchAsync(packed: true);
        await using (var till = new CrashingTill(shop, "front", packed, new FullDisk(room)))
        {
            Assert.Contains("No space left", (await Assert.ThrowsAsync<IOException>(till.ReprovisionAsync)).Message, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(Directory.GetFiles(Till), f => Path.GetFileName(f).StartsWith("snapshot-", StringComparison.Ordinal));
        Assert.Single(Directory.GetFiles(Till, "replica-*.db"));
        RequireSelling();
        await FetchAsync(packed);
        RequireSelling();
    }

    private string[] Packed() => Directory.Exists(Snapshots) ? Directory.GetFiles(Snapshots, "*.br") : [];

    private async Task FetchAsync(bool packed)
    {
        await using var till = new CrashingTill(shop, "front", packed);
        await till.ReprovisionAsync();
    }

    private void RequireSelling()
    {
        using var till = Bookmine.TillClient.Till.Open(Till, true, shop.Clock);
        Assert.Null(till.WhyNotSelling);
        Assert.NotEmpty(till.FindAsync(Sales.Garden).GetAwaiter().GetResult());
    }
}
