using Bookmine.Sync.Data;
using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer.Authority;

/// <summary>How a till stands with its server.</summary>
public enum TillState
{
    /// <summary>In use.</summary>
    Enrolled,

    /// <summary>A new machine was enrolled under its name in its branch. What it sells is posted, and it gets nothing.</summary>
    Superseded,

    /// <summary>
    /// It came by itself to records that were put back and do not know it, with this server's word that it was enrolled. Whether it was revoked since, they
    /// cannot know: what this server proves to have posted of it is posted again, the rest is kept, and it gets nothing, until a person admits it.
    /// </summary>
    Recalled,

    /// <summary>A person has let it in no more; it stays so until one takes that back.</summary>
    Revoked,
}

/// <summary>What a till may ask for.</summary>
public enum TillDeed
{
    /// <summary>Saying hello, bringing what it has sold, also what lies beyond a fork, and hearing what that came to.</summary>
    Bring,

    /// <summary>Records of the shop: pulls, snapshots, news, look-ups.</summary>
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

    /// <remarks>
    /// What a till has sealed it may have back, unless it is revoked: one that has lost its journal's end sells nothing before it has, and an honest one may be
    /// superseded or recalled.
    /// </remarks>
    public static bool May(this TillState state, TillDeed deed) =>
        state == TillState.Enrolled || deed == TillDeed.Bring || (deed == TillDeed.Refill && state != TillState.Revoked);

    /// <summary>Why what a till of this state brings is kept and not posted; null where it is posted.</summary>
    public static string? KeptBecause(this TillState state) => state switch
    {
        TillState.Revoked => "its till is revoked",
        TillState.Recalled => "its till waits to be admitted",
        _ => null,
    };

    /// <summary>Whether that is such a reason.</summary>
    public static bool IsKept(string reason) => Enum.GetValues<TillState>().Any(state => state.KeptBecause() == reason);

    /// <summary>What a hello tells a till of this state; null for one that gets records.</summary>
    public static Withholding? Withheld(this TillState state) =>
        state == TillState.Enrolled ? null : new Withholding(state == TillState.Revoked, state.WhyNot());

    /// <summary>Why a till of this state may not, and what to do.</summary>
    public static string WhyNot(this TillState state) => state switch
    {
        TillState.Superseded =>
            "Another machine was enrolled under this till's name. What this one sells is posted, and it gets no records any more: "
            + "have it enrolled in a new folder, under a name of its own.",
        TillState.Recalled =>
            "The server's records were put back from a backup, and do not know this till. It sells on, and what it brings is kept. "
            + "The manager admits it with bookmine-server till admit TILL.",
        _ => "This till was revoked: it has no replica any more. What it has sold is kept, here and with the server: keep its folder. "
            + "The manager lets it in again with bookmine-server till revoke TILL --undo.",
    };

    /// <summary>Asks again inside a transaction.</summary>
    /// <exception cref="TillForbiddenException">It may not, or no longer.</exception>
    public static void Demand(Session session, long till, TillDeed deed)
    {
        var locked = $"SELECT state FROM till{session.Dialect.LockHint} WHERE id = @till{session.Dialect.LockEnd}";
        var state = session.Scalar(locked, till) is string text ? Read(text) : TillState.Revoked;
        if (!state.May(deed))
        {
            throw new TillForbiddenException(state.WhyNot());
        }
    }
}

/// <summary>The till's state does not allow what it asks; the message is for whoever stands at it.</summary>
public sealed class TillForbiddenException(string message) : Exception(message);
