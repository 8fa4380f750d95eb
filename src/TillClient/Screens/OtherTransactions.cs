using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.TillClient.Dockets;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>F8 All other Trans.</summary>
internal sealed class OtherTransactions(PosDesk desk)
{
    public async Task RunAsync()
    {
        if (!await new SigningOn(desk).EnsureAsync().ConfigureAwait(false))
        {
            return;
        }
        (string Text, Func<Task> Run)[] all =
        [
            ("refund against a docket", () => new Refunding(desk).RunAsync([])), ("return without a docket", ReturnAsync),
                ("customer deposit", DepositAsync), ("gift voucher", VoucherAsync),
            ("order: the goods rung up are handed over later", () => new Orders(desk).TakeAsync(isLayby: false)),
            ("layby: they are put by, and paid in parts", () => new Orders(desk).TakeAsync(isLayby: true)),
            ("on an order or layby: hand over, pay a part, cancel", () => new Orders(desk).OnAsync()),
            ("pay-in: money into the drawer", () => MoveAsync(EntryKinds.PayIn, "What is it for (such as float)")),
            ("pay-out: money out of the drawer", () => MoveAsync(EntryKinds.PayOut, "What is it for")),
            ("no-sale: open the drawer", () => NoSaleAsync("")), ("X reading", () => ReadAsync(isZ: false)),
                ("Z reading: count the drawer, begin afresh", () => ReadAsync(isZ: true)),
        ];
        if (await desk.Talk.ChooseAsync("Which", all.Select(a => a.Text)).ConfigureAwait(false) is { } chosen)
        {
            await all[chosen].Run().ConfigureAwait(false);
        }
    }

    /// <summary>Goods back without their docket: a negative line, which the manager finds listed.</summary>
    private async Task ReturnAsync()
    {
        if (await ReturnedAsync().ConfigureAwait(false) is not { } item)
        {
            desk.Say("Nothing was taken back.");
            return;
        }
        if (await desk.Talk.CountAsync($"Copies of {TextColumns.Fit(item.Title, 30).TrimEnd()}", 1, Ringing.MostQty).ConfigureAwait(false) is not { } copies
            || await desk.Talk.AmountAsync("Amount back for each", item.PriceCents).ConfigureAwait(false) is not { } price)
        {
            desk.Say("Nothing was taken back.");
            return;
        }
        if (!await new SigningOn(desk).AllowAsync(SupervisedActs.Return, item.Title, copies * price).ConfigureAwait(false))
        {
            return;
        }
        desk.Sale = desk.Sale.With(item, -copies, price, desk.Clock.GetUtcNow());
        desk.Say("It is on the sale, to be given back. F12 pays the difference.");
    }

    /// <summary>Asks until what comes back is known here: what is scanned meanwhile is never sold.</summary>
    private async Task<FoundStock?> ReturnedAsync()
    {
        while (await desk.Talk.TextAsync("What comes back: scan it, or type words", takesScan: _ => true).ConfigureAwait(false) is { } text)
        {
            var items = (await desk.Till.FindAsync(text, desk.Cancel).ConfigureAwait(false)).OfType<FoundStock>().ToList();
            if (items.Count == 0)
            {
                desk.Say($"{desk.Till.WhyNotFound(text)}. Scan it again, type words of its title, or Esc.", isAlarm: true);
            }
            else if (await desk.Talk.PickAsync(items, text).ConfigureAwait(false) is { } item)
            {
                return item;
            }
        }
        return null;
    }

    private async Task VoucherAsync()
    {
        if (await desk.Talk.AmountAsync("The gift voucher is worth").ConfigureAwait(false) is not (> 0 and var worth)
            || await CardAsync().ConfigureAwait(false) is not { } number)
        {
            desk.Say("No voucher was sold.");
            return;
        }
        long docket = 0;
        if (await Paying.OtherAsync(
            desk, new Bill(worth, desk.Sale.Contact, PaymentMethods.Voucher), $"gift voucher of {Money.Format(worth)}",
            async payments =>
            {
                var draft = new VoucherDraft { AmountCents = worth, Number = number.Length == 0 ? null : number, Payments = payments,
                    Operator = desk.Operator };
                var made = await desk.Till.SellVoucherAsync(draft, desk.Cancel).ConfigureAwait(false);
                docket = made.Outcome.Entry?.Number ?? 0;
                return made;
            }).ConfigureAwait(false))
        {
            desk.Say($"{desk.Message}   its number: {(number.Length == 0 ? VoucherNumber.Of(docket) : VoucherNumber.Normal(number))}", desk.IsAlarm);
        }
    }

    /// <returns>A number that a voucher can have; empty for one of the till's own; null for Esc.</returns>
    private async Task<string?> CardAsync()
    {
        while (await desk.Talk.TextOrNothingAsync("Number on its card: scan it, or none to print one", takesScan: _ => true).ConfigureAwait(
            false) is { } number)
        {
            if (number.Length == 0 || VoucherNumber.IsCard(VoucherNumber.Normal(number)))
            {
                return number.Length == 0 || desk.Till.Records.VoucherCents(VoucherNumber.Normal(number)) is not { } left
                    || await desk.Talk.ConfirmAsync(
                        $"{VoucherNumber.Normal(number)} is sold already, with {Money.Format(left)} left. Add to it?").ConfigureAwait(false) ? number : null;
            }
            desk.Say($"“{number}” is no card's number: {VoucherNumber.Shortest} to {VoucherNumber.Longest} letters and digits, not the till's own V-numbers, and not a book's.", isAlarm: true);
        }
        return null;
    }

    private async Task DepositAsync()
    {
        if (await desk.Talk.TextAsync("Whose deposit: name, phone or email").ConfigureAwait(false) is not { } text)
        {
            return;
        }
        if (await desk.Talk.PickAsync(desk.Till.Records.FindContacts(text), text).ConfigureAwait(false) is not { } contact)
        {
            return;
        }
        var methods = desk.Till.Records.PaymentMethods().Where(m => m.Code is not (
            PaymentMethods.Credit or PaymentMethods.Voucher or PaymentMethods.Owing or PaymentMethods.Rounding)).ToList();
        if (await desk.Talk.AmountAsync($"{contact.Name} leaves").ConfigureAwait(false) is not { } amount
            || await desk.Talk.ChooseAsync("Paid by", methods.Select(m => m.Name), givesWayToScans: false).ConfigureAwait(false) is not { } method)
        {
            desk.Say("No deposit was taken.");
            return;
        }
        var draft = new CashDraft { AmountCents = amount, Reason = $"Deposit of {contact.Name}", Method = methods[method].Code,
            ContactId = contact.ContactId, Operator = desk.Operator };
        await MadeAsync(EntryKinds.Deposit, draft, $"is General Credit of {contact.Name} now").ConfigureAwait(false);
    }

    private async Task MoveAsync(string kind, string question)
    {
        if (await desk.Talk.AmountAsync(kind == EntryKinds.PayIn ? "How much goes in" : "How much goes out").ConfigureAwait(false) is not (> 0 and var amount)
            || (kind == EntryKinds.PayOut && desk.Till.ReadDrawer().ExpectedCents is var cash && amount > cash
                && !await desk.Talk.ConfirmAsync(
                    $"{Money.Format(amount)} is more than the {Money.Format(cash)} in the drawer. Pay it out?").ConfigureAwait(false))
            || await desk.Talk.TextAsync(question).ConfigureAwait(false) is not { } reason)
        {
            desk.Say("The drawer is as it was.");
            return;
        }
        if (kind == EntryKinds.PayOut && !await new SigningOn(desk).AllowAsync(SupervisedActs.PayOut, reason, amount).ConfigureAwait(false))
        {
            return;
        }
        await MadeAsync(kind, new CashDraft { AmountCents = amount, Reason = reason, Operator = desk.Operator }, kind == EntryKinds.PayIn
            ? "paid in" : "paid out").ConfigureAwait(false);
    }

    private async Task MadeAsync(string kind, CashDraft draft, string what) => await desk.MadeAsync(
        await desk.Till.MoveCashAsync(kind, draft, desk.Cancel).ConfigureAwait(false), number =>
            $"{number}  {Money.Format(draft.AmountCents)} {what}").ConfigureAwait(false);

    /// <summary>No-sale: opens the drawer once the reason is on record.</summary>
    /// <param name="typed">The reason, as far as it was typed with the command.</param>
    public async Task NoSaleAsync(string typed)
    {
        if (await new SigningOn(desk).EnsureAsync().ConfigureAwait(false)
            && (typed.Length > 0 ? typed : await desk.Talk.TextAsync("Why is the drawer opened").ConfigureAwait(false)) is { } reason
            && await new SigningOn(desk).AllowAsync(SupervisedActs.NoSale, reason, 0).ConfigureAwait(false)
            && await desk.NoteAsync(TillEvents.NoSale, reason, 0).ConfigureAwait(false))
        {
            desk.Printer.Print(Slip.Drawer);
            desk.Say("No-sale, on record.");
        }
    }

    /// <summary>An X reading only shows; a Z reading asks for the count of the drawer, goes on record and begins afresh.</summary>
    private async Task ReadAsync(bool isZ)
    {
        var reading = desk.Till.ReadDrawer();
        if (!isZ)
        {
            await ShowAsync(desk.Till.Reading(reading, null, desk.Operator)).ConfigureAwait(false);
        }
        else if (await CountAsync(reading).ConfigureAwait(false) is { } figures)
        {
            await EndAsync(desk.Till.Reading(reading, figures, desk.Operator), figures).ConfigureAwait(false);
        }
        else
        {
            desk.Say("No Z reading was made.");
        }
    }

    /// <returns>What was counted, and what stays; null for Esc.</returns>
    private async Task<DrawerFigures?> CountAsync(DrawerReading reading)
    {
        CountedDrawer? counted = null;
        while (counted is null)
        {
            if (await desk.Talk.TextAsync("Cash in the drawer: 137.50, or notes and coins as 3x20 12x0.50").ConfigureAwait(false) is not { } text)
            {
                return null;
            }
            counted = CountedDrawer.Parse(text);
            if (counted is null)
            {
                desk.Say($"“{text}” is no count. Type a sum such as 137.50, or 3x20 12x0.50 for three twenties and twelve fifties.", isAlarm: true);
            }
            else if (counted.Cents != reading.ExpectedCents && !await desk.Talk.ConfirmAsync(
                $"{Money.Format(counted.Cents)} is {OffBy(counted.Cents - reading.ExpectedCents)}. Is that the count?").ConfigureAwait(false))
            {
                desk.Say("Count again.");
                counted = null;
            }
        }
        return await desk.Talk.AmountAsync("What stays in the drawer as the next float", 0, counted.Cents).ConfigureAwait(false) is { } left
            ? reading.Figures(counted, left) : null;
    }

    private async Task EndAsync(Slip slip, DrawerFigures figures)
    {
        if (!await desk.NoteAsync(TillEvents.ZReading, slip.ToText(), figures.OverCents, figures).ConfigureAwait(false))
        {
            return;
        }
        desk.Say(
            $"{(figures.OverCents == 0 ? "The drawer is exact." : $"The drawer is {OffBy(figures.OverCents)}.")}{(figures.LeftCents == 0 ? "" : $" {Money.Format(figures.LeftCents)} stays; take out {Money.Format(figures.CountedCents - figures.LeftCents)}.")}",
            figures.OverCents != 0);
        await ShowAsync(slip).ConfigureAwait(false);
    }

    private static string OffBy(long overCents) => $"{Money.Format(Math.Abs(overCents))} {(overCents < 0 ? "SHORT" : "OVER")}";

    private async Task ShowAsync(Slip slip)
    {
        desk.Printer.Print(slip);
        await desk.Talk.ShowAsync(slip.ToText().TrimEnd().Split('\n')).ConfigureAwait(false);
    }
}
