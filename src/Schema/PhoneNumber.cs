namespace Bookmine.Schema;

/// <summary>Telephone numbers as people write them, compared by what is dialled.</summary>
public static class PhoneNumber
{
    /// <summary>Fewer digits than these name no line by themselves.</summary>
    private const int FewestDigits = 6;

    /// <summary>So many last digits are a subscriber's own: what stands before them is a trunk's zero or a country's prefix (ITU-T E.164 has at
    /// most 15).</summary>
    private const int OwnDigits = 9;

    /// <summary>What is dialled of a column, in SQL.</summary>
    public static string DialledSql(string column) => new[] { " ", "-", "(", ")", ".", "/" }.Aggregate(
        column, (sql, sign) => $"replace({sql}, '{sign}', '')");

    /// <summary>The digits of a number, without what stands for an exchange or a country; empty for none.</summary>
    public static string Digits(string? text) => string.Concat((text ?? "").Where(char.IsAsciiDigit));

    /// <summary>Whether they are one line, such as <c>07700 900001</c> and <c>+44 7700 900001</c>.</summary>
    public static bool AreOne(string a, string b)
    {
        var (one, other) = (Significant(a), Significant(b));
        return one.Length > 0 && other.Length > 0
            && (one.Length >= FewestDigits && other.Length >= FewestDigits ? Tail(one) == Tail(other) : Digits(a) == Digits(b));
    }

    /// <summary>The end of the number that somebody types; null where it is none.</summary>
    public static string? TailOf(string? typed) =>
        typed is not null && typed.All(c => char.IsAsciiDigit(c) || c is ' ' or '+' or '-' or '(' or ')' or '.' or '/')
            && Significant(typed) is { Length: >= FewestDigits } digits ? Tail(digits) : null;

    /// <summary>Whether what somebody types is the end of a number, or another form of it.</summary>
    public static bool EndsIn(string? number, string typed)
    {
        var (digits, wanted) = (Digits(number), Significant(typed));
        return wanted.Length >= FewestDigits && digits.EndsWith(Tail(wanted), StringComparison.Ordinal);
    }

    private static string Tail(string digits) => digits.Length > OwnDigits ? digits[^OwnDigits..] : digits;

    private static string Significant(string text) => Digits(text).TrimStart('0');
}
