using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Bookmine.Schema;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>A sale that is being rung up, or put aside: a value, of which each step makes the next, and which is kept as it is.</summary>
internal sealed record OpenSale
{
    public static OpenSale Empty { get; } = new();

    public ImmutableList<SaleLine> Lines { get; init; } = [];

    /// <summary>When its first line was rung up; null until then.</summary>
    public string? StartedAt { get; init; }

    public Guid? ContactId { get; init; }

    [JsonIgnore]
    public FoundContact? Contact { get; private init; }

    public string? Note { get; init; }

    /// <summary>Off the whole sale, beside what is off its lines. It follows the lines until the sale is sealed, and is shared out among them then.</summary>
    public Discount WholeDiscount { get; init; }

    /// <summary>The marked line: the last one changed, or where the arrows have gone.</summary>
    [JsonIgnore]
    public int At { get; private init; }

    [JsonIgnore]
    public bool IsEmpty => Lines.IsEmpty;

    [JsonIgnore]
    public long Copies => Lines.Sum(l => l.Qty);

    [JsonIgnore]
    public long WholeDiscountCents => WholeDiscount.On(SoldCents);

    [JsonIgnore]
    public long TotalCents => Lines.Sum(l => l.TotalCents) - WholeDiscountCents;

    /// <summary>What the goods that are sold come to, without those that come back.</summary>
    [JsonIgnore]
    public long SoldCents => Lines.Where(l => l.Qty > 0).Sum(l => l.TotalCents);

    public OpenSale LinkedTo(FoundContact? contact) => this with { Contact = contact, ContactId = contact?.ContactId };

    /// <summary>With more copies: on the line that has the item at that price, or on one of their own.</summary>
    /// <param name="qty">Negative for copies that come back.</param>
    public OpenSale With(FoundStock item, long qty, long priceCents, DateTimeOffset now)
    {
        var begun = this with { StartedAt = StartedAt ?? Instant.Format(now.ToUnixTimeMilliseconds()) };
        var same = Lines.FindIndex(l => l.StockId == item.StockId && l.PriceCents == priceCents && l.Discount == default && Math.Sign(l.Qty) == Math.Sign(qty));
        return same >= 0 ? begun.With(same, Lines[same] with { Qty = Lines[same].Qty + qty })
            : begun with { Lines = Lines.Add(new SaleLine(item.StockId, qty, priceCents, default) { Item = item }), At = Lines.Count };
    }

    /// <summary>With another line in the place of one.</summary>
    public OpenSale With(int line, SaleLine by) => this with { Lines = Lines.SetItem(line, by), At = line };

    public OpenSale Without(int line)
    {
        var rest = this with { Lines = Lines.RemoveAt(line) };
        // What is rung up after the last one is gone is another sale.
        return (rest.IsEmpty ? rest with { StartedAt = null, WholeDiscount = default } : rest).Moved(0);
    }

    public OpenSale Moved(int by) => this with { At = Math.Clamp(At + by, 0, Math.Max(Lines.Count - 1, 0)) };

    /// <summary>One that was kept, with what the replica has of its records now; lines of records that are not here any more are gone.</summary>
    public OpenSale Here(TillRecords records)
    {
        var lines = Lines.Select(l => l with { Item = records.StockById(l.StockId)! }).Where(l => l.Item is not null).ToImmutableList();
        return (this with { Lines = lines, At = Math.Max(lines.Count - 1, 0) }).LinkedTo(ContactId is { } contact ? records.ContactById(contact) : null);
    }

    public SaleDraft ToDraft(string? byOperator, IEnumerable<PaymentDraft> payments) => new()
    {
        StartedAt = StartedAt,
        ContactId = Contact?.ContactId,
        Operator = byOperator,
        Note = Note,
        AtCounter = true,
        Lines = [.. Lines.Zip(Shares(), (l, share) => new LineDraft { StockId = l.StockId, Qty = l.Qty, UnitPriceCents = l.PriceCents, DiscountCents = l.DiscountCents + share })],
        Payments = [.. payments],
    };

    private IEnumerable<long> Shares() => SharedDiscount.Of(WholeDiscountCents, [.. Lines.Select(l => l.Qty > 0 ? l.TotalCents : 0)]);
}

/// <param name="Qty">Negative for copies that come back.</param>
internal sealed record SaleLine(Guid StockId, long Qty, long PriceCents, Discount Discount)
{
    /// <summary>What the replica has of it.</summary>
    [JsonIgnore]
    public FoundStock Item { get; init; } = null!;

    /// <summary>Without the discount, whichever way the goods go.</summary>
    [JsonIgnore]
    public long FullCents => Math.Abs(Qty * PriceCents);

    [JsonIgnore]
    public long DiscountCents => Math.Sign(Qty) * Discount.On(FullCents);

    [JsonIgnore]
    public long TotalCents => (Qty * PriceCents) - DiscountCents;
}
