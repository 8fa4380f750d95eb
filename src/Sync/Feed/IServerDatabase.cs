using Bookmine.Sync.Data;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Feed;

/// <summary>
/// The server's database as the engine needs it: three kinds of transaction, and the few statements that differ between engines. One
/// implementation an engine; each opens, retries and limits as its engine requires.
/// </summary>
public interface IServerDatabase : IDisposable
{
    /// <summary>
    /// Runs the work in a writing transaction. The work may be run again when the engine asks for it. Others may write at the same time: a row that
    /// is read in order to be changed is locked first, by an update that changes nothing.
    /// </summary>
    /// <exception cref="DatabaseAwayException">The database does not answer; nothing was done, unless it went in the middle of the commit.</exception>
    T Writing<T>(Func<Session, T> work);

    /// <summary>Runs the work alone among sequencers, seeing one state of the database, and blocking no writer of domain rows for longer than it takes.</summary>
    /// <returns>False when it could not begin soon, because someone else's transaction is open: what there is to do waits for the next call.</returns>
    bool TrySequencing(Action<Session> work);

    /// <summary>
    /// Whether a failure comes from the data at hand and would come again with it; false for one of the machine (busy, disk full, I/O),
    /// after which the same data is simply given again.
    /// </summary>
    bool ComesFromData(Exception failure);

    /// <summary>Runs the work seeing one state of the database, without locks.</summary>
    T Reading<T>(Func<Session, T> work);

    /// <summary>Notices commits, for less than it would cost to look at what they brought. For one thread at a time.</summary>
    IChangeWatch Watch();

    /// <summary>The engine's tables as the sequencer and the orchestrator use them; harmless when they are there.</summary>
    string EngineTables { get; }

    /// <summary>Statements that make the table's triggers afresh; each change appends the row's key to <c>sync_dirty</c>.</summary>
    IEnumerable<string> Triggers(SyncTable table);
}

/// <summary>Notices that something was committed, by whatever program.</summary>
public interface IChangeWatch : IDisposable
{
    /// <summary>How often to ask.</summary>
    TimeSpan Every { get; }

    /// <summary>Whether anything may have been committed since the last time, or ever at the first.</summary>
    bool HasChanged();
}

/// <summary>Another host has brought the database to a newer program's tables; this one writes nothing in it any more.</summary>
/// <param name="name">How messages call it; without a password.</param>
public sealed class ProgramOutdatedException(string name)
    : Exception($"{name} was brought to a newer program's tables by another bookmine-server. Stop this one and start the newer; nothing was changed.");

/// <summary>The database does not answer at this moment, or takes no writes; what was asked is simply asked again later.</summary>
public sealed class DatabaseAwayException : Exception
{
    /// <param name="name">How messages call it; without a password.</param>
    public DatabaseAwayException(string name, Exception cause)
        : base($"{name} is away ({cause.Message})", cause)
    {
    }

    /// <param name="name">How messages call it.</param>
    /// <param name="words">What is wrong and what to do; may be shown to anybody.</param>
    public DatabaseAwayException(string name, string words, Exception cause)
        : base($"{name}: {words}. Nothing was half-done.", cause) => Words = words;

    /// <summary>What is wrong and what to do, where the engine says it plainly; names no place.</summary>
    public string? Words { get; }
}
