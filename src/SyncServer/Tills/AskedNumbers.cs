using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Tills;

/// <summary>The record of dockets' numbers that tills asked the server for, which shows how often tills lack what they are shown.</summary>
public sealed class AskedNumbers(IServerDatabase database, TimeProvider clock)
{
    public void Note(long till, string number, bool isFound) => database.Writing(session => session.Execute(
        "INSERT INTO lookup (till, asked_at, number, found) VALUES (@till, @at, @number, @found)",
        till, clock.GetUtcNow().ToUnixTimeMilliseconds(), number, isFound ? 1L : 0L));
}
