using Bookmine.Schema;
using Bookmine.Schema.Views;
using Bookmine.Sync.Rows;

namespace Bookmine.TillClient.Dockets;

/// <summary>Lays out a docket: shop header, lines, discounts, payments and change, the tax contained, and the number.</summary>
public static class DocketText
{
    private const int NarrowestColumns = 24;

    public static Slip Render(TransactionView transaction, TransactionView? order, string? customer, Row branch, int columns) => Render(
        transaction, order, customer, branch.Text("header"), branch.Text("currency"), TimeZones.Find(branch.Text("time_zone")), columns);

    /// <param name="order">The order or layby that it was done on, as it stands; null for none.</param>
    /// <param name="customer">Whose it is, where the goods or the money are still in the shop; null where it does not matter.</param>
    /// <param name="header">The branch's docket header; line breaks begin new lines.</param>
    /// <param name="number">The number to print: D12345 until the transaction is posted, its TransID afterwards.</param>
    /// <param name="zone">The branch's time zone: a docket shows the shop's own time.</param>
    public static Slip Render(TransactionView transaction, TransactionView? order, string? customer, string header, string currency, TimeZoneInfo zone, int columns)
    {
        var width = Math.Max(columns, NarrowestColumns);
        var text = new List<string>();
        SlipLine[] practice = transaction.Till == Files.Training.Till ? [new SlipLine("TRAINING - NOT A SALE", SlipLineKind.Heading)] : [];
        SlipLine[] head = [.. practice, .. header.Split('\n').Select(l => new SlipLine(l.Trim(), SlipLineKind.Heading))];
        text.Add("");
        text.Add(Pair(Title(transaction), transaction.TransId is { } id ? $"{id}" : transaction.Docket, width));
        if (transaction.TransId is not null)
        {
            text.Add(Pair("", $"docket {transaction.Docket}", width));
        }
        text.Add(Pair(LocalTime(transaction.ShippedAt ?? transaction.StartedAt, zone), transaction.Operator is null ? "" : $"served by {transaction.Operator}", width));
        if (customer is not null)
        {
            text.AddRange(Wrap($"for {customer}", width));
        }
        if (transaction.Note is not null)
        {
            text.AddRange(Wrap($"Note: {transaction.Note}", width));
        }
        if (transaction.Original is not null)
        {
            text.Add($"against docket {transaction.Original}");
        }
        text.Add(new string('-', width));
        foreach (var line in transaction.Lines)
        {
            text.AddRange(Line(line, transaction.Kind == EntryKinds.PickUp, width));
        }
        text.Add(new string('-', width));
        if (transaction.Kind is not (EntryKinds.PickUp or EntryKinds.PartPayment))
        {
            if (transaction.Lines.Count(l => l.DiscountCents != 0) > 1)
            {
                text.Add(Pair("Discounts in all", Money.Format(-transaction.Lines.Sum(l => l.DiscountCents)), width));
            }
            text.Add(Pair($"TOTAL {currency}".TrimEnd(), Money.Format(transaction.TotalCents), width));
        }
        text.AddRange(transaction.Payments.Where(p => p.Method != PaymentMethods.Owing || transaction.ShippedAt is null).Select(p => Pair(p.Change ? "  Change" : $"  {Name(p.Method)}", Money.Format(p.Change ? -p.AmountCents : p.AmountCents), width)));
        text.AddRange(transaction.Lines.GroupBy(l => l.TaxRateBp).Where(g => g.Key > 0).OrderBy(g => g.Key)
            .Select(g => Pair($"  contains {g.Key / 100m:0.##}% tax", Money.Format(g.Sum(l => l.TaxCents)), width)));
        if (transaction.ShippedAt is null)
        {
            if (transaction.Lines.Any(l => l.ToHandOver > 0))
            {
                text.Add(transaction.Kind == EntryKinds.Layby ? "Put by for you, not handed over yet." : "Ordered, not handed over yet.");
            }
            text.AddRange((transaction.Referring ?? []).Select(r => DocketText.Pair($"  {Title(r.Kind)}", r.TransId is { } id ? $"{id}" : r.Docket, width)));
            text.Add(Pair("STILL OWING", Money.Format(transaction.OwingCents), width));
        }
        else if (order is not null)
        {
            text.Add(Pair("STILL OWING", Money.Format(order.OwingCents), width));
        }
        text.Add("");
        SlipLine[] foot = [new SlipLine(transaction.TransId is { } posted ? $"{posted}" : transaction.Docket, SlipLineKind.Number)];
        if (EntryKinds.IsOfGoods(transaction.Kind) && !EntryKinds.TakesBack(transaction.Kind))
        {
            foot = [.. foot, new SlipLine(Centre("Keep this docket for returns.", width))];
        }
        if (transaction is { Kind: EntryKinds.Voucher, Lines: [{ Code: { } voucher }] })
        {
            foot =
            [
                .. foot, new SlipLine(new string('-', width)), new SlipLine("GIFT VOUCHER", SlipLineKind.Heading),
                new SlipLine($"{currency} {Money.Format(transaction.TotalCents)}".Trim(), SlipLineKind.Heading), new SlipLine(voucher, SlipLineKind.Number),
                new SlipLine(Centre("Show this number when you pay.", width)),
            ];
        }
        return new Slip(
            transaction.Docket, width, [.. head, .. text.Select(l => new SlipLine(l)), .. foot], transaction.Payments.Any(p => p.Method == "cash"));
    }

    private static string Title(TransactionView transaction) => transaction is { Kind: EntryKinds.Sale, ShippedAt: null } ? "ORDER" : Title(transaction.Kind);

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

    private static IEnumerable<string> Line(LineView line, bool isHandedOver, int width)
    {
        var wrapped = Wrap(line.Title, width).ToList();
        foreach (var part in wrapped)
        {
            yield return part;
        }
        var code = line.Isbn ?? line.Code ?? "";
        yield return isHandedOver ? $"  {line.Qty} x  {code}"
            : Pair($"  {line.Qty} x {Money.Format(line.UnitPriceCents)}  {code}", Money.Format(line.Qty * line.UnitPriceCents), width);
        if (line.DiscountCents != 0)
        {
            yield return Pair("  Discount", Money.Format(-line.DiscountCents), width);
        }
    }

    internal static string Name(string method) => method.Length == 0 ? method : char.ToUpperInvariant(method[0]) + method[1..];

    private static string LocalTime(string instant, TimeZoneInfo zone)
    {
        return !Instant.TryParse(instant, out var at) ? instant : TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), zone).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Breaks at spaces; a word longer than the docket is broken where it must be.</summary>
    internal static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.ReplaceLineEndings(" ").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length > width)
            {
                yield return line;
                line = "";
            }
            while (rest.Length > width)
            {
                yield return rest[..width];
                rest = rest[width..];
            }
            line = line.Length == 0 ? rest : $"{line} {rest}";
        }
        yield return line;
    }

    internal static string Pair(string left, string right, int width)
    {
        var room = Math.Max(width - right.Length - 1, 0);
        var cut = left.Length > room ? left[..room] : left;
        return cut + new string(' ', Math.Max(width - cut.Length - right.Length, 0)) + right;
    }

    internal static string Centre(string text, int width) => text.Length >= width ? text[..width] : new string(' ', (width - text.Length) / 2) + text;
}
