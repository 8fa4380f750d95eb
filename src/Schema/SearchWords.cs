namespace Bookmine.Schema;

/// <summary>
/// What a person types to find a title or a name, word by word, each with the spellings that mean the same: ligatures in one letter or two, with an
/// apostrophe or without. The little words between are left out, since half of all titles have a sign in their place.
/// </summary>
public static class SearchWords
{
    /// <summary>Stands for any apostrophe.</summary>
    public const char Apostrophe = '\'';

    private const int Most = 8;
    private const int ShortestWithApostrophe = 4;
    private static readonly string[] Joining = ["and", "&", "+", "und", "et"];
    private static readonly (string Letters, string Ligature)[] Ligatures =
        [("oe", "œ"), ("ae", "æ"), ("ss", "ß"), ("ffi", "ﬃ"), ("ffl", "ﬄ"), ("fi", "ﬁ"), ("fl", "ﬂ"), ("ij", "ĳ")];
    private static readonly string[] Endings = ["ll", "re", "ve", "s", "t", "d", "m"];

    /// <summary>The spellings of each word, in lower case, at least one each.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Of(string text)
    {
        var words = text.Normalize().ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var said = words.Where(w => !Joining.Contains(w)).ToArray();
        return [.. (said.Length == 0 ? words : said).Select(w => Spellings(string.Concat(w.Select(c => c is '’' or '‘' or 'ʼ' or '´' or '`' ? Apostrophe : c))))];
    }

    private static List<string> Spellings(string word)
    {
        List<string> all = [word, .. Apostrophes(word)];
        foreach (var (letters, ligature) in Ligatures)
        {
            all.AddRange(all.Select(w => w.Replace(ligature, letters, StringComparison.Ordinal)).ToList());
            all.AddRange(all.Select(w => w.Replace(letters, ligature, StringComparison.Ordinal)).ToList());
            all = [.. all.Distinct()];
        }
        return [.. all.Take(Most)];
    }

    /// <summary>Without its apostrophes; or with one where a word of that form may have one, as in keeper's, don't and o'brien.</summary>
    private static IEnumerable<string> Apostrophes(string word)
    {
        if (word.Contains(Apostrophe, StringComparison.Ordinal))
        {
            return word.Replace("'", "", StringComparison.Ordinal) is { Length: > 0 } joined ? [joined] : [];
        }
        if (word.Length < ShortestWithApostrophe || !word.All(char.IsLetter))
        {
            return [];
        }
        var ended = Endings.Where(e => word.EndsWith(e, StringComparison.Ordinal)).Take(1).Select(e => $"{word[..^e.Length]}'{e}");
        return word[0] is 'o' or 'd' or 'l' ? ended.Append($"{word[0]}'{word[1..]}") : ended;
    }
}
