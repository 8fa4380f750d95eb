using System.CommandLine;
using Bookmine.Schema;
using Bookmine.Sync.Feed;
using Bookmine.SyncServer.Authority;
using Bookmine.SyncServer.BackOffice;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>quarantine list|show|edit|post|write-off</c>: entries that were not posted by themselves.</summary>
internal static class QuarantineCommands
{
    private static readonly Argument<Guid> Id = new("id") { Description = "As quarantine list shows it" };
    private static readonly Argument<string[]> Ids = new("id") { Description = "As quarantine list shows them", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> Till = new("--till") { Description = "All that wait of this till, by its name or number" };
    private static readonly Option<bool> All = new("--all") { Description = "Also what was dealt with" };
    private static readonly Option<string> From = new("--from") { Required = true, Description = "A file with the mended content, as show prints it" };
    private static readonly Option<string> Why = new("--why") { Required = true, Description = "The reason, for the record" };

    public static Command Make(Verbs verbs) => new("quarantine", "Entries of tills that were not posted by themselves")
    {
        verbs.Make("list", "Those that wait for a person", List, All),
        verbs.Make("show", "One of them, whole, with its reason and what was done with it", Show, Id),
        verbs.Make("edit", "Lay a mended content beside the sealed one; post takes it", Edit, Id, From),
        verbs.Make("post", "Post entries, as they are or as they were mended", Post, Ids, Till),
        verbs.Make("write-off", "Give an entry up, with a reason; its content is kept", WriteOff, Id, Why),
    };

    private static int List(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var items = Room(context, database).List(Actor.AtTheMachine(), null, context.Get(All)).Select(i => new
        {
            i.Id, Till = i.Client, i.N, i.Kind, SealedAt = Instant.Format(i.SealedAt), ReceivedAt = Instant.Format(i.ReceivedAt),
            State = QuarantineRoom.Word(i.State), i.Reason, Mended = i.Mended is not null,
        });
        return context.PrintList(
            items, ("id", i => $"{i.Id}"), ("till", i => $"{i.Till}"), ("n", i => $"{i.N}"), ("kind", i => i.Kind), ("sealed", i => i.SealedAt),
            ("state", i => i.State),
            ("reason", i => i.Reason));
    }

    private static int Show(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var (i, deeds) = Room(context, database).Show(Actor.AtTheMachine(), context.Get(Id));
        var content = QuarantineRoom.Readable(i.Payload);
        var mended = i.Mended is null ? null : QuarantineRoom.Readable(i.Mended);
        var state = QuarantineRoom.Word(i.State);
        return context.Print(
            new
            {
                i.Id, Till = i.Client, i.N, i.Kind, i.Format, SealedAt = Instant.Format(i.SealedAt), ReceivedAt = Instant.Format(i.ReceivedAt), State = state,
                i.Reason, Content = content, Mended = mended,
                Done = deeds.Select(d => new { At = Instant.Format(d.At), d.Deed, d.Why, d.Hash, TransId = d.Number }),
            },
            $"entry {i.N} of till {i.Client}, {i.Kind}, sealed {Instant.Format(i.SealedAt)}: {state}\n{i.Reason}\n\n{content}"
            + (mended is null ? "" : $"\n\nmended:\n{mended}")
            + string.Concat(deeds.Select(d => $"\n{Instant.Format(d.At)} {d.Deed}{(d.Number is { } n ? $" as {n}" : "")}"
                + (d.Why is null ? "" : $": {d.Why}"))));
    }

    private static int Edit(CommandContext context)
    {
        var file = context.Get(From);
        if (!File.Exists(file))
        {
            throw new ShopException($"There is no file {file}.");
        }
        using var database = context.OpenDatabase();
        Room(context, database).Edit(Actor.AtTheMachine(), context.Get(Id), File.ReadAllBytes(file));
        return context.Print(new { Id = context.Get(Id) }, $"mended; bookmine-server quarantine post {context.Get(Id)} posts it so");
    }

    private static int Post(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var room = Room(context, database);
        var ids = context.Get(Till) is { } named
            ? room.OfTill(database.Reading(session => TillNames.Find(session, named))) : Array.ConvertAll(context.Get(Ids), Read);
        if (ids.Length == 0)
        {
            throw new ShopException("Nothing to post: name entries of quarantine list, or a till with --till.");
        }
        var done = ids.Length == 1 ? [room.Post(Actor.AtTheMachine(), ids[0])] : room.PostAll(Actor.AtTheMachine(), ids);
        foreach (var one in done)
        {
            context.Print(
                new { one.Id, one.TransId, PostedAt = Instant.Format(one.PostedAt), one.Dropped, one.Refused },
                one.Refused is { } why ? $"{one.Id}: {why}"
                    : $"{one.Id}: posted{(one.TransId is { } n ? $" as {n}" : "")}{(one.Dropped > 0 ? $", {one.Dropped} fields dropped" : "")}");
        }
        return done.TrueForAll(d => d.Refused is null) ? 0 : 1;
    }

    private static Guid Read(string id) => Guid.TryParse(id, out var read) ? read
        : throw new ShopException($"“{id}” is no id of an entry. bookmine-server quarantine list shows those there are.");

    private static int WriteOff(CommandContext context)
    {
        using var database = context.OpenDatabase();
        Room(context, database).WriteOff(Actor.AtTheMachine(), context.Get(Id), context.Get(Why));
        return context.Print(new { Id = context.Get(Id) }, $"{context.Get(Id)} written off: {context.Get(Why)}");
    }

    private static QuarantineRoom Room(CommandContext context, IServerDatabase database) => new(database, context.ServerClock, context.ServerClock.Demand);
}
