using System.Globalization;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;

namespace Bookmine.SyncServer.Foreign;

/// <summary>
/// The server's word on how far a foreign till's journal had come in an epoch, which the till keeps and shows: records put back from a backup have not come
/// as far.
/// </summary>
public sealed record ForeignProof(long Entry, string Mac)
{
    public static ForeignProof Of(Session session, long till)
    {
        var entry = Scribe.LastEntry(session, till);
        return new ForeignProof(entry, FeedState.ProofOf(session).MacOfText(Text(till, entry, FeedState.Read(session).Epoch)));
    }

    /// <summary>As a till shows it, <c>ENTRY-MAC</c>; null for what is none.</summary>
    public static ForeignProof? Read(string? text) =>
        text?.Split('-') is [var entry, var mac] && long.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new ForeignProof(number, mac) : null;

    public bool IsOf(Session session, long till, string epoch) => FeedState.ProofOf(session).HoldsText(Text(till, Entry, epoch), Mac);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Entry}-{Mac}");

    private static string Text(long till, long entry, string epoch) => FormattableString.Invariant($"foreign till {till} entry {entry} epoch {epoch}");
}
