using Bookmine.Schema;
using Bookmine.Sync.Changes;
using Bookmine.Sync.Journal;

namespace Bookmine.TillClient.Selling;

/// <summary>What a till has taken since its last Z reading, by its own journal: with the server or without.</summary>
/// <param name="From">When the first of it was sealed; null when there was nothing.</param>
/// <param name="ByMethod">Cents by payment method, what was paid in and out included.</param>
/// <param name="Records">How often each thing happened that is no transaction.</param>
public sealed record DrawerReading(
    long? From, long Sales, long SalesCents, long Refunds, long RefundsCents, long PaidInCents, long PaidOutCents, long DepositsCents, long VouchersCents,
    SortedDictionary<string, long> ByMethod, SortedDictionary<string, long> Records)
{
    private const int Slice = 200;

    /// <summary>What should lie in the drawer.</summary>
    public long CashCents => ByMethod.GetValueOrDefault("cash");

    /// <summary>Adds up what was sealed since the last Z reading.</summary>
    public static DrawerReading Of(ClientJournal journal)
    {
        var reading = new DrawerReading(null, 0, 0, 0, 0, 0, 0, 0, 0, new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        var after = journal.LastOf(EntryKinds.Reading);
        for (var slice = journal.After(after, Slice); slice.Count > 0; slice = journal.After(slice[^1].N, Slice))
        {
            reading = slice.Aggregate(reading, (so, entry) => so.With(entry));
        }
        return reading;
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
        return entry.Kind switch
        {
            EntryKinds.Sale => with with { Sales = Sales + 1, SalesCents = SalesCents + entry.Amount },
            EntryKinds.Layby => with with { Sales = Sales + 1, SalesCents = SalesCents + entry.Amount },
            EntryKinds.Cancellation or EntryKinds.Refund => with with { Refunds = Refunds + 1, RefundsCents = RefundsCents + entry.Amount },
            EntryKinds.PayIn => with with { PaidInCents = PaidInCents + entry.Amount },
            EntryKinds.PayOut => with with { PaidOutCents = PaidOutCents + entry.Amount },
            EntryKinds.Voucher => with with { VouchersCents = VouchersCents + entry.Amount },
            EntryKinds.Deposit => with with { DepositsCents = DepositsCents + entry.Amount },
            _ => with,
        };
    }
}
