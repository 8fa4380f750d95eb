using Bookmine.Sync.Data;
using Bookmine.Sync.Posting;

namespace Bookmine.SyncServer.Posting;

/// <summary>The record of what was not written: who, when, which field, the till's value and the server's.</summary>
internal static class DroppedRows
{
    private static readonly SetColumn[] Form =
    [
        new("till", SetType.Integer), new("n", SetType.Integer), new("synchronisation", SetType.Guid), new("operator", SetType.Text), new("made_at", SetType.Integer),
        new("dropped_at", SetType.Integer), new("tab", SetType.Text), new("row_key", SetType.Text), new("field", SetType.Text), new("till_value", SetType.Text),
        new("server_value", SetType.Text), new("reason", SetType.Text),
    ];

    /// <summary>A field that one entry edits twice is on record once.</summary>
    public static void Write(Session session, long till, Guid synchronisation, IReadOnlyList<PostedEntry> posted, long now)
    {
        var rows = new RowSet(Form);
        foreach (var (n, group, ruling) in posted)
        {
            foreach (var dropped in ruling.Dropped)
            {
                rows.Add(
                    till, n, synchronisation, group.Author, group.MadeAt, now, dropped.Table, dropped.Key, dropped.Field, dropped.ClientValue, dropped.ServerValue, dropped.Reason);
            }
        }
        session.InsertAll("dropped", rows);
    }
}
