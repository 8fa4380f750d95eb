using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.BackOffice;
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
        var contacts = database.Reading(session => Contacts.Find(session, who));
        return contacts.Count == 0
            ? throw new ShopException($"There is no contact {who}.")
            : context.PrintList(
                contacts, ("id", c => $"{c.ContactId}"), ("name", c => c.Name), ("email", c => c.Email ?? ""), ("phone", c => c.Phone ?? ""),
                ("General Credit", c => Money.Format(c.CreditCents)));
    }
}
