using System.Data;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Database;

/// <summary>What a failure of a database server means for the transaction it ended.</summary>
internal enum FailureKind
{
    /// <summary>Not the database's: the work's own.</summary>
    Own,

    /// <summary>The data at hand: it would come again with it.</summary>
    Data,

    /// <summary>A row that may be there once is there; perhaps since a moment ago.</summary>
    Duplicate,

    /// <summary>The engine ended one of two that stood in each other's way, and asks that it be run again.</summary>
    Collision,

    /// <summary>A lock was not to be had in the time given.</summary>
    Locked,

    /// <summary>The server is gone, going, full, or takes no writes.</summary>
    Away,

    /// <summary>Anything else of the database's.</summary>
    Other,
}

/// <summary>
/// A database that is a server, for one host or many: writers work side by side, and lines break. What engines differ in is left to each.
/// </summary>
public abstract class NetworkDatabase(string name) : IShopDatabase
{
    private const int MostAttempts = 5;
    private const int PauseMilliseconds = 40;

    public string Name { get; } = name;

    public abstract string EngineTables { get; }

    public abstract IEnumerable<string> Triggers(SyncTable table);

    public abstract bool TrySequencing(Action<Session> work);

    public abstract T Frozen<T>(Func<Session, T> work);

    public abstract (string? Before, string? After) LoadingNumbers(string table);

    public T Writing<T>(Func<Session, T> work) => Run(IsolationLevel.ReadCommitted, null, session =>
    {
        TablesVersion.Require(session, Name);
        return work(session);
    });

    public T Reading<T>(Func<Session, T> work) => Run(OneState, null, work);

    public IChangeWatch Watch() => new AlwaysLook();

    public bool ComesFromData(Exception failure) => KindOf(failure) switch
    {
        FailureKind.Data or FailureKind.Duplicate => true,
        FailureKind.Own => failure is not (DatabaseAwayException or ProgramOutdatedException or IOException or TimeoutException or OutOfMemoryException),
        _ => false,
    };

    public abstract void Dispose();

    /// <summary>The isolation in which a transaction sees one state of the database throughout.</summary>
    private protected abstract IsolationLevel OneState { get; }

    private protected abstract Session OpenSession();

    /// <summary>What the engine's driver says.</summary>
    private protected abstract FailureKind OwnKindOf(Exception failure);

    /// <summary>
    /// Runs the work in a transaction, again when the engine asks for it or the line broke; not when the line broke at the commit, because then
    /// it may have been done.
    /// </summary>
    /// <param name="first">Statements before any other of the transaction; null for none.</param>
    private protected T Run<T>(IsolationLevel isolation, string? first, Func<Session, T> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            var committing = false;
            try
            {
                using var session = OpenSession();
                session.Begin(connection => connection.BeginTransaction(isolation));
                if (first is not null)
                {
                    session.Script(first);
                }
                var result = work(session);
                session.ExecuteWaiting();
                committing = true;
                session.Commit();
                return result;
            }
            catch (Exception e) when (attempt < MostAttempts && MayPass(KindOf(e), attempt, committing))
            {
                Thread.Sleep(attempt * PauseMilliseconds);
            }
            catch (Exception e) when (KindOf(e) == FailureKind.Away)
            {
                throw new DatabaseAwayException(Name, e);
            }
        }
    }

    /// <summary>Asks something of the server outside any transaction.</summary>
    private protected T Answered<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (KindOf(e) == FailureKind.Away)
        {
            throw new DatabaseAwayException(Name, e);
        }
    }

    private FailureKind KindOf(Exception failure) => failure is ChangedMeanwhileException ? FailureKind.Collision : OwnKindOf(failure);

    private static bool MayPass(FailureKind failure, int attempt, bool committing) => failure switch
    {
        FailureKind.Collision => true,
        // Two have added the same row at the same moment: the second finds it when it looks again.
        FailureKind.Duplicate => attempt == 1,
        FailureKind.Away => !committing,
        _ => false,
    };

    /// <summary>To look is two short reads; to be notified would put an end to commits side by side (NOTIFY takes a lock of the whole database).</summary>
    private sealed class AlwaysLook : IChangeWatch
    {
        public TimeSpan Every => TimeSpan.FromMilliseconds(500);

        public bool HasChanged() => true;

        public void Dispose()
        {
        }
    }
}
