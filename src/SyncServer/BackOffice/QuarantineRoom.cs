using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Posting;
using Bookmine.SyncServer.Authority;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>What became of an entry that was to be posted.</summary>
/// <param name="Refused">Why it still cannot be; null where it was.</param>
public sealed record PostedByHand(Guid Id, long? TransId, long? PostedAt, int Dropped, string? Refused);

/// <summary>Entries that were not posted by themselves, as people deal with them.</summary>
/// <param name="demand">Asked before anything is posted whether the time is known; throws where it is not.</param>
public sealed class QuarantineRoom(IServerDatabase database, TimeProvider clock, Action<Session>? demand = null)
{
    private const int MostContent = 1_000_000;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="branch">Whose tills'; null for all that are theirs to see.</param>
    /// <param name="all">Also what was dealt with.</param>
    public IReadOnlyList<QuarantinedItem> List(Actor actor, long? branch, bool all)
    {
        var tills = database.Asking(actor, (session, rights) => rights.Among(branch) is not { } branches ? null
            : session.IntegersOf($"SELECT id FROM till WHERE {BranchFilter.In("branch", branches)}").ToHashSet());
        var items = ShopOrchestrator.Desk(database, clock).List(all);
        return tills is null ? items : [.. items.Where(i => tills.Contains(i.Client))];
    }

    /// <exception cref="ShopException">There is no such entry, or it is of another's till.</exception>
    public (QuarantinedItem Item, IReadOnlyList<QuarantineStep> Done) Show(Actor actor, Guid id)
    {
        database.Asking(actor, (session, rights) =>
        {
            Demand(session, rights, id);
            return true;
        });
        var desk = ShopOrchestrator.Desk(database, clock);
        var item = desk.Find(id) ?? throw new ShopException($"There is no entry {id} in quarantine. bookmine-server quarantine list shows those there are.");
        return (item, desk.Deeds(id));
    }

    /// <summary>Lays a mended content beside the sealed one.</summary>
    /// <exception cref="ShopException">It is no content of an entry, or there is no such entry waiting.</exception>
    public void Edit(Actor actor, Guid id, byte[] content)
    {
        if (content.Length > MostContent)
        {
            throw new ShopException($"The content has {content.Length:N0} bytes, and an entry has {MostContent:N0} at most. Nothing was changed.");
        }
        Try(id, "That", () =>
        {
            Desk(actor, "quarantine edit", id, null).Edit(id, content);
            return true;
        });
    }

    /// <summary>Posts an entry at this moment, as it is or as it was mended.</summary>
    /// <exception cref="ShopException">It still cannot be posted, or there is no such entry waiting.</exception>
    public PostedByHand Post(Actor actor, Guid id)
    {
        var posted = Try(id, "It", () => Desk(actor, "quarantine post", id, null).Post(id));
        return new PostedByHand(id, posted.Number, posted.PostedAt, posted.Dropped.Count, null);
    }

    /// <summary>Posts several, each by itself: what one lacks holds up no other.</summary>
    public List<PostedByHand> PostAll(Actor actor, IEnumerable<Guid> ids)
    {
        var done = new List<PostedByHand>();
        foreach (var id in ids)
        {
            try
            {
                done.Add(Post(actor, id));
            }
            catch (ShopException e) when (e is not SignedOutException)
            {
                done.Add(new PostedByHand(id, null, null, 0, e.Message));
            }
        }
        return done;
    }

    /// <summary>The entries of a till that wait.</summary>
    public Guid[] OfTill(long till) => [.. ShopOrchestrator.Desk(database, clock).List(all: false).Where(i => i.Client == till).Select(i => i.Id)];

    /// <summary>Gives an entry up; its content is kept.</summary>
    /// <exception cref="ShopException">There is no reason, or no such entry waiting.</exception>
    public void WriteOff(Actor actor, Guid id, string why)
    {
        if (string.IsNullOrWhiteSpace(why))
        {
            throw new ShopException("Give the reason: it is what the books will say of it.");
        }
        Try(id, "It", () =>
        {
            Desk(actor, "quarantine write-off", id, why).WriteOff(id, why);
            return true;
        });
    }

    /// <summary>Where an entry stands, as lists say it.</summary>
    public static string Word(QuarantineState state) => state switch
    {
        QuarantineState.Posted => QuarantineDesk.ByHand,
        QuarantineState.WrittenOff => QuarantineDesk.WrittenOff,
        _ => "quarantined",
    };

    /// <summary>A content as a person can read and edit it; what is no JSON in base64.</summary>
    public static string Readable(byte[] payload)
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
            return Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(payload) && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
                ? text : Convert.ToBase64String(payload);
        }
    }

    /// <summary>The desk for one deed on one entry: whose till it is of is asked in the deed's own transaction.</summary>
    private QuarantineDesk Desk(Actor actor, string deed, Guid id, string? detail) => ShopOrchestrator.Desk(
        new AuditedDatabase(database, clock, actor, deed, $"entry {id}", detail, (session, rights) => Demand(session, rights, id)), clock, demand);

    private static void Demand(Session session, Rights rights, Guid id)
    {
        var till = session.Integer("SELECT client FROM sync_inbox WHERE id = @id", id) ?? session.Integer("SELECT client FROM sync_fork WHERE id = @id", id);
        if (till is { } one)
        {
            Machines.Demand(session, rights, [one]);
        }
    }

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
            throw new ShopException(
                $"{what} cannot be posted: {e.Message}. Nothing was changed. Mend its content first (bookmine-server quarantine edit {id} --from FILE).");
        }
    }
}
