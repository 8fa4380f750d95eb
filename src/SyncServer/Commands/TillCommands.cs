using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>till enrol-code|list|revoke|admit|reprovision|move|rename</c>.</summary>
internal static class TillCommands
{
    private static readonly Option<long> Branch = new("--branch") { Required = true };
    private static readonly Option<string[]> Names = new("--name") { Required = true, Description = "Also several times: a code for each" };
    private static readonly Argument<string> One = new("till") { Description = "A till by name or number" };
    private static readonly Option<string> To = new("--to") { Required = true, Description = "The new name" };
    private static readonly Argument<string[]> Named = new("till")
    {
        Description = "Tills by name or number, as till list shows them", Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> All = new("--all") { Description = "All tills in use" };
    private static readonly Option<bool> AllWaiting = new("--all") { Description = "All tills that wait to be admitted" };
    private static readonly Option<long?> OfBranch = new("--branch") { Description = "With --all: only those of this branch" };

    private static readonly Option<bool> NoKey = new("--no-key")
    {
        Description = "Without the server's key: the till then trusts certificates of the usual authorities, as for a server behind a TLS proxy",
    };

    private static readonly Option<bool> Foreign = new("--foreign")
    {
        Description = "For a till of another engine, such as Dotmim.Sync, that joins by the bridge (docs/dotmim.md)",
    };

    private static readonly Option<bool> Undo = new("--undo") { Description = "Let it in again" };

    public static Command Make(Verbs verbs) => new("till", "The counter machines")
    {
        verbs.Make("enrol-code", "A one-time code to enrol a till with, good for ten minutes", EnrolCode, Branch, Names, NoKey, Foreign),
        verbs.Make("list", "List the tills", List),
        verbs.Make(
            "revoke", "Let a till in no more: at its next call it deletes its replica, and what it brings goes into quarantine",
            Revoke, Named, All, OfBranch, Undo),
        verbs.Make(
            "admit", "Let a till in that records put back from a backup do not know; what it has sold meanwhile is posted", Admit, Named, AllWaiting),
        verbs.Make("reprovision", "Have a till fetch a fresh replica; its journal stays as it is", Reprovision, Named, All, OfBranch),
        verbs.Make("move", "Give a till to another branch", Move, Named, Branch),
        verbs.Make("rename", "Call a till by another name", Rename, One, To),
    };

    private static int EnrolCode(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var codes = TillsOf(context, database).NewCodes(
            Actor.AtTheMachine(), context.Get(Branch), context.Get(Names), context.Get(Foreign), withKey: !context.Get(NoKey));
        foreach (var (till, code, expires) in codes)
        {
            context.Print(
                new { Till = till, Code = code, ExpiresAt = Instant.Format(expires) },
                $"{code}   for till {till}, good once until {Instant.Format(expires)}\n"
                + (context.Get(Foreign) ? "It is for the till's own program: see docs/dotmim.md" : $"On the till: bookmine-till enrol --server URL --code {code}"));
        }
        return 0;
    }

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var rows = database.Reading(session => Machines.All(session));
        return context.PrintList(
            rows, ("till", r => $"{r.Till}"), ("name", r => r.Name), ("branch", r => $"{r.Branch}"), ("state", r => r.State),
            ("seen", r => r.SeenAt ?? "never"), 
            ("unposted then", r => r.UnpostedCents is { } cents ? $"{r.Unposted}: {Money.Format(cents)}" : $"{r.Unposted}"),
            ("posted", r => $"{r.PostedEntries}"), ("quarantined", r => $"{r.Quarantined}"),
            ("program", r => r.Program ?? ""),
            ("D-numbers left", r => r.DNumbersLeft is { } left ? $"{left}" : ""), ("trouble", r => r.Trouble ?? ""));
    }

    private static int Revoke(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var tills = TillsOf(context, database);
        if (context.Get(Undo))
        {
            return Tell(
                context, tills.LetInAgain(Actor.AtTheMachine(), session => Meant(context, session)),
                "let in again; what waits of it in quarantine is posted by hand: bookmine-server quarantine post --till TILL");
        }
        var revoked = tills.Revoke(Actor.AtTheMachine(), session => Meant(context, session));
        Tell(context, revoked, "revoked: at its next call it deletes its replica, and what it brings waits in quarantine; --undo lets it in again");
        return TellPins(context, database, revoked);
    }

    private static int Admit(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var desk = ShopOrchestrator.Desk(database, context.ServerClock, context.ServerClock.Demand);
        var admitted = new Admission(database, desk, context.ServerClock, context.ServerClock.Demand).Admit(
            Actor.AtTheMachine(), session => WhoWait(session, context.Get(AllWaiting), context.Get(Named)));
        foreach (var till in admitted)
        {
            context.Print(
                till, $"till {till.Till}: admitted; {till.Posted} entries that had waited are posted"
                    + (till.Left == 0 ? "" : $", and {till.Left} stay in quarantine: bookmine-server quarantine post --till {till.Till} says why"));
        }
        return admitted.TrueForAll(t => t.Left == 0) ? 0 : 1;
    }

    private static List<long> WhoWait(Session session, bool all, string[] named) => (all, named) switch
    {
        (true, []) => Admission.Waiting(session) is { Count: > 0 } waiting ? waiting : throw new ShopException("No till waits to be admitted."),
        (true, _) => throw new ShopException("Name tills, or say --all; not both."),
        _ => NamedOf(session, named),
    };

    /// <summary>Four digits fall to whoever has the disk of a till.</summary>
    private static int TellPins(CommandContext context, IServerDatabase database, List<long> tills)
    {
        var names = database.Reading(session => Operators.KnownAt(session, tills));
        if (names.Count > 0 && !context.AsJson)
        {
            Console.WriteLine(ShownText.OfLines(
                $"If it was stolen, these should have new PINs, whose hashes it has: {string.Join(", ", names)} "
                + "(bookmine-server operator set-pin NAME --pin-stdin)"));
        }
        return 0;
    }

    private static int Reprovision(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var tills = TillsOf(context, database).Reprovision(Actor.AtTheMachine(), session => Meant(context, session));
        return Tell(context, tills, "will fetch a fresh replica when it next says hello");
    }

    private static int Move(CommandContext context)
    {
        var branch = context.Get(Branch);
        using var database = context.OpenDatabase();
        foreach (var till in TillsOf(context, database).Move(Actor.AtTheMachine(), session => NamedOf(session, context.Get(Named)), branch))
        {
            context.Print(
                new { Till = till, Branch = branch }, $"till {till} belongs to branch {branch}; what it sold before is posted to the branch it sold it in");
        }
        return 0;
    }

    private static int Rename(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var till = TillsOf(context, database).Rename(Actor.AtTheMachine(), session => TillNames.Find(session, context.Get(One)), context.Get(To));
        return context.Print(new { Till = till, Name = context.Get(To) }, $"till {till} is called {context.Get(To)}");
    }

    private static Machines TillsOf(CommandContext context, IServerDatabase database) => new(database, context.Clock, context.WordsOf(database));

    private static int Tell(CommandContext context, List<long> tills, string what)
    {
        foreach (var till in tills)
        {
            context.Print(new { Till = till }, $"till {till}: {what}");
        }
        return 0;
    }

    private static List<long> Meant(CommandContext context, Session session)
    {
        var (texts, all, branch) = (context.Get(Named), context.Get(All), context.Get(OfBranch));
        if (!all)
        {
            return branch is null ? NamedOf(session, texts) : throw new ShopException("--branch goes with --all; tills that are named need none.");
        }
        if (texts.Length > 0)
        {
            throw new ShopException("Name tills, or say --all; not both.");
        }
        if (branch is { } one)
        {
            Branches.Require(session, one);
        }
        return TillNames.InUse(session, branch) is { Count: > 0 } tills ? tills : throw new ShopException("There is no till in use there.");
    }

    private static List<long> NamedOf(Session session, string[] texts) => texts.Length > 0
        ? [.. texts.Select(text => TillNames.Find(session, text)).Distinct()]
        : throw new ShopException("Name a till, by its name or number. bookmine-server till list shows them.");
}
