using System.Globalization;
using Bookmine.Sync.Journal;

namespace Bookmine.Sync.Wire;

/// <summary>
/// Leased blocks as they go along with a push, for a server whose records are older than the lease: <c>FIRST-LAST-MAC</c>, parted by spaces.
/// What cannot be read proves nothing and is left out.
/// </summary>
public static class BlockProofs
{
    private const int MostBlocks = 100;

    /// <summary>Those of the blocks that hold one of the numbers.</summary>
    public static string Write(IEnumerable<NumberBlock> blocks, IReadOnlyCollection<long> numbers) => string.Join(
        ' ', blocks.Where(b => b.Mac is not null && numbers.Any(n => n >= b.First && n <= b.Last)).Select(Text));

    /// <summary>All of the blocks, the latest first.</summary>
    public static string Write(IEnumerable<NumberBlock> blocks) => string.Join(
        ' ', blocks.Where(b => b.Mac is not null).OrderByDescending(b => b.First).Take(MostBlocks).Select(Text));

    public static IReadOnlyList<NumberBlock> Read(string? text) =>
    [
        .. (text ?? "").Split(' ', MostBlocks + 1, StringSplitOptions.RemoveEmptyEntries).Take(MostBlocks).Select(part => part.Split('-'))
            .Where(p => p.Length == 3 && IsNumber(p[0]) && IsNumber(p[1])).Select(p => new NumberBlock(Number(p[0]), Number(p[1]), p[2])),
    ];

    private static string Text(NumberBlock block) => FormattableString.Invariant($"{block.First}-{block.Last}-{block.Mac}");

    private static bool IsNumber(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
