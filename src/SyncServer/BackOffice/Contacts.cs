using Bookmine.Schema;
using Bookmine.Sync.Data;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A contact as people look at it.</summary>
/// <param name="CreditCents">General Credit.</param>
/// <param name="Emails">How many were sent.</param>
public sealed record ContactRecord(Guid ContactId, string Name, string? Email, string? Phone, string? Address, long CreditCents, long Emails);

/// <summary>The shop's contacts.</summary>
public static class Contacts
{
    /// <summary>Those of an id, or of exactly that name.</summary>
    public static List<ContactRecord> Find(Session session, string who)
    {
        var rows = Guid.TryParse(who, out var id)
            ? TableSql.Where(session, BookmineSetup.Contact, "id = @id", id)
            : TableSql.Where(session, BookmineSetup.Contact, "name = @name ORDER BY id", who);
        return [.. rows.Select(r => new ContactRecord(
            r.Guid("id"), r.Text("name"), r.TextOrNull("email"), r.TextOrNull("phone"), r.TextOrNull("address"),
            session.Integer("SELECT sum(amount_cents) FROM credit WHERE contact_id = @id", r.Guid("id")) ?? 0,
            session.Integer("SELECT count(*) FROM email WHERE contact_id = @id", r.Guid("id")) ?? 0))];
    }
}
