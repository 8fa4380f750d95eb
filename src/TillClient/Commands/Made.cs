using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;

namespace Bookmine.TillClient.Commands;

/// <summary>What record an entry made, for scripts that go on with it.</summary>
internal sealed record Made(Guid? StockId, string? Code, Guid? ContactId)
{
    public static Made? Of(JournalEntry entry)
    {
        if (entry.Kind is not (EntryKinds.Stock or EntryKinds.Contact))
        {
            return null;
        }
        var row = ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes[0].Values;
        return entry.Kind == EntryKinds.Stock ? new Made(row.Guid("id"), row.Text("code"), null) : new Made(null, null, row.Guid("id"));
    }
}
