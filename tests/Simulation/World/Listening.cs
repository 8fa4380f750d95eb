using Bookmine.Simulation.Disk;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Wire;
using Bookmine.TillClient;

namespace Bookmine.Simulation.World;

/// <summary>
/// Tills that wait for news at the server, and its watcher. News is told, lost, told late or twice, and overtaken by whatever else happens; none of it may
/// matter, and nobody may wait on while the feed holds something for him that the watcher has gone by.
/// </summary>
internal sealed class Listening(ShopWorld world, Counter counter)
{
    private readonly Dictionary<SimTill, (NewsBoard Board, Till? Program, NewsWait Wait, NewsRequest Request)> waits = [];

    /// <summary>The till asks for news as its screen does: a no is waited on, and anything else makes it synchronise and ask again.</summary>
    public void Listen(SimTill till)
    {
        for (var times = 0; times < 3 && !Ask(till); times++)
        {
        }
    }

    /// <returns>Whether the till waits now, or cannot.</returns>
    private bool Ask(SimTill till)
    {
        GiveUp(till);
        if (till.Program is null || till.Disconnected || till.Disk.IsDead || !world.Server.IsUp || Request(till) is not { } request)
        {
            return true;
        }
        var isNews = true;
        try
        {
            isNews = till.Line.NewsAsync(request, CancellationToken.None).GetAwaiter().GetResult().IsNews;
        }
        catch (Exception e) when (e is ServerAwayException or ServerRefusedException)
        {
            world.Tell($"{till.Name} hears nothing: {e.Message}");
        }
        if (!isNews && world.Server.IsUp)
        {
            try
            {
                isNews = !Enter(till, request);
            }
            catch (Exception) when (world.Server.Disk.IsDead || world.Server.Disk.HasFaulted)
            {
                Excuse.DiskFailed.Use();
                return true;
            }
        }
        if (isNews)
        {
            counter.Resync(till);
        }
        return !isNews;
    }

    /// <summary>The wait that the server keeps, entered anew because the request over the line has ended; then the look that comes after entering.</summary>
    /// <returns>Whether the till waits.</returns>
    private bool Enter(SimTill till, NewsRequest request)
    {
        var board = world.Server.Orchestrator.News;
        if (world.Server.Read(s => world.Server.Tills.ScopeOf(s, till.Identity.Till)) is { } scope)
        {
            waits[till] = (board, till.Program, board.Enter(till.Identity.Till), request);
            waits[till].Wait.Scope = scope;
            if (!world.Server.Read(s => IsNews(s, scope, request)))
            {
                return true;
            }
            GiveUp(till);
        }
        return false;
    }

    private static bool IsNews(Session session, IReadOnlyList<string> scope, NewsRequest request) =>
        FeedState.Read(session).Epoch != request.Epoch || new FeedReader(session, scope).AnythingAfter(request.Cursors);

    /// <summary>The watcher looks once, and those whom it has woken do what they do.</summary>
    public void Watch()
    {
        if (!world.Server.IsUp || world.Server.Disk.IsDead)
        {
            return;
        }
        var board = world.Server.Orchestrator.News;
        // A program that has ended waits no more, and the next one has not asked yet.
        foreach (var till in waits.Keys.Where(t => waits[t].Board != board || t.Program != waits[t].Program || t.Disk.IsDead).ToList())
        {
            GiveUp(till);
        }
        bool toldAll;
        try
        {
            toldAll = board.Look();
            board.Tell();
            toldAll &= board.IsAllTold;
        }
        catch (Exception) when (world.Server.Disk.IsDead || world.Server.Disk.HasFaulted)
        {
            Excuse.DiskFailed.Use();
            return;
        }
        // All are looked at before anyone does anything: what the woken do is news of its own, for the next look.
        foreach (var (till, (_, _, wait, request)) in waits.Where(w => toldAll && !w.Value.Wait.Woken.IsCompleted).ToList())
        {
            RequireNoNews(till, wait, request);
        }
        foreach (var till in waits.Where(w => w.Value.Wait.Woken.IsCompleted).Select(w => w.Key).ToList())
        {
            Hear(till);
        }
    }

    private void Hear(SimTill till)
    {
        switch (world.Random.Next(5))
        {
            case 0:
                world.Log.Met("News", "lost");
                GiveUp(till);
                break;
            case 1:
                world.Log.Met("News", "late");
                break;
            case 2:
                world.Log.Met("News", "twice");
                GiveUp(till);
                counter.Resync(till);
                counter.Resync(till);
                break;
            default:
                world.Log.Met("News", "told");
                GiveUp(till);
                counter.Resync(till);
                break;
        }
    }

    /// <summary>Whoever was not woken has nothing to fetch, as long as his buckets are those that he waits for.</summary>
    private void RequireNoNews(SimTill till, NewsWait wait, NewsRequest request)
    {
        try
        {
            var scope = world.Server.Read(s => world.Server.Tills.ScopeOf(s, wait.Client));
            if (scope is null || !scope.SequenceEqual(wait.Scope!))
            {
                GiveUp(till);
                return;
            }
            var (isNews, isWhole) = world.Server.Read(s => (IsNews(s, scope, request), !FeedState.NeedsPass(s)));
            world.Model.Require(!isNews || !isWhole, $"{till.Name} waits for news, and there is some that it was not woken for");
        }
        catch (Exception) when (world.Server.Disk.IsDead || world.Server.Disk.HasFaulted)
        {
            Excuse.DiskFailed.Use();
        }
    }

    private void GiveUp(SimTill till)
    {
        if (waits.Remove(till, out var held))
        {
            held.Wait.Dispose();
        }
    }

    /// <summary>What the till asks with, read from its replica as its program reads it.</summary>
    private static NewsRequest? Request(SimTill till)
    {
        try
        {
            if (new ReplicaFolder(till.Disk, till.Folder).Current is not { } path)
            {
                return null;
            }
            using var replica = ReplicaFile.Open(Schema.BookmineSetup.Instance, till.Disk, path);
            return replica.Epoch is { } epoch ? new NewsRequest(epoch, replica.Cursors(), 0) : null;
        }
        catch (Exception e) when (till.Disk.IsDead || till.Disk.HasFaulted || DamagedValueException.IsDamage(till.Disk, e))
        {
            return null;
        }
    }
}
