using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <summary>The parts of a synchronisation.</summary>
public enum SyncStage
{
    Greeting,
    Posting,
    FetchingSnapshot,
    Downloading,
    Applying,
}

/// <summary>How far a synchronisation has come.</summary>
/// <param name="Of">How much there is to do; 0 when that is not known.</param>
public sealed record SyncProgress(SyncStage Stage, long Done, long Of);

/// <summary>What a synchronisation did.</summary>
/// <param name="Session">Its id, by which the server groups what it posted.</param>
/// <param name="Results">The server's answers to the entries posted, in order.</param>
/// <param name="Downloaded">Rows received.</param>
/// <param name="ClockOffset">The server's time less this machine's, in milliseconds.</param>
/// <param name="Upgrade">The server wants a newer program before this one downloads anything.</param>
/// <param name="Withheld">Why it gets no records; null where it does.</param>
/// <param name="Replaced">A fresh replica was put in use.</param>
public sealed record SyncOutcome(
    Guid Session, IReadOnlyList<EntryResult> Results, long Downloaded, long ClockOffset, bool Upgrade, bool Replaced, PutOff? PutOff = null,
    string? Withheld = null);
