using Bookmine.TillClient;
using Bookmine.TillClient.Screens;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.TillClient;

/// <summary>The POS screen's session: what is entered, and the picture that follows.</summary>
public sealed class PosSessionTests
{
    [Fact]
    public async Task A_sale_is_rung_up_paid_with_change_and_its_docket_shown()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync("3*9780000000019", Sales.Garden, "/pay", "card 20", "50");
        Assert.Contains("D100001  66.35   CHANGE 3.65", picture.Message, StringComparison.Ordinal);
        Assert.Contains("1 unposted 66.35", picture.Status, StringComparison.Ordinal);
        var docket = string.Join('\n', (await pos.TypeAsync("/docket")).Body);
        Assert.Contains("3 x 17.95", docket, StringComparison.Ordinal);
        Assert.Contains("* D100001 *", docket, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quantity_alone_counts_for_the_next_scan_only()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync("4*", Sales.Lighthouse, Sales.Garden);
        Assert.Contains("5 copies   TOTAL 84.30", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_with_several_matches_open_a_choice_and_a_scan_there_is_a_scan()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Equal("Which", (await pos.TypeAsync("calder")).Prompt);
        Assert.Contains("TOTAL 24.00", (await pos.TypeAsync("1")).Total, StringComparison.Ordinal);
        await pos.TypeAsync("calder");
        Assert.Contains("TOTAL 41.95", (await pos.TypeAsync(Sales.Lighthouse)).Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_is_never_taken_for_money()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync(Sales.Lighthouse, "/pay", Sales.Garden);
        Assert.True(picture.IsAlarm);
        Assert.Contains("no amount", picture.Message, StringComparison.Ordinal);
        Assert.Contains("unposted 17.95", (await pos.TypeAsync("")).Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Card_gives_no_change_and_a_typed_slip_says_what_to_type()
    {
        await using var pos = await Counter.OpenAsync();
        Assert.Contains("no change", (await pos.TypeAsync(Sales.Lighthouse, "/pay", "card 50")).Message, StringComparison.Ordinal);
        Assert.Contains("no command", (await pos.TypeAsync("/pya")).Message, StringComparison.Ordinal);
        Assert.Contains("Nothing found", (await pos.BackAndTypeAsync("xyzzy")).Message, StringComparison.Ordinal);
        Assert.Contains("A sale is open", (await pos.TypeAsync("/quit")).Message, StringComparison.Ordinal);
        Assert.False(pos.HasQuit);
    }

    [Fact]
    public async Task Price_discount_and_removal_change_the_line_they_name()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync(Sales.Lighthouse, Sales.Garden, "/price 1 10.00", "/disc 2 0.50", "/del 1");
        Assert.Contains("1 copies   TOTAL 12.00", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_thousand_scans_in_a_burst_are_all_rung_up()
    {
        await using var pos = await Counter.OpenAsync();
        var picture = await pos.TypeAsync([.. Enumerable.Repeat(Sales.Lighthouse, 5_000)]);
        Assert.Contains("5000 copies", picture.Total, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_in_normal_mode_posts_shows_the_report_and_a_sale_then_has_its_TransID()
    {
        await using var pos = await Counter.OpenAsync(unposted: 2, disconnected: false);
        Assert.Contains("  Both sides agree.", pos.Session.Picture.Body);
        Assert.Contains("  D100002 -> 546790", pos.Session.Picture.Body);
        Assert.StartsWith("NORMAL · all posted", pos.Session.Picture.Status, StringComparison.Ordinal);
        Assert.StartsWith("546791", (await pos.BackAndTypeAsync(Sales.Lighthouse, "/pay", "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_docket_is_found_by_its_D_number_and_refunded()
    {
        await using var pos = await Counter.OpenAsync();
        await pos.TypeAsync(Sales.Lighthouse, "/pay", "");
        Assert.Contains(pos.Session.Picture.Status, (await pos.TypeAsync("D100001")).Status, StringComparison.Ordinal);
        Assert.Contains(pos.Session.Picture.Body, l => l.Contains("17.95", StringComparison.Ordinal));
        Assert.StartsWith("Refund all of it", (await pos.BackAndTypeAsync("/refund D100001")).Prompt, StringComparison.Ordinal);
        Assert.Contains("Nothing was refunded", (await pos.TypeAsync("")).Message, StringComparison.Ordinal);
        Assert.Contains("refunded 17.95", (await pos.TypeAsync("/refund D100001", "yes")).Message, StringComparison.Ordinal);
    }

    private sealed class Counter(Shop shop) : IAsyncDisposable
    {
        public PosSession Session { get; private set; } = null!;

        public bool HasQuit { get; private set; }

        public static async Task<Counter> OpenAsync(int unposted = 0, bool disconnected = true)
        {
            var shop = await Shop.OpenAsync();
            await shop.EnrolAsync("front");
            for (var i = 0; i < unposted; i++)
            {
                await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
            }
            var counter = new Counter(shop);
            counter.Session = new PosSession(shop.OpenTill("front", disconnected), shop.Clock, () => { }, () => counter.HasQuit = true);
            counter.Session.Start();
            await counter.Session.SettleAsync();
            return counter;
        }

        public async Task<PosPicture> TypeAsync(params string[] entries)
        {
            foreach (var entry in entries)
            {
                Session.Enter(entry);
            }
            await Session.SettleAsync();
            await Session.SettleAsync();
            return Session.Picture;
        }

        public Task<PosPicture> BackAndTypeAsync(params string[] entries)
        {
            Session.Back();
            return TypeAsync(entries);
        }

        public async ValueTask DisposeAsync()
        {
            await Session.DisposeAsync();
            await shop.DisposeAsync();
        }
    }
}
