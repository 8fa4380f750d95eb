using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.SyncServer.Imports;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>contact import|show</c>.</summary>
internal static class ContactCommands
{
    private static readonly Argument<string> File = new("file");
    private static readonly Argument<string> Who = new("who") { Description = "An id or a name" };

    public static Command Make(Verbs verbs) => new("contact", "Customers and suppliers")
    {
        verbs.Make("import", "Import contacts from a CSV file; run again, it doubles nothing. Columns by name, only name required: name, email, phone, address", Import, File),
        verbs.Make("show", "Show contacts by id or name", Show, Who),
    };

    private static int Import(CommandContext context)
    {
        using var database = context.OpenDatabase();
        context.Note(database, "contact import", Path.GetFileName(context.Get(File)), "begun");
        var outcome = new ContactImport(database, context.Clock).Run(context.Get(File), ImportProgress.Report);
        ImportProgress.End();
        context.Note(database, "contact import", Path.GetFileName(context.Get(File)), outcome.Summary());
        return context.Print(outcome, outcome.Summary());
    }

    private static int Show(CommandContext context)
    {
        var who = context.Get(Who);
        using var database = context.OpenDatabase();
        var contacts = database.Reading(session => (Guid.TryParse(who, out var id)
                ? TableSql.Where(session, BookmineSetup.Contact, "id = @id", id)
                : TableSql.Where(session, BookmineSetup.Contact, "name = @name ORDER BY id", who))
            .Select(r => new
            {
                ContactId = r.Guid("id"), Name = r.Text("name"), Email = r.TextOrNull("email"), Phone = r.TextOrNull("phone"), Address = r.TextOrNull("address"),
                CreditCents = session.Integer("SELECT sum(amount_cents) FROM credit WHERE contact_id = @id", r.Guid("id")) ?? 0,
                Emails = session.Integer("SELECT count(*) FROM email WHERE contact_id = @id", r.Guid("id")) ?? 0,
            }).ToList());
        return contacts.Count == 0
            ? throw new ShopException($"There is no contact {who}.")
            : context.PrintList(
                contacts, ("id", c => $"{c.ContactId}"), ("name", c => c.Name), ("email", c => c.Email ?? ""), ("phone", c => c.Phone ?? ""),
                ("General Credit", c => Money.Format(c.CreditCents)));
    }
}
