using Bookmine.Schema;
using Bookmine.Schema.Entries;
using Bookmine.Sync.Rows;
using Bookmine.TillClient.Finding;

namespace Bookmine.TillClient.Selling;

/// <summary>Makes a document of a sale's draft, or refuses it with the reason and the remedy. Seals nothing.</summary>
internal sealed class SaleMaker(ReplicaView view, Catalogue catalogue, PaymentMaker payments, EntityIds ids, TimeProvider clock)
{
    private const long MostQty = 10_000;
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(1);
    private static readonly long Earliest = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <exception cref="RefusedException">The draft is no sale.</exception>
    public DocumentEntry Make(SaleDraft draft, DocumentHeader header)
    {
        if (draft.Lines is not { Count: > 0 })
        {
            throw new RefusedException("the sale has no lines", "Give at least one line.");
        }
        RequireOperator(draft.Operator);
        var (started, shipped) = Times(draft);
        var contact = draft.ContactId is { } id
            ? view.Find(BookmineSetup.Contact, new RowKey(id))?.Guid("id") ?? throw new RefusedException($"there is no contact {id}", "Find the contact, or leave contact_id out.")
            : (Guid?)null;
        DocumentLine[] lines = [.. draft.Lines.Select(Line)];
        var paid = payments.Make(draft.Payments, contact, header.Disconnected, p => p.TakenAt is null ? shipped ?? started : Time(p.TakenAt, "taken_at"));
        RequireBalance(lines, paid);
        RequireOrder(draft, shipped, contact, lines, paid);
        return new DocumentEntry(
            header with { StartedAt = started, ShippedAt = shipped, ContactId = contact, Operator = draft.Operator, Reference = draft.Reference, Note = draft.Note },
            lines, paid.Payments, paid.Credits) { Vouchers = paid.Vouchers, Events = draft.AtCounter ? [.. Overrides(lines, header, draft.Operator, started)] : [] };
    }

    /// <summary>Lines sold at another price than the branch's.</summary>
    private IEnumerable<TillEvent> Overrides(IEnumerable<DocumentLine> lines, DocumentHeader header, string? byOperator, long at) =>
        from line in lines
        where line is { Qty: > 0, StockId: not null }
        let price = catalogue.ById(line.StockId!.Value)?.PriceCents
        where price is not null && price != line.UnitPriceCents
        select new TillEvent(
            header.Branch, header.Till, byOperator, TillEvents.PriceOverride,
            $"{DocketNumber.D(header.Docket)}: {line.Title}, {Money.Format(price.Value)} sold at {Money.Format(line.UnitPriceCents)}",
            line.Qty * (line.UnitPriceCents - price.Value), at);

    /// <summary>An operator whom the manager has disabled sells nothing. Who is not on the list is taken as named.</summary>
    public void RequireOperator(string? name)
    {
        if (name is not null && view.By(BookmineSetup.Operator, "name", name).FirstOrDefault() is { } known && known.Integer("disabled") == 1)
        {
            throw new RefusedException($"the operator {name} is disabled", "Have another operator sell, or ask the manager.");
        }
    }

    /// <summary>Reads a time of the draft; absent is now.</summary>
    public long Time(string? text, string field)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (text is null or SaleDraft.Now)
        {
            return now;
        }
        if (!Instant.TryParse(text, out var at))
        {
            throw new RefusedException($"{field} is “{text}”, which is no time", "Write times as 2026-11-01T08:26:00Z, with Z or an offset.");
        }
        return at >= Earliest && at <= now + (long)MostAhead.TotalMilliseconds
            ? at
            : throw new RefusedException($"{field} is {text}, which lies too far from today", "Mend the date; a sale lies between the year 2000 and tomorrow.");
    }

    private (long Started, long? Shipped) Times(SaleDraft draft)
    {
        var shipped = draft.ShippedAt is null ? (long?)null : Time(draft.ShippedAt, "shipped_at");
        var start = draft.AtCounter && !IsPast(draft.StartedAt) ? null : draft.StartedAt;
        var started = start is null && shipped is { } at ? at : Time(start, "started_at");
        return shipped < started
            ? throw new RefusedException("shipped_at lies before started_at", "A sale is started before it is shipped; swap or mend the dates.")
            : (started, shipped);
    }

    /// <summary>Whether the clock says so: one that was set back, or tells a year long gone, keeps no customer waiting, and the sale is begun now.</summary>
    private bool IsPast(string? time) => Instant.TryParse(time, out var at) && at >= Earliest && at <= clock.GetUtcNow().ToUnixTimeMilliseconds();

    private DocumentLine Line(LineDraft? draft)
    {
        if (draft is null)
        {
            throw new RefusedException("a line of the sale is null", "Give an object for each line.");
        }
        if (draft.Qty is 0 or > MostQty or < -MostQty)
        {
            throw new RefusedException($"a line has the quantity {draft.Qty}", $"Give a quantity from 1 to {MostQty}, or a negative one for a return.");
        }
        if (draft.UnitPriceCents is < 0 or > Money.MostCents || draft.DiscountCents is < -Money.MostCents or > Money.MostCents)
        {
            throw new RefusedException($"a line has the price {draft.UnitPriceCents} and the discount {draft.DiscountCents}", "Give a price in cents, 0 or more; a return has a negative quantity instead.");
        }
        if (Columns.Line.Title.TooLong(draft.Title) is { } fault)
        {
            throw new RefusedException(fault, "Shorten it.");
        }
        var item = Item(draft);
        var price = draft.UnitPriceCents ?? item?.PriceCents ?? throw new RefusedException(
            $"“{item?.Title ?? draft.Title}” has no price in this branch", "Give unit_price_cents.");
        var full = draft.Qty * price;
        if (draft.DiscountCents != 0 && (Math.Sign(draft.DiscountCents) != Math.Sign(full) || Math.Abs(draft.DiscountCents) > Math.Abs(full)))
        {
            throw new RefusedException(
                $"a discount of {Money.Format(draft.DiscountCents)} on {Money.Format(full)}", "Give at most the whole amount; a return's discount is negative, as its amount is.");
        }
        return new DocumentLine(
            ids.Next(), item?.StockId, item?.Code, long.TryParse(item?.Isbn, out var isbn) ? isbn : null, item?.Title ?? draft.Title!, draft.Qty,
            price, draft.DiscountCents, item?.TaxRateBp ?? view.TaxRateBp(category: null));
    }

    private FoundStock? Item(LineDraft draft)
    {
        if (draft.StockId is { } id)
        {
            return catalogue.ById(id) ?? throw Unknown($"stock_id {id}");
        }
        if ((draft.Isbn ?? draft.Code) is { } number)
        {
            var found = catalogue.ByNumber(number);
            return found.Count switch
            {
                0 when draft.Title is not null => null,
                0 => throw Unknown(draft.Isbn is null ? $"code {number}" : $"isbn {number}"),
                1 => found[0],
                _ => found.Find(f => f.Condition is null or "new" or "New") ?? throw new RefusedException(
                    $"{number} stands for {found.Count} second-hand copies", "Name the copy by its code."),
            };
        }
        return draft.Title is not null ? null : throw new RefusedException("a line names no item", "Name it by isbn, code, stock_id, or title.");
    }

    /// <summary>What is not paid yet can only be owing on goods that have not left the shop.</summary>
    private static void RequireOrder(SaleDraft draft, long? shipped, Guid? contact, DocumentLine[] lines, Paid paid)
    {
        var owing = paid.Payments.Where(p => p.Method == PaymentMethods.Owing).Sum(p => p.AmountCents);
        if (shipped is not null && (draft.Layby || owing != 0))
        {
            throw new RefusedException("goods that leave the shop cannot be left owing", "Give \"shipped_at\": null: an order or layby is handed over later.");
        }
        if (draft.Layby && contact is null)
        {
            throw new RefusedException("a layby is a contact's", "Give contact_id.");
        }
        if ((draft.Layby || owing != 0) && (owing < 0 || owing > lines.Sum(l => l.TotalCents) || lines.Any(l => l.Qty < 0)))
        {
            throw new RefusedException($"{Money.Format(owing)} is no amount to owe on it", "An order has goods to hand over, and what is owing is a part of their price.");
        }
    }

    private static void RequireBalance(DocumentLine[] lines, Paid paid)
    {
        var due = lines.Sum(l => l.TotalCents);
        if (due != paid.Cents)
        {
            throw new RefusedException(
                $"the lines come to {Money.Format(due)} and the payments to {Money.Format(paid.Cents)}", "Make the payments, less change, equal the lines, less discounts.");
        }
    }

    private static RefusedException Unknown(string what) =>
        new($"there is no item with the {what}", "Look for a slip, make the stock record first, or give a title and a price to sell it without one.");
}
