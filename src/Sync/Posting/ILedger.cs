using Bookmine.Sync.Changes;
using Bookmine.Sync.Interceptors;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.Sync.Posting;

/// <summary>The host's part in one unit, a member for each step of <see cref="PostingUnit"/>.</summary>
public interface ILedger
{
    /// <summary>
    /// Why nothing of this client's is posted, but what this server proves to have posted before its records were restored; null for a client in good
    /// standing.
    /// </summary>
    string? RefusesAll { get; }

    /// <summary>The moment of the unit, Unix milliseconds; known once it is read.</summary>
    long PostedAt { get; }

    /// <summary>Step 2: the rows that posting these groups reads or changes, beside those that their changes name.</summary>
    IEnumerable<(SyncTable Table, RowKey Key)> Touches(IReadOnlyList<ChangeGroup> groups);

    /// <summary>Step 2: reads whatever else it judges by and, last of all, locks what every unit has to have.</summary>
    void Read(IReadOnlyList<UnitEntry> entries, LiveRows rows);

    /// <summary>Step 3: judges a group, and folds what it makes of it into the rows. Pure but for that: no look at the database.</summary>
    /// <param name="entry">One that was understood. Where it was answered before the records were restored, it gets the number and date it had.</param>
    Judgement Judge(UnitEntry entry, ChangeGroup group);

    /// <summary>Step 3: an entry is kept for a person.</summary>
    void Quarantine(long n, Guid id);

    /// <summary>Step 4: writes what is not the setup's rows.</summary>
    void Write(Guid synchronisation, IReadOnlyList<PostedEntry> posted);

    /// <summary>Step 5: notes what a person should look at.</summary>
    void Find(IReadOnlyList<PostedEntry> posted);
}

/// <param name="Number">The number that the host gave the group, if it gives one.</param>
/// <param name="PostedAt">Unix milliseconds.</param>
public sealed record Judgement(Ruling Ruling, long? Number, long PostedAt);

/// <summary>An entry of a unit.</summary>
/// <param name="Group">What is to be posted; null when <paramref name="Fault"/> says why nothing is.</param>
/// <param name="Given">The answer this server proves to have given before its records were restored.</param>
public sealed record UnitEntry(long N, Guid Id, ChangeGroup? Group, string? Fault, EntryResult? Given = null);

/// <summary>An entry that the unit posts, as it was judged.</summary>
public sealed record PostedEntry(long N, ChangeGroup Group, Ruling Ruling);
