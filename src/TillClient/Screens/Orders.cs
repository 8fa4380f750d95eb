using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.TillClient.Finding;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Screens;

/// <summary>Orders and laybys: taken now, paid in one sum or in parts, handed over later.</summary>
internal sealed class Orders(PosDesk desk)
{
    /// <summary>Takes the open sale as an order or a layby.</summary>
    public async Task TakeAsync(bool isLayby)
    {
        var name = isLayby ? "layby" : "order";
        var fault = desk.Sale.IsEmpty ? "Ring up the goods first."
            : desk.Sale.Lines.Any(l => l.Qty < 0) ? "Goods that come back are no part of an order: sell them apart." : null;
        if (fault is not null)
        {
            desk.Say(fault, isAlarm: true);
            return;
        }
        if (desk.Sale.Contact is null)
        {
            await new Ringing(desk).ContactAsync("").ConfigureAwait(false);
        }
        var sale = desk.Sale;
        if (sale.Contact is not { } contact)
        {
            desk.Say($"The {name} needs a contact: link the sale to one (F3).", isAlarm: true);
            return;
        }
        var total = sale.TotalCents;
        if (await desk.Talk.AmountAsync($"{contact.Name} pays now", isLayby ? null : total, total).ConfigureAwait(false) is not { } now)
        {
            desk.Say("It is a sale as it was.");
            return;
        }
        await Paying.OtherAsync(desk, new Bill(now, contact, PaymentMethods.Owing),
            $"{name} of {contact.Name}, {Money.Format(total - now)} owing", payments =>
        {
            var draft = sale.ToDraft(desk.Operator, total == now ? payments : [.. payments, new PaymentDraft { Method = PaymentMethods.Owing, AmountCents = total - now }]);
            draft.Layby = isLayby;
            draft.ShippedAt = null;
            return desk.SellAsync(draft);
        }).ConfigureAwait(false);
    }

    /// <summary>Finds an order or layby by its number or its contact, and pays, hands over or cancels.</summary>
    public async Task OnAsync()
    {
        if (await desk.Talk.TextAsync("Which order or layby: its number, or the contact's name", takesScan: Refunding.IsNumber).ConfigureAwait(
            false) is not { } text
            || await FindAsync(text).ConfigureAwait(false) is not { } order)
        {
            return;
        }
        var number = order.TransId?.ToString(CultureInfo.InvariantCulture) ?? order.Docket;
        List<(string Text, Func<Task> Run)> all = [];
        if (order.Lines.Any(l => l.ToHandOver > 0))
        {
            all.Add(("hand over", () => HandOverAsync(order, number)));
        }
        if (order.OwingCents > 0)
        {
            all.Add(("pay a part", () => PayAsync(order, number)));
        }
        if (order.Lines.Any(l => l.ToHandOver > 0))
        {
            all.Add(("cancel what is not handed over", () => CancelAsync(order, number)));
        }
        all.Add(("show it", () => desk.ShowDocketAsync(number)));
        if (await desk.Talk.ChooseAsync($"{number}, {Money.Format(order.OwingCents)} owing", all.Select(a => a.Text),
            givesWayToScans: false).ConfigureAwait(false) is { } chosen)
        {
            await all[chosen].Run().ConfigureAwait(false);
        }
    }

    private async Task<TransactionView?> FindAsync(string text)
    {
        if (Refunding.IsNumber(text) && await desk.Till.FindAsync(text, desk.Cancel).ConfigureAwait(false) is [FoundTransaction { Transaction: var found }])
        {
            if (EntryKinds.IsSale(found.Kind) && found.ShippedAt is null)
            {
                return found;
            }
            desk.Say($"{text} is no order or layby: it was handed over when it was sold.", isAlarm: true);
            return null;
        }
        if (await desk.Talk.PickAsync(desk.Till.Records.FindContacts(text), text).ConfigureAwait(false) is not { } contact)
        {
            return null;
        }
        var open = desk.Till.Records.OpenOrders(contact.ContactId);
        if (open.Count == 0)
        {
            desk.Say($"{contact.Name} has no order or layby that is still open here.", isAlarm: true);
            return null;
        }
        return open.Count == 1 ? open[0]
            : await desk.Talk.ChooseAsync(
                "Which", open.Select(Line), givesWayToScans: false, heading: $"{"Number",-9} {"Begun",-10} {"Title",-34} {"Owing",9}").ConfigureAwait(false) is { } chosen ? open[chosen] : null;
    }

    private async Task PayAsync(TransactionView order, string number)
    {
        if (await desk.Talk.AmountAsync("How much", order.OwingCents, order.OwingCents).ConfigureAwait(false) is not (> 0 and var paid))
        {
            desk.Say("Nothing was paid.");
            return;
        }
        await Paying.OtherAsync(
            desk, BillFor(paid, order), $"{Money.Format(paid)} paid on {number}, {Money.Format(order.OwingCents - paid)} still owing",
            payments => desk.Till.OnOrderAsync(EntryKinds.PartPayment, number, new OrderDraft { Payments = payments, Operator = desk.Operator },
                desk.Cancel)).ConfigureAwait(false);
    }

    private async Task HandOverAsync(TransactionView order, string number)
    {
        if (await GoodsAsync(order, "What is handed over").ConfigureAwait(false) is not { } lines)
        {
            desk.Say("Nothing was handed over.");
            return;
        }
        var goods = lines.Count == 0 ? null : lines;
        var due = OrderMaker.DueAtPickUp(new OrderDraft { Lines = goods }, order, number);
        await Paying.OtherAsync(
            desk, BillFor(due, order), $"{GoodsOf(order, goods)} handed over on {number}{(due == 0 ? ", all paid before" : $", {Money.Format(due)} paid")}",
            payments => desk.Till.OnOrderAsync(EntryKinds.PickUp, number,
                new OrderDraft { Lines = goods, Payments = payments, Operator = desk.Operator }, desk.Cancel)).ConfigureAwait(false);
    }

    private async Task CancelAsync(TransactionView order, string number)
    {
        if (await GoodsAsync(order, "What is cancelled").ConfigureAwait(false) is not { } lines)
        {
            desk.Say("Nothing was cancelled.");
            return;
        }
        var methods = desk.Till.Records.PaymentMethods().Where(m => m.Code is not (
            PaymentMethods.Voucher or PaymentMethods.Owing or PaymentMethods.Rounding)).ToList();
        if (await desk.Talk.ChooseAsync("What was paid goes back as", methods.Select(m => m.Name), givesWayToScans: false).ConfigureAwait(
            false) is not { } method
            || !await desk.Talk.ConfirmAsync($"Cancel {(lines.Count == 0 ? "all of it" : $"line {lines[0].Line}")}?",
                await desk.DocketAsync(number).ConfigureAwait(false)).ConfigureAwait(false))
        {
            desk.Say("Nothing was cancelled.");
            return;
        }
        if (!await new SigningOn(desk).AllowAsync(SupervisedActs.Cancel, number, order.TotalCents).ConfigureAwait(false))
        {
            return;
        }
        var draft = new OrderDraft { Lines = lines.Count == 0 ? null : lines, Method = methods[method].Code, Operator = desk.Operator };
        var made = await desk.Till.OnOrderAsync(EntryKinds.Cancellation, number, draft, desk.Cancel).ConfigureAwait(false);
        if (await desk.MadeAsync(made, cancelled => $"{cancelled}  cancelled on {number}   (F7 docket)").ConfigureAwait(false)
            && await desk.Till.FindAsync(desk.LastNumber!, desk.Cancel).ConfigureAwait(false) is [FoundTransaction { Transaction: var cancellation }]
            && cancellation.Payments.Where(p => p.Method is not (PaymentMethods.Owing or PaymentMethods.Rounding)).Sum(
                p => -p.AmountCents) is > 0 and var back)
        {
            desk.Say($"{desk.Message}   {Paying.HandOut(back, draft.Method)}", desk.IsAlarm);
        }
    }

    /// <returns>The lines, none for all that is left; null for Esc.</returns>
    private async Task<IReadOnlyList<RefundLineDraft>?> GoodsAsync(TransactionView order, string prompt)
    {
        var open = order.Lines.Where(l => l.ToHandOver > 0).ToList();
        var choices = open.Select(l => $"{l.ToHandOver} x {TextColumns.Fit(l.Title, 44)} {Money.Format(l.ToHandOverCents),9}").Append(
            "all that is left of it");
        if (await desk.Talk.ChooseAsync(prompt, choices, open.Count, givesWayToScans: false).ConfigureAwait(false) is not { } chosen)
        {
            return null;
        }
        if (chosen == open.Count)
        {
            return [];
        }
        var line = open[chosen];
        return (line.ToHandOver == 1 ? 1 : await desk.Talk.CountAsync($"Copies of {TextColumns.Fit(line.Title, 30).TrimEnd()}", line.ToHandOver,
            line.ToHandOver).ConfigureAwait(false)) is { } copies
            ? [new RefundLineDraft(line.Line, copies)] : null;
    }

    /// <summary>What is handed over, in words.</summary>
    private static string GoodsOf(TransactionView order, IReadOnlyList<RefundLineDraft>? goods)
    {
        var lines = order.Lines.Where(l => l.ToHandOver > 0).Select(l => (l.Title, Copies: goods is null ? l.ToHandOver : goods.Where(g => g.Line == l.Line).Sum(g => g.Qty)))
            .Where(l => l.Copies > 0).ToList();
        return lines is [var one] ? $"{one.Copies} x {TextColumns.Fit(one.Title, 24).TrimEnd()}" : Counted.Copies(lines.Sum(l => l.Copies));
    }

    private Bill BillFor(long due, TransactionView order) => new(
        due, order.ContactId is { } id ? desk.Till.Records.ContactById(id) : null, PaymentMethods.Owing);

    private static string Line(TransactionView order) =>
        $"{order.TransId?.ToString(CultureInfo.InvariantCulture) ?? order.Docket,-9} {order.StartedAt[..10]} {TextColumns.Fit(order.Lines[0].Title, 34)} {Money.Format(order.OwingCents),9}";
}
