using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Selling;

/// <summary>What a till has taken since its last Z reading, by its own journal: with the server or without.</summary>
/// <param name="Number">Of the Z reading that ends it: this till's are counted from 1.</param>
/// <param name="FloatCents">What the reading before has left in the drawer.</param>
/// <param name="Taxes">By rate, basis points.</param>
/// <param name="From">When the first of it was sealed; null when there was nothing.</param>
/// <param name="ByMethod">Cents by payment method, what was paid in and out included.</param>
/// <param name="Records">How often each thing happened that is no transaction.</param>
public sealed record DrawerReading(
    long Number, long FloatCents, long? From, long Sales, long SalesCents, long Refunds, long RefundsCents, long PaidInCents, long PaidOutCents, long DepositsCents, long VouchersCents,
    SortedDictionary<string, long> ByMethod, SortedDictionary<long, TaxAtRate> Taxes, SortedDictionary<string, long> Records)
{
    private const int Slice = 200;

    /// <summary>What should lie in the drawer: the float that the reading before left, and the cash since.</summary>
    public long ExpectedCents => FloatCents + ByMethod.GetValueOrDefault(PaymentMethods.Cash);

    /// <summary>As a Z reading keeps them.</summary>
    /// <param name="leftCents">What stays in the drawer as the next float.</param>
    public DrawerFigures Figures(CountedDrawer counted, long leftCents) => new(
        Number, Sales, SalesCents, Refunds, RefundsCents, ByMethod, [.. Taxes.Values], FloatCents, ExpectedCents, counted.Cents, leftCents,
        counted.Denominations);

    /// <summary>Adds up what was sealed since the last Z reading.</summary>
    public static DrawerReading Of(ClientJournal journal)
    {
        var after = journal.LastOf(EntryKinds.Reading);
        var before = FiguresOf(journal, after);
        var reading = new DrawerReading(
            (before?.Number ?? 0) + 1, before?.LeftCents ?? 0, null, 0, 0, 0, 0, 0, 0, 0, 0, new(StringComparer.Ordinal), [], new(StringComparer.Ordinal));
        for (var slice = journal.After(after, Slice); slice.Count > 0; slice = journal.After(slice[^1].N, Slice))
        {
            reading = slice.Aggregate(reading, (so, entry) => so.With(entry));
        }
        return reading;
    }

    private static DrawerFigures? FiguresOf(ClientJournal journal, long n) => journal.ByN(n) is { Kind: EntryKinds.Reading } entry
        ? DrawerFigures.Read(ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes
            .FirstOrDefault(c => c.Table == BookmineSetup.TillEvent)?.Values.TextOrNull("figures"))
        : null;

    private void AddTax(Row document, IEnumerable<Row> lines)
    {
        foreach (var tax in Tax.Of(document.Text("kind"), document.IntegerOrNull("tax_rule"), lines.Select(
            l => ((l.Integer("qty") * l.Integer("unit_price_cents")) - l.Integer("discount_cents"), l.Integer("tax_rate_bp")))))
        {
            var sum = Taxes.GetValueOrDefault(tax.RateBp) ?? new TaxAtRate(tax.RateBp, 0, 0);
            Taxes[tax.RateBp] = sum with { GrossCents = sum.GrossCents + tax.GrossCents, TaxCents = sum.TaxCents + tax.TaxCents };
        }
    }

    private DrawerReading With(JournalEntry entry)
    {
        if (!EntryKinds.IsTransaction(entry.Kind) && entry.Kind != EntryKinds.Event)
        {
            return this;
        }
        var rows = ChangeGroupJson.Read(BookmineSetup.Instance, entry.Id, entry.Format, entry.Payload).Changes.Select(c => c.Values).ToList();
        foreach (var payment in rows.Where(r => r.Table == BookmineSetup.Payment))
        {
            ByMethod[payment.Text("method")] = ByMethod.GetValueOrDefault(payment.Text("method")) + payment.Integer("amount_cents");
        }
        foreach (var happened in rows.Where(r => r.Table == BookmineSetup.TillEvent))
        {
            Records[happened.Text("kind")] = Records.GetValueOrDefault(happened.Text("kind")) + 1;
        }
        var with = this with { From = From ?? entry.SealedAt };
        var lines = rows.FindAll(r => r.Table == BookmineSetup.DocumentLine);
        var returned = lines.Where(l => l.Integer("qty") < 0).Sum(l => (l.Integer("qty") * l.Integer("unit_price_cents")) - l.Integer("discount_cents"));
        if (rows.Find(r => r.Table == BookmineSetup.Document) is { } document)
        {
            AddTax(document, lines);
        }
        return entry.Kind switch
        {
            // What comes back without a docket is a refund, also beside what is sold.
            EntryKinds.Sale or EntryKinds.Layby => with with
            {
                Sales = Sales + (lines.Exists(l => l.Integer("qty") > 0) ? 1 : 0), SalesCents = SalesCents + entry.Amount - returned,
                Refunds = Refunds + (lines.Exists(l => l.Integer("qty") < 0) ? 1 : 0), RefundsCents = RefundsCents + returned,
            },
            EntryKinds.Cancellation or EntryKinds.Refund => with with { Refunds = Refunds + 1, RefundsCents = RefundsCents + entry.Amount },
            EntryKinds.PayIn => with with { PaidInCents = PaidInCents + entry.Amount },
            EntryKinds.PayOut => with with { PaidOutCents = PaidOutCents + entry.Amount },
            EntryKinds.Voucher => with with { VouchersCents = VouchersCents + entry.Amount },
            EntryKinds.Deposit => with with { DepositsCents = DepositsCents + entry.Amount },
            _ => with,
        };
    }
}
