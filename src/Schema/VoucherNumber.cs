namespace Bookmine.Schema;

/// <summary>The number of a gift voucher: <c>V100003</c>, given by a till with the docket of its sale, or that of a card the shop has bought printed.</summary>
public static class VoucherNumber
{
    /// <summary>Long enough to be no amount of money.</summary>
    public const int Shortest = 7;

    /// <summary>What still fits on a docket.</summary>
    public const int Longest = 30;

    /// <summary>The number that a till gives.</summary>
    /// <param name="docket">The D-number of the transaction that sells it.</param>
    public static string Of(long docket) => FormattableString.Invariant($"V{docket}");

    /// <summary>A number as it is kept: letters are capitals, without spaces around.</summary>
    public static string Normal(string typed) => typed.Trim().ToUpperInvariant();

    /// <summary>Whether it is one that a till has given.</summary>
    public static bool IsOwn(string number) => number.Length > 1 && number[0] == 'V' && number.Skip(1).All(char.IsAsciiDigit);

    /// <summary>Whether a card may bear it: letters, digits and hyphens that are no book's number, no docket's and none that a till gives.</summary>
    public static bool IsCard(string number) => number.Length is >= Shortest and <= Longest && number.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && !Isbn.TryParse(number, out _) && !IsOwn(number) && number[0] != 'D';
}
