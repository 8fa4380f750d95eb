using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Rows;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>contact …</c>.</summary>
internal static class ContactCommands
{
    private static readonly Argument<string> Who = new("who") { Description = "An id or a name" };

    private static readonly Argument<string[]> Words = new("words") { Description = "Of a name, an email or a telephone" };
    private static readonly Argument<string[]> Changes = new("field=value") { Description = "Such as email=ada@example.com; an empty value for none" };
    private static readonly Option<string> Into = new("--into") { Required = true, Description = "An id or a name: who it turned out to be" };

    public static Command Make(Verbs verbs) => new("contact", "Customers and suppliers")
    {
        verbs.Make(
            "import", "Import contacts from a file; run again, it doubles nothing. Only a name is required; the fields are name, first_name, last_name, email, phone, address, notes", Import,
            ImportCommands.File, ImportCommands.Map, ImportCommands.DryRun, ImportCommands.Anyway),
        verbs.Make("find", "Contacts by name, email or telephone", Find, Words),
        verbs.Make("edit", "Change fields of a contact", Edit, Who, Changes),
        verbs.Make("withdraw", "Offer a contact no more", Withdraw, Who),
        verbs.Make("offer", "Offer a withdrawn contact again", Offer, Who),
        verbs.Make("merge", "Two contacts are one", Merge, Who, Into),
        verbs.Make("unmerge", "They are two after all", Unmerge, Who),
        verbs.Make("export", "Everything on record of a contact, as JSON", Export, Who),
        verbs.Make("erase", "Forget who a contact is; the sales stay", Erase, Who),
        verbs.Make("show", "Show contacts by id or name", Show, Who),
    };

    private static int Import(CommandContext context) => ImportCommands.Run(
        context, new ImportRequest(ImportKinds.Contacts, null, ImportRequest.ReadMaps(context.Get(ImportCommands.Map)),
            Anyway: context.Get(ImportCommands.Anyway)));

    private static int Find(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var found = database.Reading(session => Contacts.Search(session, string.Join(' ', context.Get(Words)), 0));
        return context.PrintList(found.Rows, ("id", c => $"{c.Id}"), ("name", c => c.Name), ("email", c => c.Email ?? ""), ("phone", c => c.Phone ?? ""));
    }

    private static int Edit(CommandContext context)
    {
        var fields = ImportRequest.ReadMaps(context.Get(Changes)).ToDictionary(c => c.Key, c => c.Value.Length > 0 ? c.Value : null);
        return Do(context, (database, contact) => Deeds(database, context).Edit(Actor.AtTheMachine(), contact.ContactId, fields));
    }

    private static int Withdraw(CommandContext context) => SetOffered(context, isOffered: false);

    private static int Offer(CommandContext context) => SetOffered(context, isOffered: true);

    private static int SetOffered(CommandContext context, bool isOffered) => Do(context, (database, contact) =>
    {
        Deeds(database, context).Withdraw(Actor.AtTheMachine(), contact.ContactId, isOffered);
        return $"{contact.Name} is {(isOffered ? "offered again" : "offered no more")}";
    });

    private static int Merge(CommandContext context) => Do(context, (database, contact) =>
        new Merges(database, context.Clock, new EntityIds(context.Clock)).MergeContact(
        Actor.AtTheMachine(), contact.ContactId, One(database, context.Get(Into)).ContactId));

    private static int Unmerge(CommandContext context) => Do(
        context, (database, contact) => new Merges(database, context.Clock, new EntityIds(context.Clock)).UnmergeContact(
            Actor.AtTheMachine(), contact.ContactId));

    private static int Erase(CommandContext context) => Do(context, (database, contact) =>
        new Erasure(database, context.Clock).Erase(Actor.AtTheMachine(), contact.ContactId));

    private static int Export(CommandContext context)
    {
        using var database = context.OpenDatabase();
        Console.WriteLine(new Erasure(database, context.Clock).Export(Actor.AtTheMachine(), One(database, context.Get(Who)).ContactId));
        return 0;
    }

    private static int Do(CommandContext context, Func<IServerDatabase, ContactRecord, string> deed)
    {
        using var database = context.OpenDatabase();
        var told = deed(database, One(database, context.Get(Who)));
        return context.Print(new { Done = told }, told);
    }

    private static Contacts Deeds(IServerDatabase database, CommandContext context) => new(database, context.Clock, new EntityIds(context.Clock));

    private static ContactRecord One(IServerDatabase database, string who) => database.Reading(session => Contacts.Find(session, who)) switch
    {
        [var one] => one,
        [] => throw new ShopException($"There is no contact {who}."),
        var several => throw new ShopException(
            $"{several.Count} contacts are called {who}: {string.Join(", ", several.Select(s => s.ContactId))}. Give the id of the one."),
    };

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
