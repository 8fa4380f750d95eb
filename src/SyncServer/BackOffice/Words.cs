namespace Bookmine.SyncServer.BackOffice;

/// <summary>A search by words, each of which stands somewhere in a column; letters of A to Z in either case.</summary>
internal static class Words
{
    private const int Most = 6;

    /// <summary>The condition, and its arguments in their order.</summary>
    /// <param name="columns">Each word stands in one of them.</param>
    public static (string Condition, List<object?> Values) In(string text, params IReadOnlyList<string> columns)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(Most).ToList();
        var conditions = words.Select((_, i) => $"({string.Join(" OR ", columns.Select(c => $"lower({c}) LIKE @word{i} ESCAPE '!'"))})");
        return (words.Count == 0 ? "1 = 1" : string.Join(" AND ", conditions), words.ConvertAll(w => (object?)$"%{Escaped(w.ToLowerInvariant())}%"));
    }

    private static string Escaped(string word) =>
        word.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)
            .Replace("[", "![", StringComparison.Ordinal);
}
