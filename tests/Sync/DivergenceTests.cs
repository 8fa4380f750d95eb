using System.Globalization;
using System.Text;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer;
using Bookmine.TillClient;
using Bookmine.TillClient.Files;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Sync;

/// <summary>What was changed behind the engine's back is found and mended without a person, and the administrator is told.</summary>
public abstract class DivergenceTests(Engine engine) : ServerSuite(engine)
{
    private const int Titles = 3_000;

    public static TheoryData<string> InTheReplica => new(
        "UPDATE stock SET title = 'another' WHERE code = @code",
        "DELETE FROM stock WHERE code = @code",
        "INSERT INTO stock (id, code, title) SELECT randomblob(16), 'ghost', 'A ghost' WHERE @code IS NOT NULL",
        "UPDATE holding SET price_cents = 1 WHERE stock_id = (SELECT id FROM stock WHERE code = @code)",
        "DELETE FROM holding WHERE stock_id = (SELECT id FROM stock WHERE code = @code)",
        "UPDATE till_head SET n = n + 0, branch = 2 WHERE @code IS NOT NULL",
        "UPDATE branch SET header = 'another' WHERE @code IS NOT NULL",
        "UPDATE sync_digest SET rows = rows + 1 WHERE @code IS NOT NULL");

    [Theory]
    [MemberData(nameof(InTheReplica))]
    public async Task A_replica_that_was_changed_is_found_by_check_and_replaced(string change)
    {
        await using var shop = await OpenAsync();
        var till = shop.OpenTill("front", false);
        Assert.Null((await till.CheckReplicaAsync()).Fault);
        Change(shop, change);

        Assert.NotNull((await till.CheckReplicaAsync()).Fault);

        Replicas.AssertEqual(shop, "front");
        Assert.Null((await till.CheckReplicaAsync()).Fault);
        Assert.NotEqual(0, shop.Number("SELECT count(*) FROM finding WHERE kind = 'replica mended'"));
    }

    [Theory]
    [MemberData(nameof(InTheReplica))]
    public async Task A_replica_that_was_changed_is_found_by_the_rolling_recount(string change)
    {
        await using var shop = await OpenAsync();
        var till = shop.OpenTill("front", false);
        await till.SynchroniseAsync();
        Change(shop, change);
        var (before, rounds) = (Current(shop), 0);
        // Changes go on meanwhile, before and behind the place the recount has come to.
        for (; Current(shop) == before && rounds < 12; rounds++)
        {
            shop.Clock.Advance(TimeSpan.FromMinutes(2));
            shop.Write("UPDATE stock SET publisher = @word WHERE code < 'B' OR isbn13 % 7 = @seven", $"p{rounds}", (long)rounds % 7);
            await till.SynchroniseAsync();
        }
        Assert.InRange(rounds, 1, 11);
        Replicas.AssertEqual(shop, "front");
        await till.SynchroniseAsync();
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'replica mended'"));
    }

    [Fact]
    public async Task A_sound_replica_is_never_replaced_whatever_changes_while_it_is_recounted()
    {
        await using var shop = await OpenAsync();
        var till = shop.OpenTill("front", false);
        var before = Current(shop);
        var random = new Random(7);
        for (var i = 0; i < 30; i++)
        {
            shop.Clock.Advance(TimeSpan.FromMinutes(2));
            shop.Write("UPDATE stock SET publisher = @word WHERE isbn13 % 11 = @rest", $"p{i}", (long)random.Next(11));
            shop.Write("DELETE FROM stock WHERE isbn13 % 997 = @rest", (long)random.Next(997));
            shop.Write("UPDATE holding SET price_cents = @price WHERE on_hand % 5 = @rest", (long)random.Next(1, 900), (long)random.Next(5));
            shop.ImportStock(string.Create(CultureInfo.InvariantCulture, $"isbn13,title,price_cents,on_hand\n{Isbn13(900_000 + i)},New {i},100,1"));
            await till.SellAsync(Sales.Of(Sales.Garden));
            await till.SynchroniseAsync();
            Assert.Equal(before, Current(shop));
        }
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task A_damaged_replica_file_is_replaced_at_the_next_synchronisation()
    {
        await using var shop = await OpenAsync();
        var file = Current(shop);
        await using (var disk = new FileStream(file, FileMode.Open))
        {
            for (var page = 20; page < disk.Length / 4096; page++)
            {
                disk.Seek(page * 4096L, SeekOrigin.Begin);
                disk.Write(new byte[64]);
            }
        }
        var till = shop.OpenTill("front", false);
        await Assert.ThrowsAsync<TillException>(async () => await till.FindAsync("title 77"));
        for (var i = 0; i < 12 && Current(shop) == file; i++)
        {
            shop.Clock.Advance(TimeSpan.FromMinutes(2));
            await till.SynchroniseAsync();
        }
        Assert.NotEqual(file, Current(shop));
        Replicas.AssertEqual(shop, "front");
    }

    [Fact]
    public async Task Thousands_of_rows_changed_without_the_triggers_are_found_by_the_servers_check_and_reach_the_tills()
    {
        await using var shop = await OpenAsync();
        shop.Database.Writing(session =>
        {
            Engine.TriggersOff(session, "stock", "holding");
            session.Execute("UPDATE stock SET title = concat('changed ', code) WHERE isbn13 % 3 = 0");
            session.Execute("DELETE FROM stock WHERE isbn13 % 3 = 1");
            session.Execute($"INSERT INTO stock (id, code, title) SELECT {Engine.NewGuid}, concat('x', code), 'An added one' FROM stock");
            session.Execute("UPDATE holding SET price_cents = price_cents + 1");
            return true;
        });

        var (feed, _) = ShopCheck.Run(shop.Database, shop.Clock);

        Assert.InRange(feed.Count, 2 * Titles, 6 * Titles);
        Assert.Equal(1, shop.Number("SELECT count(*) FROM finding WHERE kind = 'feed mended'"));
        Assert.Empty(ShopCheck.Run(shop.Database, shop.Clock).Feed);
        var till = shop.OpenTill("front", false);
        await till.SynchroniseAsync();
        Replicas.AssertEqual(shop, "front");
        Assert.Null((await till.CheckReplicaAsync()).Fault);
    }

    [Theory]
    [InlineData("UPDATE sync_replica SET name = 'schemb' WHERE name = 'schema' AND @code IS NOT NULL")]
    [InlineData("UPDATE sync_replica SET value = 'x' WHERE @code IS NOT NULL")]
    [InlineData("DELETE FROM sync_replica WHERE @code IS NOT NULL")]
    [InlineData("DELETE FROM sync_cursor WHERE @code IS NOT NULL")]
    public async Task A_replica_that_does_not_say_what_it_is_is_replaced_at_the_next_synchronisation(string change)
    {
        await using var shop = await OpenAsync();
        Change(shop, change);
        var till = shop.OpenTill("front", false);

        await till.SynchroniseAsync();

        Replicas.AssertEqual(shop, "front");
        Assert.Null((await till.CheckReplicaAsync()).Fault);
    }

    [Theory]
    [InlineData("UPDATE sync_feed SET bytes = {bytes} WHERE seq % 5 = 0 AND removed = 0")]
    [InlineData("UPDATE sync_feed SET hash = {bytes} WHERE seq % 5 = 0")]
    [InlineData("DELETE FROM sync_feed WHERE seq % 5 = 0")]
    [InlineData("UPDATE sync_digest SET rows = rows + 1")]
    [InlineData("UPDATE sync_digest SET sum = {bytes}")]
    [InlineData("DELETE FROM sync_digest")]
    public async Task A_feed_that_was_changed_is_mended_by_the_servers_check(string change)
    {
        await using var shop = await OpenAsync();
        shop.Write(change.Replace("{bytes}", Engine.SixteenBytes, StringComparison.Ordinal));
        Assert.NotEmpty(ShopCheck.Run(shop.Database, shop.Clock).Feed);
        Assert.Empty(ShopCheck.Run(shop.Database, shop.Clock).Feed);
        var till = shop.OpenTill("front", false);
        await till.SynchroniseAsync();
        await till.ReprovisionAsync();
        Replicas.AssertEqual(shop, "front");
        Assert.Null((await till.CheckReplicaAsync()).Fault);
    }

    [Fact]
    public async Task A_feed_that_an_older_program_kept_unpacked_is_served_and_found_sound()
    {
        await using var shop = await OpenAsync();
        shop.Database.Writing(Unpack);

        Assert.Empty(ShopCheck.Run(shop.Database, shop.Clock).Feed);
        var till = shop.OpenTill("front", false);
        await till.ReprovisionAsync();
        Replicas.AssertEqual(shop, "front");

        static int Unpack(Session session)
        {
            var rows = new List<(long Seq, byte[] Bytes)>();
            using (var reader = session.Query("SELECT seq, bytes FROM sync_feed WHERE removed = 0"))
            {
                while (reader.Read())
                {
                    rows.Add((reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
                }
            }
            return rows.Sum(row =>
            {
                Assert.NotEqual(0, row.Bytes[0]);
                return session.Execute("UPDATE sync_feed SET bytes = @bytes WHERE seq = @seq", PackedRow.Unpack(row.Bytes), row.Seq);
            });
        }
    }

    [Fact]
    public void The_nightly_check_comes_at_three()
    {
        Assert.Equal(TimeSpan.FromHours(1), NightlyWork.UntilNext(new DateTimeOffset(2026, 11, 2, 2, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 1, 3, 0, 0, TimeSpan.Zero)));
        Assert.Equal(TimeSpan.FromHours(24), NightlyWork.UntilNext(new DateTimeOffset(2026, 11, 2, 3, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 2, 3, 0, 0, TimeSpan.Zero)));
        // A server that is switched off at night does it by day.
        Assert.Equal(TimeSpan.FromMinutes(15), NightlyWork.UntilNext(new DateTimeOffset(2026, 11, 4, 9, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 2, 9, 15, 0, TimeSpan.Zero)));
        Assert.Equal(TimeSpan.FromMinutes(15), NightlyWork.UntilNext(new DateTimeOffset(2026, 11, 4, 9, 0, 0, TimeSpan.Zero), null));
    }

    private async Task<Shop> OpenAsync()
    {
        var shop = await OpenShopAsync();
        var csv = new StringBuilder("isbn13,title,price_cents,on_hand\n");
        for (var i = 0; i < Titles; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Isbn13(i + 100)},Title {i},{100 + i},{i % 9}\n");
        }
        shop.ImportStock(csv.ToString());
        await shop.EnrolAsync("front");
        return shop;
    }

    private static string Isbn13(int number)
    {
        var first = string.Create(CultureInfo.InvariantCulture, $"978{number:d9}");
        var sum = first.Select((c, i) => (c - '0') * (i % 2 == 0 ? 1 : 3)).Sum();
        return first + ((10 - (sum % 10)) % 10);
    }

    private static string Current(Shop shop) => new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current!;

    private static void Change(Shop shop, string change)
    {
        using var session = new Session(SqliteFiles.Open(Current(shop)));
        session.Script("PRAGMA busy_timeout = 5000");
        var code = session.Scalar("SELECT code FROM stock ORDER BY id LIMIT 1 OFFSET 1234");
        Assert.NotEqual(0, session.Execute(change, code));
    }
}
