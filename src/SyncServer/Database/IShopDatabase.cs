using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Database;

/// <summary>What carrying a shop from one engine to another needs of each, beside what serving needs.</summary>
public interface IShopDatabase : IServerDatabase
{
    /// <summary>How messages call it; without a password.</summary>
    string Name { get; }

    /// <summary>Runs the work on one state of the database while nobody else writes to it, and writes what the work writes.</summary>
    T Frozen<T>(Func<Session, T> work);

    /// <summary>Statements around the loading of a table whose numbers the engine gives by itself: they go on after the highest that was loaded.</summary>
    (string? Before, string? After) LoadingNumbers(string table);
}
