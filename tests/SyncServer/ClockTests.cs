using Bookmine.Schema;
using Bookmine.Sync.Clocks;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Clocks;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Finding;
using Microsoft.Extensions.Time.Testing;

namespace Bookmine.Tests.SyncServer;

/// <summary>A clock that nobody knows to be right dates nothing: posting waits, and all else goes on.</summary>
public abstract class ClockTests(Engine engine) : ServerSuite(engine)
{
    private const int Year = 365;

    [Fact]
    public async Task A_server_that_has_started_a_year_ahead_posts_nothing_before_it_is_put_right_and_then_with_the_right_date()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var machine = new Machine(shop.Clock) { Offset = TimeSpan.FromDays(Year) };
        await RestartAsync(shop, machine);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));

        var put = await shop.ResyncAsync("front");

        Assert.Contains("does not know whether its clock is right", put.PutOff!.Why, StringComparison.Ordinal);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document"));
        Assert.Equal(1, shop.OpenTill("front", false).Status().Unposted);

        machine.Offset = TimeSpan.Zero;
        Assert.Null((await shop.ResyncAsync("front", ofAnotherMachine: true)).PutOff);
        Assert.Equal(Shop.Monday.ToUnixTimeMilliseconds(), shop.Number("SELECT posted_at FROM document"));
    }

    [Fact]
    public async Task A_till_of_another_machine_that_agrees_ends_the_doubt_and_one_of_the_same_does_not()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await RestartAsync(shop, new Machine(shop.Clock));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        Assert.NotNull((await shop.ResyncAsync("front")).PutOff);

        var report = await shop.ResyncAsync("front", ofAnotherMachine: true);

        Assert.Null(report.PutOff);
        Assert.Equal(1, report.Posted.Sales);
    }

    [Fact]
    public async Task What_is_pushed_all_the_same_is_neither_posted_nor_blamed()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await RestartAsync(shop, new Machine(shop.Clock));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await using (var till = new CrashingTill(shop, "front"))
        {
            var away = await Assert.ThrowsAnyAsync<Exception>(() => till.Channel.PushAsync(Guid.NewGuid(), till.Journal.After(0, 10), "", CancellationToken.None));
            Assert.Contains("clock", away.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, shop.Number("SELECT count(*) FROM sync_inbox"));
        Assert.Equal(1, (await shop.ResyncAsync("front", ofAnotherMachine: true)).Posted.Sales);
    }

    [Fact]
    public async Task Somebody_at_a_till_says_that_the_time_is_right()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        await RestartAsync(shop, new Machine(shop.Clock));
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        var asked = (await shop.ResyncAsync("front")).PutOff!.Asks!.Value;
        var till = shop.OpenTill("front", false);
        Assert.Equal("Monday 2 November 2026, 12:00", till.Spoken(asked));
        Assert.StartsWith("ready, but posting waits", await ReadyAsync(shop), StringComparison.Ordinal);

        await till.AcceptClockAsync(asked, null);

        Assert.Equal(1, (await shop.ResyncAsync("front")).Posted.Sales);
        Assert.Equal("ready", await ReadyAsync(shop));
    }

    [Fact]
    public async Task A_clock_set_ahead_while_the_server_runs_dates_nothing_and_downloads_go_on()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var machine = new Machine(shop.Clock);
        await RestartAsync(shop, machine);
        await shop.ResyncAsync("front", ofAnotherMachine: true);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        machine.Offset = TimeSpan.FromDays(Year);
        shop.Write("UPDATE holding SET price_cents = 990 WHERE branch = 1");

        var report = await shop.ResyncAsync("front", ofAnotherMachine: true);

        Assert.NotNull(report.PutOff);
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document"));
        // Time goes on from what was believed, at its own pace.
        var before = shop.Get<ServerClock>().GetUtcNow();
        Assert.Equal(shop.Clock.GetUtcNow(), before);
        shop.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(shop.Clock.GetUtcNow(), shop.Get<ServerClock>().GetUtcNow());
        Assert.Equal(990, Assert.IsType<FoundStock>(Assert.Single(await shop.OpenTill("front", true).FindAsync("9780000000019"))).PriceCents);
    }

    [Fact]
    public async Task What_was_posted_under_a_clock_ahead_is_dated_anew_and_stays_so_after_a_restore()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        var copy = await shop.CopyRecordsAsync();
        // A clock that a time server keeps is believed, whatever it says.
        var machine = new Machine(shop.Clock) { IsSynchronised = true, Offset = TimeSpan.FromDays(Year) };
        await RestartAsync(shop, machine);
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Lighthouse));
        await shop.ResyncAsync("front");
        Assert.Equal(20271102, shop.Number("SELECT posted_day FROM document"));
        machine.Offset = TimeSpan.Zero;
        await shop.OpenTill("front", true).SellAsync(Sales.Of(Sales.Garden));

        Assert.Contains("clock repair", (await shop.ResyncAsync("front")).PutOff!.Why, StringComparison.Ordinal);
        var repaired = shop.Database.Writing(session => shop.Get<ServerClock>().Repair(session, new EntityIds(shop.Clock)));

        Assert.Equal((1, Shop.Monday.ToUnixTimeMilliseconds()), (repaired.Transactions, repaired.Now));
        Assert.Equal(1, (await shop.ResyncAsync("front")).Posted.Sales);
        foreach (var (table, at, day) in (IEnumerable<(string, string, string)>)
            [("document", "posted_at", "posted_day"), ("payment", "paid_at", "paid_day"), ("stock_movement", "posted_at", "posted_day")])
        {
            Assert.Equal(0, shop.Number($"SELECT count(*) FROM {table} WHERE document_id IS NOT NULL AND ({day} <> 20261102 OR month <> 202611 OR {at} > @now)".Replace(
                "document_id IS NOT NULL", table == "document" ? "1 = 1" : "document_id IS NOT NULL", StringComparison.Ordinal), shop.Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        }
        Assert.Equal(0, shop.Number("SELECT count(*) FROM document_line WHERE month <> 202611"));
        Assert.Empty(new FeedCheck(shop.Database, BookmineSetup.Instance).Run());
        Assert.Empty(shop.BookFaults());
        Assert.NotEmpty(await shop.OpenTill("front", true).FindAsync("D100001"));

        await shop.PutRecordsBackAsync(copy);
        await shop.StartServerAsync(machine, machine);
        Assert.True((await shop.ResyncAsync("front")).Agree);
        Assert.Equal(2, shop.Number("SELECT count(*) FROM document WHERE posted_day = 20261102"));
    }

    /// <summary>On a machine that has just started.</summary>
    private static async Task RestartAsync(Shop shop, Machine machine)
    {
        await shop.StopServerAsync();
        machine.Boot();
        await shop.StartServerAsync(machine, machine);
    }

    private static async Task<string> ReadyAsync(Shop shop)
    {
        shop.Clock.Advance(TimeSpan.FromSeconds(2));
        using var client = new HttpClient();
        return await client.GetStringAsync(shop.Url + "/health/ready");
    }

    /// <summary>A server's machine without a time server, whose clock may be off.</summary>
    private sealed class Machine(FakeTimeProvider time) : TimeProvider, IMachineClock
    {
        private DateTimeOffset booted = time.GetUtcNow();

        public TimeSpan Offset { get; set; }

        public bool IsSynchronised { get; init; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public void Boot() => booted = time.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Offset;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);

        public MachineReading Read(long now) =>
            new(MachineClock.This(time).Read(now).Machine, (booted + Offset).ToUnixTimeMilliseconds(), IsSynchronised, true);
    }
}
