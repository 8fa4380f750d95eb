using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>contact import|show</c>.</summary>
internal static class ContactCommands
{
    private static readonly Argument<string> Who = new("who") { Description = "An id or a name" };

    public static Command Make(Verbs verbs) => new("contact", "Customers and suppliers")
    {
        verbs.Make(
            "import", "Import contacts from a file; run again, it doubles nothing. Only a name is required; the fields are name, first_name, last_name, email, phone, address, notes", Import,
            ImportCommands.File, ImportCommands.Map, ImportCommands.DryRun, ImportCommands.Anyway),
        verbs.Make("show", "Show contacts by id or name", Show, Who),
    };

    private static int Import(CommandContext context) => ImportCommands.Run(
        context, new ImportRequest(ImportKinds.Contacts, null, ImportRequest.ReadMaps(context.Get(ImportCommands.Map)), Anyway: context.Get(ImportCommands.Anyway)));

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
