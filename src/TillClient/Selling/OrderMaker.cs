using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Schema.Views;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Selling;

/// <summary>
/// Makes what is done on an order or layby after it was taken. The order itself is never changed: each is a new transaction that refers to it,
/// and what is owing and what is to be handed over are sums over them.
/// </summary>
internal sealed class OrderMaker(SaleMaker sales, PaymentMaker payments, EntityIds ids, TimeProvider clock)
{
    /// <summary>Money towards what is owing.</summary>
    /// <exception cref="RefusedException">The draft is no part payment of this order.</exception>
    public DocumentEntry PartPayment(OrderDraft draft, TransactionView order, string number, DocumentHeader header)
    {
        var now = Begin(draft, order, number);
        var paid = Paid(draft, order, header);
        if (paid.Cents <= 0 || paid.Cents > order.OwingCents)
        {
            throw new RefusedException($"{Money.Format(paid.Cents)} is paid, and {Money.Format(order.OwingCents)} is owing on {number}",
                "Pay a part of what is owing, or all of it.");
        }
        return Document(draft, order, number, header, now, [], paid);
    }

    /// <summary>Goods handed over, with what is to be paid first: nothing leaves the shop that is not paid for.</summary>
    /// <exception cref="RefusedException">The draft is no pick-up of this order.</exception>
    public DocumentEntry PickUp(OrderDraft draft, TransactionView order, string number, DocumentHeader header)
    {
        var now = Begin(draft, order, number);
        var lines = Chosen(draft, order, number);
        var (paid, due) = (Paid(draft, order, header), DueFor(order, lines));
        if (paid.Cents < due || paid.Cents > order.OwingCents)
        {
            throw new RefusedException(
                $"{Money.Format(paid.Cents)} is paid, and {Money.Format(due)} of what is owing is due before these goods are handed over",
                    "Take it with the pick-up.");
        }
        return Document(
            draft, order, number, header, now,
            [.. lines.Select(l => Line(l.Line, l.Qty, 0, 0, l.WorthCents))], paid);
    }

    /// <summary>What has to be paid before some goods of an order are handed over: the rest must be worth what stays owing.</summary>
    /// <param name="draft">Which goods; no lines for all that are left.</param>
    public static long DueAtPickUp(OrderDraft draft, TransactionView order, string number) => DueFor(order, Chosen(draft, order, number));

    /// <summary>The rest of an order, or some of it, is called off: what is owing goes down, and what was paid beyond that goes back.</summary>
    /// <exception cref="RefusedException">The draft is no cancellation of this order.</exception>
    public DocumentEntry Cancel(OrderDraft draft, TransactionView order, string number, DocumentHeader header)
    {
        var now = Begin(draft, order, number);
        DocumentLine[] lines = [.. Chosen(draft, order, number).Select(l => Cancelled(l.Line, l.Qty, l.WorthCents, l.AmountCents ?? l.WorthCents))];
        var credited = -lines.Sum(l => l.TotalCents);
        var unowed = Math.Min(order.OwingCents, credited);
        var method = draft.Method ?? PaymentMethods.Cash;
        payments.RequireMethod(method);
        List<PaymentDraft> back = [];
        if (unowed > 0)
        {
            back.Add(new PaymentDraft { Method = PaymentMethods.Owing, AmountCents = -unowed });
        }
        if (credited > unowed)
        {
            back.AddRange(payments.Back(method, unowed - credited, now).Select(p => new PaymentDraft { Method = p.Method, AmountCents = p.AmountCents }));
        }
        return Document(draft, order, number, header, now, lines, payments.Make(back, order.ContactId, header.Disconnected, _ => now));
    }

    private long Begin(OrderDraft draft, TransactionView order, string number)
    {
        sales.RequireOperator(draft.Operator);
        if (!EntryKinds.IsSale(order.Kind) || order.ShippedAt is not null)
        {
            throw new RefusedException($"{number} is no order or layby", "A sale that was handed over is refunded instead.");
        }
        return clock.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>What is paid, and by as much less is owing.</summary>
    private Paid Paid(OrderDraft draft, TransactionView order, DocumentHeader header)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return payments.Make(draft.Payments, order.ContactId, header.Disconnected, p => sales.Time(p.TakenAt, "taken_at") is var at
            && p.TakenAt is null ? now : at);
    }

    private DocumentEntry Document(
        OrderDraft draft, TransactionView order, string number, DocumentHeader header, long now, IReadOnlyList<DocumentLine> lines, Paid paid)
    {
        var left = lines.Sum(l => l.TotalCents) - paid.Cents;
        IEnumerable<DocumentPayment> owing = left == 0 ? [] : [new DocumentPayment(ids.Next(), PaymentMethods.Owing, left, false, now)];
        return new DocumentEntry(
            header with
            {
                StartedAt = now, ShippedAt = now, ContactId = order.ContactId, Operator = draft.Operator, Note = draft.Note,
                OriginalId = order.Id, OriginalNumber = number,
            },
            lines, [.. paid.Payments, .. owing], paid.Credits) { Vouchers = paid.Vouchers };
    }

    /// <summary>Some copies of a line that are still to be handed over.</summary>
    /// <param name="WorthCents">Theirs of what the line comes to: what is left of it before, less what is left after, so that all add up to it.</param>
    /// <param name="AmountCents">What they are credited with; null for their worth.</param>
    private sealed record Goods(LineView Line, long Qty, long WorthCents, long? AmountCents);

    private static Goods[] Chosen(OrderDraft draft, TransactionView order, string number)
    {
        var left = order.Lines.ToDictionary(l => l.Line, l => l.ToHandOver);
        var wanted = draft.Lines ?? [.. order.Lines.Where(l => l.ToHandOver > 0).Select(l => new RefundLineDraft(l.Line, l.ToHandOver))];
        Goods[] chosen = [.. wanted.Select((RefundLineDraft? w) =>
        {
            if (w is null)
            {
                throw new RefusedException("a line of it is null", "Give each line's number, or leave the lines out for all that is left.");
            }
            var line = order.Lines.FirstOrDefault(l => l.Line == w.Line)
                ?? throw new RefusedException($"{number} has no line {w.Line}", $"It has lines 1 to {order.Lines.Count}.");
            if (w.Qty <= 0 || w.Qty > left[line.Line])
            {
                throw new RefusedException($"{w.Qty} of “{line.Title}”: {left[line.Line]} are still to be handed over", "Give at most as many.");
            }
            left[line.Line] -= w.Qty;
            return new Goods(line, w.Qty, line.WorthOf(left[line.Line] + w.Qty) - line.WorthOf(left[line.Line]), w.AmountCents);
        })];
        return chosen.Length > 0 ? chosen : throw new RefusedException($"nothing of {number} is left to hand over", "Find it: it shows what was done on it.");
    }

    private static long DueFor(TransactionView order, Goods[] goods)
    {
        var left = order.Lines.Sum(l => l.WorthOf(l.ToHandOver - goods.Where(g => g.Line == l).Sum(g => g.Qty)));
        return Math.Max(order.OwingCents - left, 0);
    }

    private DocumentLine Cancelled(LineView line, long copies, long worth, long credited)
    {
        if (credited < 0 || credited > worth)
        {
            throw new RefusedException($"{Money.Format(credited)} for {copies} of “{line.Title}”, which come to {Money.Format(worth)}",
                "Credit at most that, or leave the amount out.");
        }
        var (price, discount) = DocumentLine.PriceFor(credited, copies);
        return Line(line, -copies, price, -discount, null) with { ToStock = false };
    }

    private DocumentLine Line(LineView line, long qty, long price, long discount, long? shipped) => new(
        ids.Next(), line.StockId, line.Code, long.TryParse(line.Isbn, out var isbn) ? isbn : null, line.Title, qty, price, discount,
            line.TaxRateBp, line.Id, ShippedCents: shipped);
}
