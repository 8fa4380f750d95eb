using System.CommandLine;
using System.Text;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Posting;
using Bookmine.Sync.Orchestrators;
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
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        var items = Desk(context, database).List(context.Get(All)).Select(i => new
        {
            i.Id, Till = i.Client, i.N, i.Kind, SealedAt = Instant.Format(i.SealedAt), ReceivedAt = Instant.Format(i.ReceivedAt), State = Word(i.State), i.Reason, Mended = i.Mended is not null,
        });
        return context.PrintList(
            items, ("id", i => $"{i.Id}"), ("till", i => $"{i.Till}"), ("n", i => $"{i.N}"), ("kind", i => i.Kind), ("sealed", i => i.SealedAt), ("state", i => i.State),
            ("reason", i => i.Reason));
    }

    private static int Show(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var desk = Desk(context, database);
        var i = desk.Find(context.Get(Id)) ?? throw new ShopException($"There is no entry {context.Get(Id)} in quarantine. bookmine-server quarantine list shows those there are.");
        var deeds = desk.Deeds(i.Id);
        var content = Pretty(i.Payload);
        var mended = i.Mended is null ? null : Pretty(i.Mended);
        return context.Print(
            new
            {
                i.Id, Till = i.Client, i.N, i.Kind, i.Format, SealedAt = Instant.Format(i.SealedAt), ReceivedAt = Instant.Format(i.ReceivedAt), State = Word(i.State), i.Reason,
                Content = content, Mended = mended, Done = deeds.Select(d => new { At = Instant.Format(d.At), d.Deed, d.Why, d.Hash, TransId = d.Number }),
            },
            $"entry {i.N} of till {i.Client}, {i.Kind}, sealed {Instant.Format(i.SealedAt)}: {Word(i.State)}\n{i.Reason}\n\n{content}"
            + (mended is null ? "" : $"\n\nmended:\n{mended}")
            + string.Concat(deeds.Select(d => $"\n{Instant.Format(d.At)} {d.Deed}{(d.Number is { } n ? $" as {n}" : "")}{(d.Why is null ? "" : $": {d.Why}")}")));
    }

    private static int Edit(CommandContext context)
    {
        var file = context.Get(From);
        if (!File.Exists(file))
        {
            throw new ShopException($"There is no file {file}.");
        }
        using var database = context.OpenDatabase();
        Try(context.Get(Id), file, () =>
        {
            Desk(context, context.As(database, "quarantine edit", $"entry {context.Get(Id)}")).Edit(context.Get(Id), File.ReadAllBytes(file));
            return true;
        });
        return context.Print(new { Id = context.Get(Id) }, $"mended; bookmine-server quarantine post {context.Get(Id)} posts it so");
    }

    private static Guid[] OfTill(QuarantineDesk desk, long till) => [.. desk.List(all: false).Where(i => i.Client == till).Select(i => i.Id)];

    private static int Post(CommandContext context)
    {
        using var database = context.OpenDatabase();
        var desk = Desk(context, database);
        var ids = context.Get(Till) is { } named
            ? OfTill(desk, database.Reading(session => TillNames.Find(session, named))) : Array.ConvertAll(context.Get(Ids), Read);
        if (ids.Length == 0)
        {
            throw new ShopException("Nothing to post: name entries of quarantine list, or a till with --till.");
        }
        var failed = 0;
        foreach (var id in ids)
        {
            try
            {
                var posted = Try(id, "its content", () => Desk(context, context.As(database, "quarantine post", $"entry {id}")).Post(id));
                context.Print(
                    new { Id = id, TransId = posted.Number, PostedAt = Instant.Format(posted.PostedAt), Dropped = posted.Dropped.Count, Refused = (string?)null },
                    $"{id}: posted{(posted.Number is { } n ? $" as {n}" : "")}{(posted.Dropped.Count > 0 ? $", {posted.Dropped.Count} fields dropped" : "")}");
            }
            catch (ShopException e) when (ids.Length > 1)
            {
                failed++;
                context.Print(new { Id = id, TransId = (long?)null, PostedAt = (string?)null, Dropped = 0, Refused = (string?)e.Message }, $"{id}: {e.Message}");
            }
        }
        return failed == 0 ? 0 : 1;
    }

    private static Guid Read(string id) => Guid.TryParse(id, out var read) ? read
        : throw new ShopException($"“{id}” is no id of an entry. bookmine-server quarantine list shows those there are.");

    private static int WriteOff(CommandContext context)
    {
        var why = context.Get(Why);
        if (string.IsNullOrWhiteSpace(why))
        {
            throw new ShopException("Give the reason: it is what the books will say of it.");
        }
        using var database = context.OpenDatabase();
        Try(context.Get(Id), "", () =>
        {
            Desk(context, context.As(database, "quarantine write-off", $"entry {context.Get(Id)}", why)).WriteOff(context.Get(Id), why);
            return true;
        });
        return context.Print(new { Id = context.Get(Id) }, $"{context.Get(Id)} written off: {why}");
    }

    private static QuarantineDesk Desk(CommandContext context, IServerDatabase database) =>
        ShopOrchestrator.Desk(database, context.ServerClock, context.ServerClock.Demand);

    private static T Try<T>(Guid id, string what, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (QuarantineException e)
        {
            throw new ShopException(e.Message);
        }
        catch (MalformedEntryException e)
        {
            throw new ShopException($"{what} cannot be posted: {e.Message}. Nothing was changed. Mend it with bookmine-server quarantine edit {id} --from FILE.");
        }
    }

    private static string Word(QuarantineState state) => state switch
    {
        QuarantineState.Posted => "posted by hand",
        QuarantineState.WrittenOff => "written off",
        _ => "quarantined",
    };

    /// <summary>The content as a person can read and edit it; what is no JSON in base64.</summary>
    private static string Pretty(byte[] payload)
    {
        if (payload.Length == 0)
        {
            return "(its content is no longer kept)";
        }
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(payload), Indented);
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(payload);
            return Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(payload) && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) ? text : Convert.ToBase64String(payload);
        }
    }
}
