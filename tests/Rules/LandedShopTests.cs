using System.IO.Compression;
using System.Text.RegularExpressions;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.SyncServer;
using Bookmine.SyncServer.BackOffice;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Rules;

/// <summary>
/// A shop as version 1.1's own programs have left it, <c>Golden/shop-1.1</c>: its server's records and the folders of its tills. Sold with the server and without it, a
/// voucher, a contact, two operators of whom one is disabled, a till revoked with a sale in quarantine, and unposted sales on the other two. This version takes it up whole.
/// </summary>
public abstract class LandedShopTests(Engine engine) : ServerSuite(engine)
{
    private static readonly DateTimeOffset DayAfter = new(2026, 12, 1, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_shop_of_version_1_1_loses_nothing_its_tills_go_on_and_who_was_out_stays_out()
    {
        await using var shop = await OpenLandedAsync();

        Assert.Equal((546_789, 546_790, 546_791), (TransIdOf("D100001"), TransIdOf("D200001"), TransIdOf("D200002")));
        Assert.Equal(["stolen-posted"], shop.Texts("SELECT reference FROM document WHERE till = 3"));
        Assert.Equal(("Ada", 1_795), (shop.FindSale("D100001")!.Operator, shop.FindSale("D100001")!.TotalCents));
        Assert.Equal("its till is revoked", Assert.Single(ShopOrchestrator.Desk(shop.Database, shop.Clock).List(all: false)).Reason);
        Assert.Equal([("Ada", false), ("Bob", true)], shop.Database.Reading(Operators.All).Select(o => (o.Name, o.IsDisabled)));

        // Whoever stands at a till notices nothing but the new program.
        var back = await shop.ResyncAsync("back");
        Assert.True(back.Agree);
        Assert.Equal(["D200003"], back.Renumbered.Select(r => r.Docket));
        var front = await shop.ResyncAsync("front");
        Assert.True(front.Agree);
        Assert.Equal(["front-unposted"], front.Renumbered.Select(r => shop.FindSale(r.Docket)!.Reference));
        Replicas.AssertEqual(shop, "front");
        await shop.ResyncAsync("back");
        Replicas.AssertEqual(shop, "back");
        var till = shop.OpenTill("back", true);
        Assert.True(till.Records.IsPinOf("Ada", "1234"));
        Assert.Equal(["Ada"], till.Records.Operators());
        Assert.Equal(2_000, till.Records.VoucherCents(shop.Text("SELECT number FROM voucher")!));
        Assert.Contains("revoked", (await Assert.ThrowsAsync<ServerRefusedException>(() => shop.ResyncAsync("stolen"))).Message, StringComparison.Ordinal);
        Assert.Equal("revoked", shop.Text("SELECT state FROM till WHERE name = 'stolen'"));

        Assert.Empty(shop.BookFaults());
        Assert.Empty(new FeedCheck(shop.Database, BookmineSetup.Instance).Run());

        long? TransIdOf(string docket) => shop.FindSale(docket)!.TransId;
    }

    /// <summary>The landed shop's records under today's server, and its tills' folders under today's programs.</summary>
    private async Task<Shop> OpenLandedAsync()
    {
        var archive = Path.Combine(AppContext.BaseDirectory, "Golden", "shop-1.1", Engine.Name + ".zip");
        Assert.SkipUnless(File.Exists(archive), $"no shop of version 1.1 is at hand for {Engine.Name}");
        var shop = await OpenShopAsync();
        try
        {
            var unpacked = shop.TillFolder("landed");
            await ZipFile.ExtractToDirectoryAsync(archive, unpacked, Cancel);
            await shop.StopServerAsync();
            shop.Clock.SetUtcNow(DayAfter);
            await shop.StartServerOnAsync(Engine.Load(unpacked), Engine);
            foreach (var till in (string[])["front", "back", "stolen"])
            {
                Directory.Move(Path.Combine(unpacked, till), shop.TillFolder(till));
                var identity = Path.Combine(shop.TillFolder(till), "till.json");
                await File.WriteAllTextAsync(identity, Regex.Replace(await File.ReadAllTextAsync(identity, Cancel), "http://127.0.0.1:\\d+", shop.Url), Cancel);
            }
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
