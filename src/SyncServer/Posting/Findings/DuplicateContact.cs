using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Rows;

namespace Bookmine.SyncServer.Posting.Findings;

/// <summary>A new contact of the name and the email or phone of another.</summary>
internal sealed class DuplicateContact : IFinding
{
    /// <summary>The finding of one that was made apart from any posting; null for none.</summary>
    public static Finding? Of(Session session, Row contact)
    {
        var twins = TableSql.Where(
            session, BookmineSetup.Contact,
            $"{session.Dialect.TextEquals("name", "@name")} AND id <> @id AND merged_into IS NULL AND withdrawn IS NULL", contact["name"], contact["id"]);
        return twins.Count == 0 ? null : new Finding(
            0, 0, FindingKinds.LikelyDuplicate, contact.Guid(Columns.Contact.Id).ToString(),
                $"contact “{contact.Text(Columns.Contact.Name)}” is there twice");
    }

    public IEnumerable<Finding> Look(UnitFindings unit)
    {
        var made = unit.Rows(BookmineSetup.Contact).ToList();
        if (made.Count == 0)
        {
            return [];
        }
        var set = new RowSet(new SetColumn("id", SetType.Guid), new SetColumn("name", SetType.Text), new SetColumn("email", SetType.Text),
            new SetColumn("phone", SetType.Text));
        var order = new Dictionary<Guid, int>();
        foreach (var (_, row) in made)
        {
            order.Add(row.Guid(Columns.Contact.Id), order.Count);
            set.Add(row.Guid(Columns.Contact.Id), row.Text(Columns.Contact.Name), row.TextOrNull(Columns.Contact.Email),
                row.TextOrNull(Columns.Contact.Phone));
        }
        var twice = new HashSet<Guid>();
        using (var reader = unit.Session.Query(
            $"""
            SELECT k.id, c.id FROM @set k JOIN contact c ON {unit.Session.Dialect.TextEquals("c.name", "k.name")}
            AND (c.email IS NOT DISTINCT FROM k.email OR c.phone IS NOT DISTINCT FROM k.phone) WHERE c.id <> k.id AND c.merged_into IS NULL AND c.withdrawn IS NULL
            """, set))
        {
            while (reader.Read())
            {
                var (id, other) = (DbValues.ReadGuid(reader, 0), DbValues.ReadGuid(reader, 1));
                // Of two that came together the later is the second.
                if (!order.TryGetValue(other, out var place) || place < order[id])
                {
                    twice.Add(id);
                }
            }
        }
        return made.Where(c => twice.Contains(c.Row.Guid(Columns.Contact.Id))).Select(c => unit.Of(
            c.Entry, FindingKinds.LikelyDuplicate, c.Row.Guid(Columns.Contact.Id).ToString(),
                $"contact “{c.Row.Text(Columns.Contact.Name)}” is there twice"));
    }
}
