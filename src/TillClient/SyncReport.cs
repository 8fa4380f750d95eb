using Bookmine.Schema.Views;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient;

public sealed record PostedCounts(int Sales, int Stock, int Contacts);

public sealed record Renumbering(string Docket, long TransId);

public sealed record QuarantinedEntry(long N, string Reason, string? Docket = null);

/// <summary>
/// What a resynchronisation did, and the proof of it: the totals of what was posted, as the till's journal has them and as the server's
/// books have them.
/// </summary>
/// <param name="Through">The last entry it tells of; once it was shown, the till is told so and does not tell it again.</param>
/// <param name="Agree">Both sides' totals are the same.</param>
/// <param name="Exceptions">What the server noted of it for a person to look at.</param>
/// <param name="PutOff">Why nothing was posted; null where it was.</param>
/// <param name="Withheld">Why the till gets no records, with what to do; null where it does.</param>
/// <param name="Again">Entries that were posted and reported before, and were posted again since the server's records had been put back.</param>
/// <param name="Upgrade">The server wants a newer program before this till downloads anything more.</param>
public sealed record SyncReport(
    long Through, PostedCounts Posted, IReadOnlyList<DroppedEdit> Dropped, IReadOnlyList<QuarantinedEntry> Quarantined, IReadOnlyList<Renumbering> Renumbered,
    ControlTotals Till, ControlTotals Server, bool Agree, int Requests, double Seconds, bool Upgrade, decimal ClockOffsetSeconds,
    IReadOnlyList<NotedException> Exceptions, PutOff? PutOff = null, int Again = 0, string? Withheld = null)
{
    /// <summary>Whether there is anything in it that a person should see.</summary>
    public bool TellsAnything => Posted.Sales + Posted.Stock + Posted.Contacts + Dropped.Count + Quarantined.Count + Again > 0 || !Agree || Upgrade;
}
