using System.Text.Json;
using System.Text.Json.Serialization;
using Bookmine.Schema;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>The sale that is being rung up and those that are held, kept so that an end of the program in the middle of one loses none.</summary>
internal static class OpenSales
{
    /// <summary>As they are kept; null when there is nothing to keep.</summary>
    public static byte[]? Write(PosDesk desk)
    {
        List<string> waiting = [.. desk.InHand is { } text ? [text] : Array.Empty<string>(), .. desk.Waiting];
        var beside = desk.Beside is var (due, tender) && tender.Payments.Count > 0 ? $"{tender.Text} of {Money.Format(due)}" : null;
        List<OpenSale> sales = [.. desk.Held.Append(desk.Basket).Where(b => !b.IsEmpty || (b == desk.Basket && (waiting.Count > 0 || beside is not null))).Select(b => new OpenSale(
            b == desk.Basket, b.StartedAt, b.Contact?.ContactId, b.Note, [.. b.Tender.Payments],
            [.. b.Lines.Select(l => new OpenLine(l.Item.StockId, l.Qty, l.PriceCents, l.Discount))],
            b.WholeDiscount, b == desk.Basket ? waiting : [], b == desk.Basket ? beside : null))];
        return sales.Count == 0 ? null : JsonSerializer.SerializeToUtf8Bytes(sales, OpenSalesJson.Default.ListOpenSale);
    }

    /// <summary>Takes up what an earlier program has left.</summary>
    public static void Read(PosDesk desk, byte[]? kept)
    {
        if (kept is null)
        {
            return;
        }
        List<OpenSale> sales;
        try
        {
            sales = JsonSerializer.Deserialize(kept, OpenSalesJson.Default.ListOpenSale) ?? throw new JsonException();
            if (sales.Exists(s => s is null || s.Payments.Contains(null!)))
            {
                throw new JsonException();
            }
        }
        catch (JsonException)
        {
            desk.Say("The sales that were open when the program ended cannot be read any more. Ring them up again.", isAlarm: true);
            return;
        }
        var gone = 0;
        // One that was sealed in the second before the end is no longer open, whatever was kept.
        foreach (var sale in sales.Where(s => s.StartedAt is null || !desk.Till.Records.IsSealed(s.StartedAt)))
        {
            var basket = Basket(desk, sale);
            gone += sale.Lines.Count - basket.Lines.Count;
            if (sale.IsRungUp)
            {
                desk.Basket = basket;
                (sale.Waiting ?? []).ToList().ForEach(desk.Waiting.Enqueue);
            }
            else if (!basket.IsEmpty)
            {
                desk.Held.Add(basket);
            }
        }
        if (sales.Find(s => s.Beside is not null)?.Beside is { } beside)
        {
            desk.Say($"{beside} was taken for something beside the sale when the program ended, and that was not sealed: make it again with this money, or give it back.", isAlarm: true);
            return;
        }
        if (gone > 0)
        {
            var money = desk.Basket is { IsEmpty: true, Tender: { Payments.Count: > 0 } tender } ? $" {tender.Text} was taken for it: give it back, or make it again with this money." : "";
            desk.Say($"{Counted.Of(gone, "line", "lines")} of the sale that was open when the program ended {(gone == 1 ? "is" : "are")} of a record that is not here any more.{money}", isAlarm: true);
            desk.Basket = money.Length > 0 ? new Basket() : desk.Basket;
            return;
        }
        if (desk.Basket.IsEmpty && desk.Held.Count == 0)
        {
            return;
        }
        desk.Say(desk.Basket.IsEmpty ? $"{Counted.Of(desk.Held.Count, "held sale is", "held sales are")} here again." : "The sale that was open when the program ended is here again.");
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

/// <param name="IsRungUp">The one that was being rung up; the others were held.</param>
/// <param name="Waiting">What was entered for it and not rung up yet.</param>
/// <param name="Beside">Money that was taken for something beside it, in words.</param>
internal sealed record OpenSale(
    bool IsRungUp, string? StartedAt, Guid? ContactId, string? Note, IReadOnlyList<PaymentDraft> Payments, IReadOnlyList<OpenLine> Lines,
    Discount WholeDiscount = default, IReadOnlyList<string>? Waiting = null, string? Beside = null);

internal readonly record struct OpenLine(Guid StockId, long Qty, long PriceCents, Discount Discount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<OpenSale>))]
internal sealed partial class OpenSalesJson : JsonSerializerContext;
