using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient;

/// <summary>
/// Makes the report of what was posted since the last report that a person saw, from the answers noted in the journal; so nothing that was
/// dropped or quarantined goes untold because a line broke after the posting. Asks the server for its totals of the same entries.
/// </summary>
internal sealed class SyncReporter(ClientJournal journal, IShopChannel shop, TillRecords records)
{
    private const int Slice = 500;
    private static readonly ControlTotals Nothing = new(0, 0, 0, new Dictionary<string, long>());

    public async Task<SyncReport> ReportAsync(SyncOutcome outcome, Func<int> requests, Func<TimeSpan> elapsed, CancellationToken cancel)
    {
        var (from, through) = (journal.ReportedThrough + 1, journal.Acknowledged);
        var entries = Answered(from, through).ToList();
        var posted = entries.FindAll(e => e.Result!.State == EntryState.Posted);
        var asked = posted.Count == 0 ? Task.FromResult(Nothing)
            : shop.TotalsAsync(from, through, [.. entries.Where(e => e.Result!.State == EntryState.Quarantined).Select(e => e.N)], cancel);
        var totals = new Totals();
        foreach (var entry in posted.Where(e => e.Result!.Number is not null))
        {
            totals.Add(Content(entry));
        }
        var (till, server) = (totals.Sum(), await asked.ConfigureAwait(false));
        return new SyncReport(
            through,
            new PostedCounts(
                posted.Count(e => EntryKinds.IsTransaction(e.Kind)), posted.Count(e => e.Kind == EntryKinds.Stock), posted.Count(e => e.Kind == EntryKinds.Contact)),
            [.. entries.SelectMany(e => e.Result!.Dropped).Select(d => DroppedEdit.From(d)).Select(d => d with { Of = records.NameOf(d) })],
            [.. entries.Where(e => e.Result!.State == EntryState.Quarantined).Select(e => new QuarantinedEntry(e.N, e.Result!.Reason ?? "", e.Number is { } n ? DocketNumber.D(n).ToString() : null))],
            [.. posted.Where(e => e.Number is not null && e.Result!.Number is not null)
                .Select(e => new Renumbering(DocketNumber.D(e.Number!.Value).ToString(), e.Result!.Number!.Value))],
            till, server with { Exceptions = null }, till.Agrees(server), requests(), Math.Round(elapsed().TotalSeconds, 3), outcome.Upgrade,
            Math.Round(outcome.ClockOffset / 1000m, 1), server.Exceptions ?? [], outcome.PutOff,
            outcome.Results.Count(r => r.N < from), outcome.Withheld);
    }

    private ChangeGroup Content(JournalEntry entry)
    {
        try
        {
            return ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload);
        }
        catch (MalformedEntryException e)
        {
            throw journal.Damaged($"entry {entry.N}, which was posted, has changed since: {e.Message}");
        }
    }

    private IEnumerable<JournalEntry> Answered(long from, long through)
    {
        for (var n = from - 1; n < through;)
        {
            var slice = journal.After(n, Slice);
            foreach (var entry in slice.Where(e => e.N <= through && e.Result is not null))
            {
                yield return entry;
            }
            n = slice.Count == 0 ? through : slice[^1].N;
        }
    }

    private sealed class Totals
    {
        private readonly SortedDictionary<string, long> methods = new(StringComparer.Ordinal);
        private long documents;
        private long cents;
        private long quantity;

        public void Add(ChangeGroup group)
        {
            documents++;
            foreach (var row in group.Changes.Select(c => c.Values))
            {
                if (row.Table == BookmineSetup.DocumentLine)
                {
                    cents += (row.Integer("qty") * row.Integer("unit_price_cents")) - row.Integer("discount_cents");
                }
                else if (row.Table == BookmineSetup.Payment)
                {
                    methods[row.Text("method")] = methods.GetValueOrDefault(row.Text("method")) + row.Integer("amount_cents");
                }
                else if (row.Table == BookmineSetup.StockMovement)
                {
                    quantity -= row.Integer("qty");
                }
            }
        }

        public ControlTotals Sum() => new(documents, cents, quantity, methods);
    }
}
