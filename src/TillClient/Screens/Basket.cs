using Bookmine.Schema;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>The sale that is being rung up.</summary>
internal sealed class Basket
{
    private readonly List<BasketLine> lines = [];
    private readonly List<PaymentDraft> payments = [];

    public sealed record BasketLine(FoundStock Item, long Qty, long PriceCents, long DiscountCents)
    {
        public long TotalCents => (Qty * PriceCents) - DiscountCents;
    }

    public IReadOnlyList<BasketLine> Lines => lines;

    public bool IsEmpty => lines.Count == 0;

    public long TotalCents => lines.Sum(l => l.TotalCents);

    public long PaidCents => payments.Sum(p => p.AmountCents);

    public FoundContact? Contact { get; set; }

    public string? StartedAt { get; private set; }

    public IReadOnlyList<PaymentDraft> Payments => payments;

    public void Add(FoundStock item, long qty, long priceCents, DateTimeOffset now)
    {
        StartedAt ??= Instant.Format(now.ToUnixTimeMilliseconds());
        var same = lines.FindIndex(l => l.Item.StockId == item.StockId && l.PriceCents == priceCents && l.DiscountCents == 0 && Math.Sign(l.Qty) == Math.Sign(qty));
        if (same >= 0)
        {
            lines[same] = lines[same] with { Qty = lines[same].Qty + qty };
        }
        else
        {
            lines.Add(new BasketLine(item, qty, priceCents, 0));
        }
    }

    public void Replace(int line, BasketLine by) => lines[line] = by;

    public void Remove(int line) => lines.RemoveAt(line);

    public void Pay(string method, long cents, bool change = false) => payments.Add(new PaymentDraft { Method = method, AmountCents = cents, Change = change });

    public void UndoPayments() => payments.Clear();

    public void Clear()
    {
        lines.Clear();
        payments.Clear();
        (Contact, StartedAt) = (null, null);
    }

    public SaleDraft ToDraft() => new()
    {
        StartedAt = StartedAt,
        ContactId = Contact?.ContactId,
        Lines = [.. lines.Select(l => new LineDraft { StockId = l.Item.StockId, Qty = l.Qty, UnitPriceCents = l.PriceCents, DiscountCents = l.DiscountCents })],
        Payments = [.. payments],
    };
}
