using System.Text.Json;
using System.Text.Json.Serialization;
using Bookmine.Schema;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>The sale that is being rung up, those that are held, and what else is not done yet, kept so that an end of the program in the middle loses none of it.</summary>
internal static class OpenSales
{
    /// <summary>As they are kept; null when there is nothing to keep.</summary>
    public static byte[]? Write(PosDesk desk)
    {
        var kept = new KeptDesk(
            [.. desk.Held.Append(desk.Basket).Where(b => !b.IsEmpty).Select(b => new OpenSale(
                b == desk.Basket, b.StartedAt, b.Contact?.ContactId, b.Note, [.. b.Tender.Payments],
                [.. b.Lines.Select(l => new OpenLine(l.Item.StockId, l.Qty, l.PriceCents, l.Discount))], b.WholeDiscount))],
            [.. desk.InHand is { } text ? [text] : Array.Empty<string>(), .. desk.Waiting],
            desk.Beside is var (what, due, tender) && tender.Payments.Count > 0 ? UnsealedMoney.Of(desk, what, due, tender) : desk.Unsealed,
            desk.Dropped,
            0);
        return kept is { Sales.Count: 0, Waiting.Count: 0, Unsealed: null, Dropped.Count: 0 } ? null
            : JsonSerializer.SerializeToUtf8Bytes(kept with { After = desk.Till.Records.LastEntry }, OpenSalesJson.Default.KeptDesk);
    }

    /// <summary>Takes up what an earlier program has left.</summary>
    public static void Read(PosDesk desk, byte[]? kept)
    {
        if (kept is null)
        {
            return;
        }
        if (Parsed(kept) is not { } left)
        {
            desk.Say("The sales that were open when the program ended cannot be read any more. Ring them up again.", isAlarm: true);
            return;
        }
        // One that was sealed in the second before the end is no longer open, whatever was kept.
        var open = left.Sales.Where(s => !IsSealed(desk, s, left.After)).Select(s => (Kept: s, Basket: Basket(desk, s))).ToList();
        var gone = open.Sum(s => s.Kept.Lines.Count - s.Basket.Lines.Count);
        foreach (var (sale, basket) in open.Where(s => !s.Basket.IsEmpty))
        {
            if (sale.IsRungUp && desk.Basket.IsEmpty)
            {
                desk.Basket = basket;
            }
            else
            {
                desk.Held.Add(basket);
            }
        }
        left.Waiting.ToList().ForEach(desk.Waiting.Enqueue);
        desk.Dropped.AddRange(left.Dropped);
        desk.Unsealed = left.Unsealed;
        if (gone > 0)
        {
            TellOfGone(desk, gone, open.Find(s => s.Basket.IsEmpty && s.Kept.Payments.Count > 0).Basket, left.After);
        }
        else if (open.Count > 0)
        {
            desk.Say(desk.Basket.IsEmpty ? $"{Counted.Of(desk.Held.Count, "held sale is", "held sales are")} here again." : "The sale that was open when the program ended is here again.");
        }
        TellOfUnsealed(desk);
    }

    /// <param name="empty">One of whose lines none is left, and for which money was taken; null for none.</param>
    private static void TellOfGone(PosDesk desk, int gone, Basket? empty, long after)
    {
        desk.Say($"{Counted.Of(gone, "line", "lines")} of the sale that was open when the program ended {(gone == 1 ? "is" : "are")} of a record that is not here any more.", isAlarm: true);
        if (empty is { Tender: var tender })
        {
            desk.Unsealed = new UnsealedMoney($"{tender.Text} for a sale whose records are not here any more", tender.PaidCents, after, IsOnRecord: false);
        }
    }

    private static void TellOfUnsealed(PosDesk desk)
    {
        if (desk.Unsealed is { IsOnRecord: false } money && desk.Till.Records.SealedAfter(money.After).Count > 0)
        {
            desk.Unsealed = null;
            desk.Say($"{money.Text}: taken when the program ended. F7 shows whether it was sealed.", isAlarm: true);
        }
        else if (desk.Unsealed is { } told)
        {
            desk.Say(told.ToTell, isAlarm: true);
        }
    }

    /// <summary>A transaction of that sale's start, or after what was kept last one of its amount: the clock may have been set back meanwhile.</summary>
    private static bool IsSealed(PosDesk desk, OpenSale sale, long after) => sale.StartedAt is not null && (desk.Till.Records.IsSealed(sale.StartedAt)
        || (sale.IsRungUp && desk.Till.Records.SealedAfter(after).Any(e => EntryKinds.IsSale(e.Kind) && e.Cents == Basket(desk, sale).TotalCents)));

    /// <summary>What the bytes hold; of those of an earlier version, which began with the sales, these. Null when they are no such thing.</summary>
    private static KeptDesk? Parsed(byte[] kept)
    {
        try
        {
            var desk = kept is [(byte)'[', ..] ? new KeptDesk(JsonSerializer.Deserialize(kept, OpenSalesJson.Default.ListOpenSale)!, [], null, [], long.MaxValue)
                : JsonSerializer.Deserialize(kept, OpenSalesJson.Default.KeptDesk);
            return desk is null || desk.Sales.Any(s => s is null || s.Payments.Contains(null!)) || desk.Waiting.Contains(null!) || desk.Dropped.Contains(null!) ? null : desk;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Basket Basket(PosDesk desk, OpenSale sale)
    {
        var basket = new Basket(sale.StartedAt) { Note = sale.Note, WholeDiscount = sale.WholeDiscount };
        foreach (var line in sale.Lines)
        {
            if (desk.Till.Records.StockById(line.StockId) is { } item)
            {
                basket.Add(new Basket.BasketLine(item, line.Qty, line.PriceCents, line.Discount));
            }
        }
        foreach (var payment in sale.Payments)
        {
            basket.Tender.Pay(payment);
        }
        basket.Contact = sale.ContactId is { } contact ? desk.Till.Records.ContactById(contact) : null;
        return basket;
    }
}

/// <param name="Waiting">What was entered and not rung up yet, in its order.</param>
/// <param name="Unsealed">Money that was taken for something beside the sales and that was not sealed; null for none.</param>
/// <param name="Dropped">What reports have told of and was not made again.</param>
/// <param name="After">The journal's last entry when it was kept.</param>
internal sealed record KeptDesk(IReadOnlyList<OpenSale> Sales, IReadOnlyList<string> Waiting, UnsealedMoney? Unsealed, IReadOnlyList<DroppedEdit> Dropped, long After);

/// <param name="Text">What was given, of how much, and for what.</param>
/// <param name="After">The journal's last entry when it was taken.</param>
/// <param name="IsOnRecord">It is in the journal, as an event.</param>
internal sealed record UnsealedMoney(string Text, long Cents, long After, bool IsOnRecord)
{
    /// <summary>What a cashier is told.</summary>
    [JsonIgnore]
    public string ToTell => $"{Text}: taken, and not sealed when the program or the disk failed. Make it again with this money, or give it back.";

    public static UnsealedMoney Of(PosDesk desk, string what, long due, Tender tender) =>
        new($"{tender.Text} of {Money.Format(due)} for {what}", tender.PaidCents, desk.Till.Records.LastEntry, IsOnRecord: false);
}

/// <param name="IsRungUp">The one that was being rung up; the others were held.</param>
internal sealed record OpenSale(
    bool IsRungUp, string? StartedAt, Guid? ContactId, string? Note, IReadOnlyList<PaymentDraft> Payments, IReadOnlyList<OpenLine> Lines, Discount WholeDiscount = default);

internal readonly record struct OpenLine(Guid StockId, long Qty, long PriceCents, Discount Discount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptDesk))]
[JsonSerializable(typeof(List<OpenSale>))]
internal sealed partial class OpenSalesJson : JsonSerializerContext;
