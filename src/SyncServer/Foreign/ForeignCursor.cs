using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer.Foreign;

/// <summary>
/// One number, such as engines keep for a server: the feed's position in the low 40 bits, and above it 21 bits of the server's word on it. The word
/// is of the epoch, the till, its branch and the last order to reprovision it, so that a change of any of them makes what a client holds out of date.
/// </summary>
internal static class ForeignCursor
{
    private const int PositionBits = 40;
    private const long Positions = (1L << PositionBits) - 1;
    private const long Words = (1L << 21) - 1;

    public static long PositionOf(long cursor) => cursor & Positions;

    public static long Of(Session session, ClientRecord till, FeedState state, long position) =>
        (WordOf(session, till, state, position) << PositionBits) | position;

    /// <summary>Whether this server gave it to the till in this epoch.</summary>
    public static bool IsGenuine(Session session, ClientRecord till, FeedState state, long cursor) =>
        cursor >> PositionBits == WordOf(session, till, state, PositionOf(cursor));

    private static long WordOf(Session session, ClientRecord till, FeedState state, long position)
    {
        var said = FeedState.ProofOf(session).MacOfText(FormattableString.Invariant(
            $"cursor {till.Client} {till.ReprovisionFrom} {state.Epoch} {position} {string.Join(' ', till.Scope.Where(IsOfPlace))}"));
        return long.Parse(said[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Words;
    }

    /// <summary>Months come and go without a word; a place does not.</summary>
    private static bool IsOfPlace(string bucket) => bucket.Count(c => c == ':') < 2;
}
