using Bookmine.Schema;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Setup;

namespace Bookmine.SyncServer.Rules;

/// <summary>What the upload rules know of the posting at hand.</summary>
/// <param name="Branches">The branches the till has belonged to, from the server's record: what it sealed there is posted there.</param>
/// <param name="Blocks">The blocks of D-numbers leased to the till, both ends included.</param>
/// <param name="TransId">The number that a document posted now receives.</param>
/// <param name="PostedAt">The moment of posting: the server's clock, never earlier than the last one given.</param>
/// <param name="Zone">The time zone of the branch that the group is posted in.</param>
/// <param name="Live">The server's row for a table and key, as the groups before this one leave it; null when it has none.</param>
public sealed record PostingFacts(
    long Till, IReadOnlyCollection<long> Branches, IReadOnlyCollection<(long First, long Last)> Blocks, long TransId, long PostedAt, TimeZoneInfo Zone,
    Func<SyncTable, RowKey, Row?> Live)
{
    public int PostedDay { get; } = BranchDay.Of(PostedAt, Zone);
}
