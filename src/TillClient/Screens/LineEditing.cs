using System.Globalization;
using Bookmine.Schema;

namespace Bookmine.TillClient.Screens;

/// <summary>Changes lines of the open sale: quantity, price, discount by amount or percent, removal.</summary>
internal sealed class LineEditing(PosDesk desk)
{
    private OpenSale Sale => desk.Sale;

    /// <summary>Asks what is to be done with the marked line.</summary>
    public async Task AskAsync()
    {
        if (Sale.IsEmpty)
        {
            desk.Say("There is no line yet.");
            return;
        }
        var line = Sale.At;
        var title = TextColumns.Fit(Sale.Lines[line].Item.Title, 30).TrimEnd();
        switch (await desk.Talk.ChooseAsync($"Line {line + 1}, {title}", ["another quantity", "another price", "a discount, such as 1.50 or 10%", "remove it", "a discount on the whole sale"]).ConfigureAwait(false))
        {
            case 0 when await desk.Talk.CountAsync("Copies", Math.Abs(Sale.Lines[line].Qty), Ringing.MostQty).ConfigureAwait(false) is { } qty:
                Quantity(line, qty);
                break;
            case 1 when await desk.Talk.AmountAsync("Price", Sale.Lines[line].PriceCents).ConfigureAwait(false) is { } price:
                await PriceAsync(line, price).ConfigureAwait(false);
                break;
            case 2 when await AskDiscountAsync(Sale.Lines[line].FullCents).ConfigureAwait(false) is { } discount:
                await DiscountAsync(line, discount).ConfigureAwait(false);
                break;
            case 3:
                await RemoveAsync(line).ConfigureAwait(false);
                break;
            case 4 when await AskDiscountAsync(Sale.SoldCents).ConfigureAwait(false) is { } whole:
                await DiscountAllAsync(whole).ConfigureAwait(false);
                break;
        }
    }

    private Task<Discount?> AskDiscountAsync(long full) => desk.Talk.ValueAsync<Discount>("Discount, such as 1.50 or 10%", text => Screens.Discount.Parse(text, full));

    /// <summary>A typed command: <c>qty</c>, <c>price</c>, <c>disc</c> with a line's number and a value, or <c>disc all</c>.</summary>
    public async Task TypedAsync(string word, string[] arguments)
    {
        if (word == "disc" && arguments is ["all", var share])
        {
            if (Read(share, Sale.SoldCents) is { } whole)
            {
                await DiscountAllAsync(whole).ConfigureAwait(false);
            }
        }
        else if (arguments is not [var number, var value] || LineOf(number) is not { } line)
        {
            desk.Say($"/{word} takes a line of this sale and a value, such as {(word == "qty" ? "/qty 1 3" : word == "price" ? "/price 1 12.50" : "/disc 1 10%, /disc all 5.00")}.", isAlarm: true);
        }
        else if (word == "disc")
        {
            if (Read(value, Sale.Lines[line].FullCents) is { } discount)
            {
                await DiscountAsync(line, discount).ConfigureAwait(false);
            }
        }
        else if (word == "price" && Money.TryParse(value, out var cents) && cents >= 0)
        {
            await PriceAsync(line, cents).ConfigureAwait(false);
        }
        else if (word == "qty" && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var qty) && qty is >= 1 and <= Ringing.MostQty)
        {
            Quantity(line, qty);
        }
        else
        {
            desk.Say($"“{value}” will not do for /{word}.", isAlarm: true);
        }
    }

    /// <summary>Removes the line of that number; without one, the marked line.</summary>
    public Task RemoveAsync(string[] arguments)
    {
        if (Sale.IsEmpty || (arguments.Length > 0 ? LineOf(arguments[0]) : Sale.At) is not { } line)
        {
            desk.Say("There is no such line.");
            return Task.CompletedTask;
        }
        return RemoveAsync(line);
    }

    private async Task RemoveAsync(int line)
    {
        var removed = Sale.Lines[line];
        if (await desk.NoteAsync(TillEvents.LineRemoved, $"{removed.Qty} x {removed.Item.Title}", removed.TotalCents).ConfigureAwait(false))
        {
            desk.Say($"{TextColumns.Fit(removed.Item.Title, 40).TrimEnd()} is removed.");
            desk.Sale = Sale.Without(line);
        }
    }

    private void Quantity(int line, long qty) => desk.Sale = Sale.With(line, Sale.Lines[line] with { Qty = Math.Sign(Sale.Lines[line].Qty) * qty });

    private async Task PriceAsync(int line, long cents)
    {
        if (await new SigningOn(desk).AllowAsync(SupervisedActs.Price, Sale.Lines[line].Item.Title, cents).ConfigureAwait(false))
        {
            desk.Sale = Sale.With(line, Sale.Lines[line] with { PriceCents = cents });
        }
    }

    private async Task DiscountAsync(int line, Discount discount)
    {
        var changed = Sale.Lines[line] with { Discount = discount };
        if (await new SigningOn(desk).AllowDiscountAsync(discount.On(changed.FullCents), changed.FullCents, changed.Item.Title).ConfigureAwait(false))
        {
            desk.Sale = Sale.With(line, changed);
        }
    }

    private async Task DiscountAllAsync(Discount discount)
    {
        if (Sale.IsEmpty)
        {
            desk.Say("There is no line yet.", isAlarm: true);
            return;
        }
        if (!await new SigningOn(desk).AllowDiscountAsync(discount.On(Sale.SoldCents), Sale.SoldCents, "the whole sale").ConfigureAwait(false))
        {
            return;
        }
        desk.Sale = Sale with { WholeDiscount = discount };
        desk.Say(discount == default ? "Nothing is off the whole sale." : $"{discount} is off the whole sale; /disc all 0 takes it back.");
    }

    /// <summary>What was typed; null when it will not do, which was told.</summary>
    private Discount? Read(string text, long full)
    {
        var (discount, fault) = Screens.Discount.Parse(text, full);
        if (discount is null)
        {
            desk.Say(fault, isAlarm: true);
        }
        return discount;
    }

    private int? LineOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var line) && line >= 1 && line <= Sale.Lines.Count ? line - 1 : null;
}
