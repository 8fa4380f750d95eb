using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Authority;

/// <summary>
/// The shop's database for one deed of somebody's: whatever is written is written with its row of the audit log, in the same transaction.
/// For what is done by parts of the program
/// that know nothing of who does it.
/// </summary>
/// <remarks>Work that answers false has done nothing.</remarks>
/// <param name="database">Stays open when this is disposed.</param>
/// <param name="demand">Asks in each writing's transaction whether it is theirs to do; null where it is anybody's who may work.</param>
public sealed class AuditedDatabase(
    IServerDatabase database, TimeProvider clock, Actor actor, string deed, string subject, string? detail = null, Action<Session, Rights>? demand = null)
    : IServerDatabase
{
    public string EngineTables => database.EngineTables;

    public T Writing<T>(Func<Session, T> work) => database.Writing(session =>
    {
        var rights = Rights.Of(session, actor);
        demand?.Invoke(session, rights);
        var result = work(session);
        if (result is not false)
        {
            AuditLog.Write(session, clock, actor, deed, subject, detail);
        }
        return result;
    });

    public bool TrySequencing(Action<Session> work) => database.TrySequencing(work);

    public bool ComesFromData(Exception failure) => database.ComesFromData(failure);

    public T Reading<T>(Func<Session, T> work) => database.Reading(work);

    public IChangeWatch Watch() => database.Watch();

    public IEnumerable<string> Triggers(SyncTable table) => database.Triggers(table);

    public void Dispose()
    {
    }
}
