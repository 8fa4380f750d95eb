using System.Data;
using System.Data.Common;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Replica;
using Bookmine.Tests.Support;
using Bookmine.TillClient.Files;

namespace Bookmine.Tests.Sync;

/// <summary>
/// A dozen writers at once, each transaction of which writes two rows of one title: whenever a till looks, each title is there twice or not at
/// all, and what was rolled back is nowhere.
/// </summary>
public abstract class FeedUnderLoadTests(Engine engine) : ServerSuite(engine)
{
    private const int Writers = 12;
    private const int Rounds = 80;
    private const int MostRounds = 50 * Rounds;
    private const int PairsPerRound = 12;
    private const int Looks = 3;

    [Fact]
    public async Task A_dozen_writers_lose_no_row_tear_no_transaction_and_invent_nothing()
    {
        await using var shop = await OpenShopAsync();
        await shop.EnrolAsync("front");
        using var open = shop.Connect();
        if (Engine.HasManyWriters)
        {
            // Its rows have the lowest notes of all, and are committed last.
            open.Begin();
            WritePair(open, "pair-left-open", Guid.NewGuid(), Guid.NewGuid());
        }
        using var done = new CancellationTokenSource();
        var (looks, refused) = (0, 0);
        var looking = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await shop.ResyncAsync("front");
                AssertWhole(shop);
                Interlocked.Increment(ref looks);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() => Write(shop, w, () => Volatile.Read(ref looks) >= Looks || looking.IsCompleted, () => Interlocked.Increment(ref refused)))));
        await done.CancelAsync();
        await looking;
        if (Engine.HasManyWriters)
        {
            open.Commit();
        }

        await shop.ResyncAsync("front");

        AssertWhole(shop);
        Assert.InRange(shop.Number("SELECT count(*) FROM stock WHERE title LIKE 'pair-%'"), Writers * Rounds * PairsPerRound / 2, int.MaxValue);
        Assert.Equal(Engine.HasManyWriters ? 2 : 0, shop.Number("SELECT count(*) FROM stock WHERE title = 'pair-left-open'"));
        Replicas.AssertEqual(shop, "front");
        TestContext.Current.TestOutputHelper?.WriteLine($"{shop.Number("SELECT count(*) FROM stock WHERE title LIKE 'pair-%'")} rows, {looks} looks, {refused} transactions refused");
        Assert.True(refused > 0 || !Engine.HasManyWriters, "nothing was refused: the writers did not meet");
        Assert.Empty(new FeedCheck(shop.Database, BookmineSetup.Instance).Run());
    }

    private static void Write(Shop shop, int writer, Func<bool> isEnough, Action countRefused)
    {
        var random = new Random(writer);
        using var session = shop.Connect();
        var pairs = new List<(Guid One, Guid Other)>();
        var made = 0;
        for (var round = 0; (made < Rounds || !isEnough()) && round < MostRounds; round++)
        {
            // Where one writes at a time, the others and the till's look need a gap to come in.
            Thread.Sleep(1);
            try
            {
                Round(session, writer, round, random, pairs);
                made++;
            }
            catch (DbException)
            {
                // Refused by the engine, as a deadlock or for being one of two that cannot both be right: nothing of it may be seen.
                session.Rollback();
                countRefused();
            }
        }
    }

    private static void Round(Session session, int writer, int round, Random random, List<(Guid One, Guid Other)> pairs)
    {
        // Half of the writers as strict as the engine can be, so that it refuses some.
        session.Begin(writer % 2 == 0 ? null : c => c.BeginTransaction(IsolationLevel.Serializable));
        var rolledBack = random.Next(6) == 0;
        var written = new List<(Guid One, Guid Other)>();
        for (var i = 0; i < PairsPerRound; i++)
        {
            var pair = (Guid.NewGuid(), Guid.NewGuid());
            WritePair(session, rolledBack ? "never" : $"pair-{writer}-{round}-{i}", pair.Item1, pair.Item2);
            written.Add(pair);
        }
        if (pairs.Count > 0 && !rolledBack)
        {
            var (one, other) = pairs[random.Next(pairs.Count)];
            if (random.Next(3) == 0)
            {
                session.Execute("DELETE FROM stock WHERE id = @one OR id = @other", one, other);
            }
            else
            {
                session.Execute("UPDATE stock SET title = @title WHERE id = @one OR id = @other", $"pair-{writer}-{round}-again", one, other);
            }
        }
        // The same rows by all, in any order.
        foreach (var isbn in (long[])(random.Next(2) == 0 ? [9780000000019, 9780000000026] : [9780000000026, 9780000000019]))
        {
            session.Execute("UPDATE stock SET publisher = @word WHERE isbn13 = @isbn", rolledBack ? "never" : $"by {writer}", isbn);
        }
        if (rolledBack)
        {
            session.Rollback();
            return;
        }
        session.Commit();
        pairs.AddRange(written);
    }

    private static void WritePair(Session session, string title, Guid one, Guid other)
    {
        session.Execute("INSERT INTO stock (id, code, title) VALUES (@id, 'one', @title)", one, title);
        session.Execute("INSERT INTO stock (id, code, title) VALUES (@id, 'other', @title)", other, title);
    }

    private static void AssertWhole(Shop shop)
    {
        using var session = new Session(SqliteFiles.Open(new ReplicaFolder(Disk.Files, shop.TillFolder("front")).Current!));
        Assert.Null(session.Scalar("SELECT title FROM stock WHERE title LIKE 'pair-%' GROUP BY title HAVING count(*) <> 2"));
        Assert.Null(session.Scalar("SELECT title FROM stock WHERE title = 'never' OR publisher = 'never'"));
    }
}
