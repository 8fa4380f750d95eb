using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.Sync.Rows;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Dockets;

/// <summary>Lays out an X or Z reading.</summary>
internal static class ReadingText
{
    /// <param name="counted">
    /// What was counted in the drawer, in cents; null for an X reading, which counts nothing and ends nothing.
    /// </param>
    public static Slip Render(DrawerReading reading, long? counted, string till, string? byOperator, Row branch, DateTimeOffset now, int columns)
    {
        var zone = TimeZones.Find(branch.Text("time_zone"));
        string Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        string Pair(string left, long cents) => SlipText.Pair(left, Money.Format(cents), columns);
        var title = counted is null ? "X READING" : "Z READING";
        var text = new List<string>
        {
            SlipText.Pair($"till {till}", byOperator is null ? "" : $"by {byOperator}", columns),
            SlipText.Pair("since", reading.From is { } from ? Local(DateTimeOffset.FromUnixTimeMilliseconds(from)) : "nothing yet", columns),
            SlipText.Pair("until", Local(now), columns),
            new('-', columns),
            Pair(Counted.Of(reading.Sales, "sale", "sales"), reading.SalesCents),
            Pair(Counted.Of(reading.Refunds, "refund", "refunds"), reading.RefundsCents),
            Pair("net", reading.SalesCents + reading.RefundsCents),
            Pair("deposits", reading.DepositsCents),
            Pair("gift vouchers", reading.VouchersCents),
            Pair("paid in", reading.PaidInCents),
            Pair("paid out", reading.PaidOutCents),
            new('-', columns),
        };
        text.AddRange(reading.ByMethod.Select(m => Pair(SlipText.Name(m.Key), m.Value)));
        text.Add(new string('-', columns));
        text.Add(Pair(DrawerSlip.Expected, reading.CashCents));
        if (counted is { } cents)
        {
            text.Add(Pair(DrawerSlip.Counted, cents));
            text.Add(Pair(cents < reading.CashCents ? "SHORT" : cents > reading.CashCents ? "OVER" : "exact", Math.Abs(cents - reading.CashCents)));
        }
        text.AddRange(reading.Records.Select(r => SlipText.Pair(r.Key, r.Value.ToString(CultureInfo.InvariantCulture), columns)));
        return new Slip(
            title, columns,
            [new(branch.Text("header").Split('\n')[0].Trim(), SlipLineKind.Heading), new(title, SlipLineKind.Heading), .. text.Select(l => new SlipLine(l))],
            OpensDrawer: counted is not null);
    }
}
