using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.Posting;

/// <summary>A till as it stands while its entries are posted: its row is locked, so that nobody moves or revokes it meanwhile.</summary>
/// <param name="Branch">Its branch now.</param>
/// <param name="Zones">The time zone of each branch that it has belonged to.</param>
/// <param name="Blocks">The blocks of D-numbers leased to it, both ends included.</param>
internal sealed record TillStanding(
    long Till, long Branch, TillState State, Dictionary<long, TimeZoneInfo> Zones, IReadOnlyCollection<(long First, long Last)> Blocks)
{
    public static TillStanding Lock(Session session, long till)
    {
        long branch;
        TillState state;
        using (var reader = session.Query($"SELECT branch, state FROM till{session.Dialect.LockHint} WHERE id = @till{session.Dialect.LockEnd}", till))
        {
            reader.Read();
            (branch, state) = (reader.GetInt64(0), TillStates.Read(reader.GetString(1)));
        }
        var zones = new Dictionary<long, TimeZoneInfo>();
        using (var reader = session.Query("SELECT b.id, b.time_zone FROM till_branch t JOIN branch b ON b.id = t.branch WHERE t.till = @till", till))
        {
            while (reader.Read())
            {
                zones.Add(reader.GetInt64(0), TimeZones.Find(reader.GetString(1)));
            }
        }
        var blocks = new List<(long, long)>();
        using (var reader = session.Query("SELECT first, last FROM number_block WHERE till = @till", till))
        {
            while (reader.Read())
            {
                blocks.Add((reader.GetInt64(0), reader.GetInt64(1)));
            }
        }
        return new TillStanding(till, branch, state, zones, blocks);
    }

    public TimeZoneInfo ZoneOf(long? branch) => Zones.GetValueOrDefault(branch ?? Branch, Zones[Branch]);
}
