using System.Globalization;
using Bookmine.Sync.Data;

namespace Bookmine.Sync.Replica;

/// <summary>Of what an overlay is: the journal's entries from where to where, and which journal's.</summary>
/// <param name="Schema">The version of the tables.</param>
/// <param name="Included">Up to this entry the replica has everything, but for those in quarantine.</param>
/// <param name="Quarantined">The entries at or before it that are in quarantine, in order, with a space between.</param>
/// <param name="Through">The last entry it has.</param>
/// <param name="Chain">The journal's chain there: it is this journal's overlay and no other's.</param>
internal sealed record OverlayMarks(int Schema, long Included, string Quarantined, long Through, byte[] Chain)
{
    public const string Table = """
        CREATE TABLE overlay_marks (
            one INTEGER NOT NULL PRIMARY KEY, schema INTEGER NOT NULL, included INTEGER NOT NULL, quarantined TEXT NOT NULL,
            through INTEGER NOT NULL, chain BLOB NOT NULL) STRICT;
        """;

    public static string ListOf(IEnumerable<long> entries) => string.Join(' ', entries.Select(n => n.ToString(CultureInfo.InvariantCulture)));

    /// <returns>Null in an overlay that has nothing yet.</returns>
    public static OverlayMarks? Read(Session session)
    {
        using var reader = session.Query("SELECT schema, included, quarantined, through, chain FROM overlay_marks WHERE one = 1");
        return reader.Read()
            ? new OverlayMarks(
                (int)DbValues.ReadInteger(reader, 0), DbValues.ReadInteger(reader, 1), DbValues.ReadText(reader, 2), DbValues.ReadInteger(reader, 3),
                DbValues.ReadBytes(reader, 4))
            : null;
    }

    public void Write(Session session) => session.Execute(
        """
        INSERT INTO overlay_marks (one, schema, included, quarantined, through, chain) VALUES (1, @schema, @included, @quarantined, @through, @chain)
        ON CONFLICT (one) DO UPDATE SET schema = excluded.schema, included = excluded.included, quarantined = excluded.quarantined,
            through = excluded.through, chain = excluded.chain
        """,
        Schema, Included, Quarantined, Through, Chain);

    /// <summary>The entries that a list names.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IEnumerable<long> EntriesIn(string list) =>
        list.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => long.Parse(n, CultureInfo.InvariantCulture));
}
