using Bookmine.Sync.Changes;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Orchestrators;

/// <summary>A group of changes that the scribe has entered, and what became of it.</summary>
public sealed record ScribedEntry(ChangeGroup Group, EntryResult Result);

/// <summary>
/// Keeps the journal that a client of another engine does not keep: each group of changes becomes its next entry, numbered and hashed here, and is
/// pushed like any other. So what such a client brings is posted once, in order, by the one way that there is.
/// </summary>
/// <param name="push">Pushes entries of the client.</param>
public sealed class Scribe(IServerDatabase database, Func<IReadOnlyList<PushedEntry>, PushReply> push)
{
    /// <summary>As many exchanges of one client as can plausibly come between.</summary>
    private const int MostAttempts = 20;

    /// <param name="groups">
    /// What is to be entered, by the records as they are: asked again where another exchange of the client's came between, or only a part was posted.
    /// </param>
    /// <returns>What was entered, in order.</returns>
    /// <exception cref="InvalidOperationException">The client's other exchanges do not end.</exception>
    public IReadOnlyList<ScribedEntry> Enter(long client, Func<Session, IReadOnlyList<ChangeGroup>> groups)
    {
        var entered = new List<ScribedEntry>();
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var (head, wanted) = database.Reading(session =>
                (LastEntry(session, client), groups(session)));
            if (EnterAll(head, wanted, entered))
            {
                return entered;
            }
        }
        throw new InvalidOperationException($"Other exchanges of client {client} do not end. Nothing is lost: it brings the rest when it comes again.");
    }

    /// <summary>How far the client's journal has come.</summary>
    public static long LastEntry(Session session, long client) =>
        session.Integer("SELECT acknowledged FROM sync_client WHERE client = @client", client) ?? 0;

    /// <returns>False when another exchange took the numbers, or not all were posted: nothing more is under them.</returns>
    private bool EnterAll(long head, IReadOnlyList<ChangeGroup> groups, List<ScribedEntry> entered)
    {
        foreach (var slice in groups.Chunk(Protocol.MostEntriesPerPush))
        {
            var first = head + 1;
            var reply = push([.. slice.Select((group, i) => Seal(first + i, group))]);
            entered.AddRange(slice.Zip(reply.Results, (group, result) => new ScribedEntry(group, result)));
            if (reply.Forked || reply.Results.Count < slice.Length)
            {
                return false;
            }
            head += slice.Length;
        }
        return true;
    }

    private static PushedEntry Seal(long n, ChangeGroup group)
    {
        var payload = ChangeGroupJson.Write(group);
        var hash = JournalEntry.HashOf(n, group.Id, group.Kind, ChangeGroupJson.Format, group.MadeAt, payload);
        return new PushedEntry(n, group.Id, group.Kind, ChangeGroupJson.Format, group.MadeAt, hash, payload);
    }
}
