using System.Globalization;
using Bookmine.Schema.Views;
using Bookmine.Sync.Rows;

namespace Bookmine.Schema.Dockets;

/// <summary>What a branch has printed on each of its dockets, and how wide its paper is.</summary>
/// <param name="Header">Line breaks begin new lines.</param>
/// <param name="Footer">The same below all else; null for none.</param>
/// <param name="TaxNumber">The shop's registration for tax, as it is printed; null for none.</param>
/// <param name="Zone">A docket shows the shop's own time.</param>
public sealed record DocketPaper(string Header, string? Footer, string? TaxNumber, string Currency, TimeZoneInfo Zone, int Columns)
{
    public static DocketPaper Of(Row branch, int columns) => new(
        branch.Text("header"), branch.TextOrNull("footer"), branch.TextOrNull("tax_number"), branch.Text("currency"),
        TimeZones.Find(branch.Text("time_zone")), columns);
}

/// <summary>What is printed.</summary>
/// <param name="Order">The order or layby that it was done on, as it stands; null for none.</param>
/// <param name="Customer">Whose it is; null for a counter customer.</param>
/// <param name="VouchersLeft">What is left on the gift vouchers that paid, in cents, by number, as far as it is known.</param>
/// <param name="IsTraining">Whether it was made to practise.</param>
public sealed record DocketContent(
    TransactionView Transaction, TransactionView? Order = null, string? Customer = null, IReadOnlyDictionary<string, long>? VouchersLeft = null,
    bool IsTraining = false);

/// <summary>Lays out a docket: the shop's header, lines, discounts, payments and change, the tax contained, and the number.</summary>
public sealed class DocketLayout
{
    private const int NarrowestColumns = 24;
    private readonly DocketContent content;
    private readonly TransactionView transaction;
    private readonly DocketPaper paper;
    private readonly int width;
    private readonly List<SlipLine> slip = [];
    private readonly bool isOneDiscount;

    private DocketLayout(DocketContent content, DocketPaper paper)
    {
        (this.content, this.paper, transaction) = (content, paper, content.Transaction);
        width = Math.Max(paper.Columns, NarrowestColumns);
        isOneDiscount = SharedDiscount.IsOne([.. transaction.Lines.Select(l => (l.Qty * l.UnitPriceCents, l.DiscountCents))]);
    }

    /// <summary>The docket.</summary>
    public static Slip Of(DocketContent content, DocketPaper paper)
    {
        var layout = new DocketLayout(content, paper);
        layout.Head();
        layout.Lines();
        layout.Money();
        layout.TaxContained();
        layout.Standing();
        layout.Foot();
        return new Slip(content.Transaction.Docket, layout.width, layout.slip, content.Transaction.Payments.Any(p => p.Method == PaymentMethods.Cash));
    }

    /// <summary>The same for whoever is given the goods: what they are, and the number to bring them back with, and no price.</summary>
    public static Slip GiftOf(DocketContent content, DocketPaper paper)
    {
        var layout = new DocketLayout(content, paper);
        layout.HeadOfShop();
        layout.Heading("GIFT RECEIPT");
        layout.Add("");
        layout.Add(SlipText.Pair(layout.LocalTime(layout.transaction.ShippedAt ?? layout.transaction.StartedAt), layout.Number, layout.width));
        layout.Add(SlipText.Rule(layout.width));
        foreach (var line in layout.transaction.Lines.Where(l => l.Qty > 0))
        {
            layout.Wrapped(line.Title);
            layout.Add($"  {line.Qty} x  {line.Isbn ?? line.Code ?? ""}");
        }
        layout.Add(SlipText.Rule(layout.width));
        layout.slip.Add(new SlipLine(layout.Number, SlipLineKind.Number));
        layout.Centred("Bring this to exchange it.");
        layout.FooterOfShop();
        return new Slip($"gift receipt {content.Transaction.Docket}", layout.width, layout.slip, OpensDrawer: false);
    }

    private string Number => transaction.TransId is { } id ? string.Create(CultureInfo.InvariantCulture, $"{id}") : transaction.Docket;

    /// <summary>Whether it comes to an amount of its own, which is then accounted for to the cent.</summary>
    private bool HasTotal => transaction.Kind is not (EntryKinds.PickUp or EntryKinds.PartPayment);

    private void HeadOfShop()
    {
        if (content.IsTraining)
        {
            Heading("TRAINING - NOT A SALE");
        }
        paper.Header.Split('\n').ToList().ForEach(l => Heading(l.Trim()));
        if (paper.TaxNumber is { } registered)
        {
            Centred(registered);
        }
    }

    private void Head()
    {
        HeadOfShop();
        Add("");
        Pair(Title(transaction), Number);
        if (transaction.TransId is not null)
        {
            Pair("", $"docket {transaction.Docket}");
        }
        Pair(LocalTime(transaction.ShippedAt ?? transaction.StartedAt), transaction.Operator is null ? "" : $"served by {transaction.Operator}");
        if (content.Customer is not null)
        {
            Wrapped($"for {content.Customer}");
        }
        if (transaction.Note is not null)
        {
            Wrapped($"Note: {transaction.Note}");
        }
        if (transaction.Original is not null)
        {
            Add($"against docket {transaction.Original}");
        }
    }

    private void Lines()
    {
        Add(SlipText.Rule(width));
        foreach (var line in transaction.Lines)
        {
            Wrapped(line.Title);
            var code = line.Isbn ?? line.Code ?? "";
            if (transaction.Kind == EntryKinds.PickUp)
            {
                Add($"  {line.Qty} x  {code}");
            }
            else
            {
                Pair($"  {line.Qty} x {Schema.Money.Format(line.UnitPriceCents)}  {code}", line.Qty * line.UnitPriceCents);
            }
            if (line.DiscountCents != 0 && !isOneDiscount)
            {
                Pair("  Discount", -line.DiscountCents);
            }
        }
        Add(SlipText.Rule(width));
    }

    private void Money()
    {
        if (HasTotal)
        {
            if (transaction.Lines.Count(l => l.DiscountCents != 0) > 1)
            {
                Pair(isOneDiscount ? "Discount on all of it" : "Discounts in all", -transaction.Lines.Sum(l => l.DiscountCents));
            }
            Pair($"TOTAL {paper.Currency}".TrimEnd(), transaction.TotalCents);
        }
        foreach (var payment in transaction.Payments.Where(p => HasTotal || p.Method != PaymentMethods.Owing))
        {
            Pair(payment.Change ? "  Change" : $"  {NameOf(payment)}", payment.Change ? -payment.AmountCents : payment.AmountCents);
        }
        foreach (var used in (transaction.Vouchers ?? []).Where(v => v.AmountCents < 0))
        {
            Add($"  by voucher {used.Number}");
            if (content.VouchersLeft?.TryGetValue(used.Number, out var left) == true)
            {
                Pair("    left on it", left);
            }
        }
    }

    private static string NameOf(PaymentView payment) => payment.Method == PaymentMethods.Owing && payment.AmountCents < 0
        ? "Owing no more" : SlipText.Name(payment.Method);

    /// <summary>A table where there are several rates, or the shop is registered: then the docket is an invoice.</summary>
    private void TaxContained()
    {
        var taxes = transaction.Taxes ?? [];
        if (taxes.Count > 1 || (taxes.Count == 1 && paper.TaxNumber is not null))
        {
            const int column = 11;
            Add($"{"Tax".PadRight(width - (2 * column))}{"sold at it".PadLeft(column)}{"tax".PadLeft(column)}");
            foreach (var rate in taxes)
            {
                var name = $"{Percent.Format(rate.RateBp)}%".PadLeft(Math.Min(width - (2 * column), 6)).PadRight(width - (2 * column));
                Add($"{name}{Schema.Money.Format(rate.GrossCents).PadLeft(column)}{Schema.Money.Format(rate.TaxCents).PadLeft(column)}");
            }
        }
        else if (taxes is [{ RateBp: > 0 } only])
        {
            Pair($"  contains {Percent.Format(only.RateBp)}% tax", only.TaxCents);
        }
    }

    /// <summary>What is still to come of an order or layby.</summary>
    private void Standing()
    {
        if (transaction.ShippedAt is null)
        {
            if (transaction.Lines.Any(l => l.ToHandOver > 0))
            {
                Add(transaction.Kind == EntryKinds.Layby ? "Put by for you, not handed over yet." : "Ordered, not handed over yet.");
            }
            foreach (var later in transaction.Referring ?? [])
            {
                Pair($"  {Title(later.Kind)}", later.TransId is { } id ? string.Create(CultureInfo.InvariantCulture, $"{id}") : later.Docket);
            }
            Pair("STILL OWING", transaction.OwingCents);
        }
        else if (content.Order is { } order)
        {
            Pair("STILL OWING", order.OwingCents);
        }
    }

    private void Foot()
    {
        Add("");
        slip.Add(new SlipLine(Number, SlipLineKind.Number));
        if (EntryKinds.IsOfGoods(transaction.Kind) && !EntryKinds.TakesBack(transaction.Kind))
        {
            Centred("Keep this docket for returns.");
        }
        if (transaction is { Kind: EntryKinds.Voucher, Lines: [{ Code: { } voucher }] })
        {
            Add(SlipText.Rule(width));
            Heading("GIFT VOUCHER");
            Heading($"{paper.Currency} {Schema.Money.Format(transaction.TotalCents)}".Trim());
            slip.Add(new SlipLine(voucher, SlipLineKind.Number));
            Centred("Show this number when you pay.");
        }
        FooterOfShop();
    }

    private void FooterOfShop()
    {
        foreach (var line in (paper.Footer ?? "").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0))
        {
            SlipText.Wrap(line, width).ToList().ForEach(Centred);
        }
    }

    private void Add(string text) => slip.Add(new SlipLine(text));

    private void Heading(string text) => slip.Add(new SlipLine(text, SlipLineKind.Heading));

    private void Centred(string text) => Add(SlipText.Centre(text, width));

    private void Wrapped(string text) => SlipText.Wrap(text, width).ToList().ForEach(Add);

    private void Pair(string left, string right) => Add(SlipText.Pair(left, right, width));

    private void Pair(string left, long cents) => Add(SlipText.Pair(left, cents, width));

    private static string Title(TransactionView transaction) =>
        transaction is { Kind: EntryKinds.Sale, ShippedAt: null } ? "ORDER" : Title(transaction.Kind);

    private static string Title(string kind) => kind switch
    {
        EntryKinds.Refund => "REFUND",
        EntryKinds.PayIn => "PAID IN",
        EntryKinds.PayOut => "PAID OUT",
        EntryKinds.Deposit => "DEPOSIT",
        EntryKinds.Layby => "LAYBY",
        EntryKinds.PartPayment => "PART PAYMENT",
        EntryKinds.PickUp => "HANDED OVER",
        EntryKinds.Cancellation => "CANCELLED",
        EntryKinds.Voucher => "GIFT VOUCHER",
        _ => "SALE",
    };

    private string LocalTime(string instant) => !Instant.TryParse(instant, out var at) ? instant
        : TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), paper.Zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
