using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Setup;
using Bookmine.Sync.Wire;

namespace Bookmine.Sync.Posting;

/// <summary>An entry as far as it is understood by itself, without a look at the server's records.</summary>
/// <param name="Group">What the client did; null when <paramref name="Fault"/> says why it is not understood, or not to be posted.</param>
public sealed record Understood(PushedEntry Entry, ChangeGroup? Group, string? Fault)
{
    /// <summary>The content as the inbox keeps it; made here, where nobody waits for it.</summary>
    public byte[] Packed { get; init; } = PackedContent.Pack(Entry.Payload);

    /// <summary>The first step of posting. Pure.</summary>
    public static Understood Of(SyncSetup setup, PushedEntry entry)
    {
        var expected = JournalEntry.HashOf(entry.N, entry.Id, entry.Kind, entry.Format, entry.SealedAt, entry.Payload);
        if (!expected.AsSpan().SequenceEqual(entry.Hash))
        {
            return new Understood(entry, null, "its hash is not that of its content");
        }
        try
        {
            return new Understood(entry, ChangeGroupJson.Read(setup, entry.Id, entry.Format, entry.Payload), null);
        }
        catch (MalformedEntryException e)
        {
            return new Understood(entry, null, e.Message);
        }
    }

    /// <summary>The same entry, to be kept for a person.</summary>
    public Understood Refused(string why) => this with { Group = null, Fault = why };
}
