using System.Globalization;

namespace Bookmine.Schema;

/// <summary>
/// The number on a docket: <c>D12345</c>, given by the till from its block, or a TransID, given by the server on posting.
/// </summary>
public readonly record struct DocketNumber(long Value, bool IsD)
{
    private const int MostDigits = 12;

    public static DocketNumber D(long value) => new(value, true);

    public static DocketNumber TransId(long value) => new(value, false);

    /// <summary>Reads what a person types: <c>D12345</c>, <c>d 12345</c> or <c>546789</c>.</summary>
    public static bool TryParse(string? text, out DocketNumber number)
    {
        number = default;
        var trimmed = text?.Trim() ?? "";
        var isD = trimmed.StartsWith('D') || trimmed.StartsWith('d');
        var digits = isD ? trimmed[1..].TrimStart() : trimmed;
        if (digits.Length is 0 or > MostDigits || !digits.All(char.IsAsciiDigit))
        {
            return false;
        }
        var value = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        number = new DocketNumber(value, isD);
        return value > 0;
    }

    public override string ToString() => FormattableString.Invariant($"{(IsD ? "D" : "")}{Value}");
}
