using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Orchestrators;
using Bookmine.TillClient.Server;

namespace Bookmine.TillClient;

/// <summary>Makes the report of a synchronisation: reads the posted entries again from the journal and asks the server for its totals.</summary>
internal sealed class SyncReporter(ClientJournal journal, ShopClient shop)
{
    private static readonly ControlTotals Nothing = new(0, 0, 0, new Dictionary<string, long>());

    public async Task<SyncReport> ReportAsync(SyncOutcome outcome, Func<int> requests, TimeSpan elapsed, CancellationToken cancel)
    {
        var posted = outcome.Results.Where(r => r.State == EntryState.Posted).ToList();
        var server = posted.Count == 0 ? Nothing : await shop.TotalsAsync(outcome.FromN, outcome.ThroughN, cancel).ConfigureAwait(false);
        var renumbered = new List<Renumbering>();
        var totals = new Totals();
        var (sales, stock, contacts) = (0, 0, 0);
        foreach (var result in posted)
        {
            var entry = journal.ByN(result.N)!;
            sales += entry.Kind is EntryKinds.Sale or EntryKinds.Refund ? 1 : 0;
            stock += entry.Kind == EntryKinds.Stock ? 1 : 0;
            contacts += entry.Kind == EntryKinds.Contact ? 1 : 0;
            if (result.Number is { } transId && entry.Number is { } docket)
            {
                renumbered.Add(new Renumbering(DocketNumber.D(docket).ToString(), transId));
                totals.Add(ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload));
            }
        }
        var till = totals.Sum();
        return new SyncReport(
            new PostedCounts(sales, stock, contacts), [.. outcome.Results.SelectMany(r => r.Dropped)],
            [.. outcome.Results.Where(r => r.State == EntryState.Quarantined).Select(r => new QuarantinedEntry(r.N, r.Reason ?? ""))],
            renumbered, till, server, till.Agrees(server), requests(), Math.Round(elapsed.TotalSeconds, 3), outcome.Upgrade,
            Math.Round(outcome.ClockOffset / 1000m, 1));
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
