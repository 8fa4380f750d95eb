using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.Authority;

/// <summary>How a till stands with its server.</summary>
public enum TillState
{
    /// <summary>In use.</summary>
    Enrolled,

    /// <summary>A new machine was enrolled under its name in its branch. It may what an enrolled one may, and is not counted among those in use.</summary>
    Superseded,

    /// <summary>A person has let it in no more; it stays so until one takes that back.</summary>
    Revoked,
}

/// <summary>What a till may ask for.</summary>
public enum TillDeed
{
    /// <summary>Saying hello, bringing what it has sold, also what lies beyond a fork.</summary>
    Bring,

    /// <summary>Records of the shop: pulls, snapshots, news, look-ups, totals.</summary>
    Download,

    /// <summary>Changing records.</summary>
    Edit,

    /// <summary>Its own entries back, after it has lost its journal's end.</summary>
    Refill,

    /// <summary>A new identity after a fork.</summary>
    Renew,

    /// <summary>More D-numbers.</summary>
    Numbers,
}

/// <summary>
/// The one table of what follows from a till's state. Endpoints ask it before any work, and what writes asks it again in its own transaction, since a
/// person may have changed the state meanwhile. Whatever the state, what a till has sold can be brought.
/// </summary>
public static class TillStates
{
    /// <summary>The state as the records spell it.</summary>
    public static string Text(this TillState state) => state.ToString().ToLowerInvariant();

    /// <exception cref="InvalidDataException">The records name a state that this program does not know.</exception>
    public static TillState Read(string text) =>
        Enum.TryParse<TillState>(text, ignoreCase: true, out var state) ? state
        : throw new InvalidDataException($"A till's state is “{text}”, which this program does not know.");

    public static bool May(this TillState state, TillDeed deed) => state != TillState.Revoked || deed == TillDeed.Bring;

    /// <summary>Why a revoked till may not, and what to do.</summary>
    public const string WhyNot = "This till was revoked. What it has sold and not posted stays in its journal: keep its folder. "
        + "The manager lets it in again with bookmine-server till revoke TILL --undo.";

    /// <summary>Asks again inside a transaction.</summary>
    /// <exception cref="TillForbiddenException">It may not, or no longer.</exception>
    public static void Demand(Session session, long till, TillDeed deed)
    {
        var locked = $"SELECT state FROM till{session.Dialect.LockHint} WHERE id = @till{session.Dialect.LockEnd}";
        var state = session.Scalar(locked, till) is string text ? Read(text) : TillState.Revoked;
        if (!state.May(deed))
        {
            throw new TillForbiddenException(WhyNot);
        }
    }
}

/// <summary>The till's state does not allow what it asks; the message is for whoever stands at it.</summary>
public sealed class TillForbiddenException(string message) : Exception(message);
