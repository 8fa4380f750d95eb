using System.Globalization;
using Bookmine.Schema;
using CsCheck;

namespace Bookmine.Tests.Schema;

/// <summary>ISBN, money, docket numbers and days, by their properties.</summary>
public sealed class NumberTests
{
    private static readonly Gen<long> Books = Gen.Long[0, 999_999_999].Select(n => n);

    [Fact]
    public void Every_ISBN_10_reads_as_its_ISBN_13_and_back_with_hyphens_or_without() => Books.Sample(n =>
    {
        var nine = n.ToString("d9", CultureInfo.InvariantCulture);
        var ten = Enumerable.Range(0, 10).Select(i => nine + i).Append(nine + "X").Append(nine + "x").Where(t => Isbn.TryParse(t, out _)).ToList();
        Assert.True(ten.Count is 1 or 2);
        Assert.True(Isbn.TryParse(ten[0], out var thirteen));
        Assert.True(Isbn.TryParse(ten[0].Insert(1, "-").Insert(5, " "), out var same));
        Assert.Equal((thirteen, ten[0].ToUpperInvariant()), (same, Isbn.ToTen(thirteen)));
    });

    [Fact]
    public void A_single_wrong_digit_is_always_noticed() => Gen.Select(Books, Gen.Int[0, 12], Gen.Int[1, 9]).Sample((n, place, by) =>
    {
        var nine = n.ToString("d9", CultureInfo.InvariantCulture);
        var ten = Enumerable.Range(0, 10).Select(i => nine + i).Append(nine + "X").First(t => Isbn.TryParse(t, out _));
        Assert.True(Isbn.TryParse(ten, out var thirteen));
        var digits = thirteen.ToString(CultureInfo.InvariantCulture).ToCharArray();
        digits[place] = (char)('0' + ((digits[place] - '0' + by) % 10));
        return !Isbn.TryParse(new string(digits), out _);
    });

    [Theory]
    [InlineData("9780439023481", 9_780_439_023_481)]
    [InlineData("043902348X", 0)]
    [InlineData("0439023483", 9_780_439_023_481)]
    [InlineData("978043902348151799", 9_780_439_023_481)]
    [InlineData("9791090636071", 9_791_090_636_071)]
    [InlineData("439023483", 9_780_439_023_481)]
    [InlineData("2012345678903", 0)]
    [InlineData("", 0)]
    [InlineData(null, 0)]
    [InlineData("９７８０４３９０２３４８１", 0)]
    public void Known_codes(string? text, long expected) => Assert.Equal(expected, Isbn.TryParse(text, out var isbn) ? isbn : 0);

    [Fact]
    public void A_979_has_no_ISBN_10() => Assert.Null(Isbn.ToTen(9_791_090_636_071));

    [Fact]
    public void In_house_EANs_are_EANs_and_never_the_same_for_two_numbers() => Gen.Select(Gen.Long[0, 9_999_999_999], Gen.Long[0, 9_999_999_999]).Sample((a, b) =>
        Isbn.IsEan(Isbn.InHouseEan(a)) && !Isbn.TryParse(Isbn.InHouseEan(a), out _) && (a == b || Isbn.InHouseEan(a) != Isbn.InHouseEan(b)));

    [Fact]
    public void Money_reads_back_as_it_was_written() => Gen.Long[-Money.MostCents, Money.MostCents].Sample(cents => Money.TryParse(Money.Format(cents), out var same) && same == cents);

    [Theory]
    [InlineData("17.955")]
    [InlineData("1,795")]
    [InlineData("9781234567897")]
    [InlineData("")]
    [InlineData("1e3")]
    public void What_is_no_amount_is_refused(string text) => Assert.False(Money.TryParse(text, out _));

    [Fact]
    public void The_tax_contained_and_the_rest_add_up_to_the_price() => Gen.Select(Gen.Long[-Money.MostCents, Money.MostCents], Gen.Long[0, 10_000]).Sample((cents, rate) =>
    {
        var tax = Money.TaxContained(cents, rate);
        var net = cents - tax;
        return Math.Abs((net * rate / 10_000m) - tax) <= 1m && Math.Sign(tax) * Math.Sign(cents) >= 0;
    });

    [Fact]
    public void Docket_numbers_read_back_as_they_were_written() => Gen.Select(Gen.Long[1, 999_999_999_999], Gen.Bool).Sample((value, isD) =>
        DocketNumber.TryParse(new DocketNumber(value, isD).ToString(), out var same) && same == new DocketNumber(value, isD));

    [Theory]
    [InlineData("D")]
    [InlineData("D-5")]
    [InlineData("0")]
    [InlineData("12x")]
    [InlineData("D9999999999999")]
    public void What_is_no_docket_number_is_refused(string text) => Assert.False(DocketNumber.TryParse(text, out _));

    [Fact]
    public void A_day_is_the_zones_own_also_where_the_clocks_change()
    {
        var london = TimeZones.Find("Europe/London");
        Assert.Equal(20_261_025, BranchDay.Of(new DateTimeOffset(2026, 10, 24, 23, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), london));
        Assert.Equal(20_261_025, BranchDay.Of(new DateTimeOffset(2026, 10, 25, 23, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), london));
        Assert.Equal("2026-10-25", BranchDay.Format(20_261_025));
    }

    [Fact]
    public void A_scope_holds_four_months_over_the_turn_of_the_year() => Assert.Equal(
        ["shared", "branch:7", "branch:7:202702", "branch:7:202701", "branch:7:202612", "branch:7:202611"], BookmineSetup.ScopeOf(7, 202_702));

    [Theory]
    [InlineData("2026-11-01T08:26:00Z", true)]
    [InlineData("2026-11-01T08:26:00+01:00", true)]
    [InlineData("2026-11-01T08:26:00", false)]
    [InlineData("2026-13-01T08:26:00Z", false)]
    [InlineData("tomorrow Z", false)]
    public void A_time_names_its_zone(string text, bool valid) => Assert.Equal(valid, Instant.TryParse(text, out _));
}
