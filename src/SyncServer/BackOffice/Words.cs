using Bookmine.Schema;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>A search by words, each of which stands somewhere in a column in one of its spellings; letters of A to Z in either case.</summary>
internal static class Words
{
    private const int Most = 6;

    /// <summary>The condition, and its arguments in their order.</summary>
    /// <param name="columns">Each word stands in one of them.</param>
    public static (string Condition, List<object?> Values) In(string text, params IReadOnlyList<string> columns)
    {
        var (conditions, values) = (new List<string>(), new List<object?>());
        foreach (var spellings in SearchWords.Of(text).Take(Most))
        {
            var first = values.Count;
            // Of other letters than A to Z not every database knows the small one.
            var both = spellings.SelectMany<string, string>(s => s.All(char.IsAscii) ? [s] : [s, string.Concat(s.Select(c => char.IsAscii(c) ? c : char.ToUpperInvariant(c)))]).ToList();
            values.AddRange(both.Select(w => $"%{Escaped(w).Replace(SearchWords.Apostrophe, '_')}%"));
            conditions.Add($"({string.Join(" OR ", columns.SelectMany(c => both.Select((_, i) => $"lower({c}) LIKE @word{first + i} ESCAPE '!'")))})");
        }
        return (conditions.Count == 0 ? "1 = 1" : string.Join(" AND ", conditions), values);
    }

    private static string Escaped(string word) =>
        word.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)
            .Replace("[", "![", StringComparison.Ordinal);
}
