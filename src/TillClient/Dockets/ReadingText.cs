using System.Globalization;
using Bookmine.Schema;
using Bookmine.Schema.Dockets;
using Bookmine.Sync.Rows;
using Bookmine.TillClient.Selling;

namespace Bookmine.TillClient.Dockets;

/// <summary>Lays out an X or Z reading.</summary>
internal static class ReadingText
{
    /// <param name="figures">
    /// What was found when the drawer was counted; null for an X reading, which counts nothing and ends nothing.
    /// </param>
    public static Slip Render(DrawerReading reading, DrawerFigures? figures, string till, string? byOperator, Row branch, DateTimeOffset now, int columns)
    {
        var zone = TimeZones.Find(branch.Text("time_zone"));
        string Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var title = figures is null ? "X READING" : string.Create(CultureInfo.InvariantCulture, $"Z READING {figures.Number}");
        List<string> text =
        [
            SlipText.Pair($"till {till}", byOperator is null ? "" : $"by {byOperator}", columns),
            SlipText.Pair("since", reading.From is { } from ? Local(DateTimeOffset.FromUnixTimeMilliseconds(from)) : "nothing yet", columns),
            SlipText.Pair("until", Local(now), columns),
            SlipText.Rule(columns),
            .. Takings(reading, columns),
            SlipText.Rule(columns),
            .. figures is null ? [SlipText.Pair(DrawerSlip.Expected, reading.ExpectedCents, columns)] : Drawer(figures, columns),
            .. reading.Records.Select(r => SlipText.Pair(r.Key, r.Value.ToString(CultureInfo.InvariantCulture), columns)),
        ];
        return new Slip(
            title, columns,
            [new(branch.Text("header").Split('\n')[0].Trim(), SlipLineKind.Heading), new(title, SlipLineKind.Heading), .. text.Select(l => new SlipLine(l))],
            OpensDrawer: figures is not null);
    }

    private static IEnumerable<string> Takings(DrawerReading reading, int columns) =>
    [
        SlipText.Pair(Counted.Of(reading.Sales, "sale", "sales"), reading.SalesCents, columns),
        SlipText.Pair(Counted.Of(reading.Refunds, "refund", "refunds"), reading.RefundsCents, columns),
        SlipText.Pair("net", reading.SalesCents + reading.RefundsCents, columns),
        .. reading.Taxes.Values.Where(t => t.GrossCents != 0).Select(
            t => SlipText.Pair($"  tax at {Percent.Format(t.RateBp)}% of {Money.Format(t.GrossCents)}", t.TaxCents, columns)),
        SlipText.Pair("deposits", reading.DepositsCents, columns),
        SlipText.Pair("gift vouchers", reading.VouchersCents, columns),
        SlipText.Pair("paid in", reading.PaidInCents, columns),
        SlipText.Pair("paid out", reading.PaidOutCents, columns),
        SlipText.Rule(columns),
        .. reading.ByMethod.Select(m => SlipText.Pair(SlipText.Name(m.Key), m.Value, columns)),
        .. reading.FloatCents == 0 ? Array.Empty<string>() : [SlipText.Pair("float from before", reading.FloatCents, columns)],
    ];

    private static IEnumerable<string> Drawer(DrawerFigures figures, int columns) =>
    [
        SlipText.Pair(DrawerSlip.Expected, figures.ExpectedCents, columns),
        .. figures.Denominations.Select(d => SlipText.Pair(
            string.Create(CultureInfo.InvariantCulture, $"  {d.Count} x {Money.Format(d.Cents)}"), d.Cents * d.Count, columns)),
        SlipText.Pair(DrawerSlip.Counted, figures.CountedCents, columns),
        SlipText.Pair(figures.OverCents < 0 ? "SHORT" : figures.OverCents > 0 ? "OVER" : "exact", Math.Abs(figures.OverCents), columns),
        .. figures.LeftCents == 0 ? Array.Empty<string>() :
        [
            SlipText.Pair("left as float", figures.LeftCents, columns), SlipText.Pair("taken out", figures.CountedCents - figures.LeftCents, columns),
        ],
    ];
}
