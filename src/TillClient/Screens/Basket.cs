using Bookmine.Schema;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>A sale that is being rung up.</summary>
/// <param name="startedAt">When it was begun, if it was; else its first line begins it.</param>
internal sealed class Basket(string? startedAt = null)
{
    private readonly List<BasketLine> lines = [];

    /// <param name="Qty">Negative for copies that come back.</param>
    public sealed record BasketLine(FoundStock Item, long Qty, long PriceCents, Discount Discount)
    {
        /// <summary>Without the discount, whichever way the goods go.</summary>
        public long FullCents => Math.Abs(Qty * PriceCents);

        public long DiscountCents => Math.Sign(Qty) * Discount.On(FullCents);

        public long TotalCents => (Qty * PriceCents) - DiscountCents;
    }

    public IReadOnlyList<BasketLine> Lines => lines;

    public bool IsEmpty => lines.Count == 0;

    public long Copies => lines.Sum(l => l.Qty);

    /// <summary>Off the whole sale, beside what is off its lines. It follows the lines until the sale is sealed, and is shared out among them then.</summary>
    public Discount WholeDiscount { get; set; }

    public long WholeDiscountCents => WholeDiscount.On(SoldCents);

    public long TotalCents => lines.Sum(l => l.TotalCents) - WholeDiscountCents;

    /// <summary>What the goods that are sold come to, without those that come back.</summary>
    public long SoldCents => lines.Where(l => l.Qty > 0).Sum(l => l.TotalCents);

    public FoundContact? Contact { get; set; }

    public string? Note { get; set; }

    public string? StartedAt { get; private set; } = startedAt;

    public Tender Tender { get; } = new();

    /// <summary>The marked line: the last one changed, or where the arrows have gone.</summary>
    public int At { get; private set; }

    public void Add(FoundStock item, long qty, long priceCents, DateTimeOffset now)
    {
        StartedAt ??= Instant.Format(now.ToUnixTimeMilliseconds());
        var same = lines.FindIndex(l => l.Item.StockId == item.StockId && l.PriceCents == priceCents && l.Discount == default && Math.Sign(l.Qty) == Math.Sign(qty));
        if (same >= 0)
        {
            lines[same] = lines[same] with { Qty = lines[same].Qty + qty };
            At = same;
        }
        else
        {
            lines.Add(new BasketLine(item, qty, priceCents, default));
            At = lines.Count - 1;
        }
    }

    /// <summary>Adds a line as it is.</summary>
    public void Add(BasketLine line)
    {
        lines.Add(line);
        At = lines.Count - 1;
    }

    public void Replace(int line, BasketLine by) => (lines[line], At) = (by, line);

    public void Remove(int line)
    {
        lines.RemoveAt(line);
        // What is rung up then is another sale.
        (StartedAt, WholeDiscount) = IsEmpty ? (null, default) : (StartedAt, WholeDiscount);
        Move(0);
    }

    public void Move(int by) => At = Math.Clamp(At + by, 0, Math.Max(lines.Count - 1, 0));

    public SaleDraft ToDraft(string? byOperator) => new()
    {
        StartedAt = StartedAt,
        ContactId = Contact?.ContactId,
        Operator = byOperator,
        Note = Note,
        AtCounter = true,
        Lines = [.. lines.Zip(Shares(), (l, share) => new LineDraft { StockId = l.Item.StockId, Qty = l.Qty, UnitPriceCents = l.PriceCents, DiscountCents = l.DiscountCents + share })],
        Payments = [.. Tender.Payments],
    };

    /// <summary>Each line's share of what is off the whole, by what the line comes to; to the cent they add up to it.</summary>
    private IEnumerable<long> Shares()
    {
        var (whole, sold, seen, given) = (WholeDiscountCents, SoldCents, 0L, 0L);
        foreach (var line in lines)
        {
            seen += line.Qty > 0 ? line.TotalCents : 0;
            var upToHere = sold == 0 ? 0 : (long)Math.Round((decimal)whole * seen / sold, MidpointRounding.AwayFromZero);
            yield return upToHere - given;
            given = upToHere;
        }
    }
}
